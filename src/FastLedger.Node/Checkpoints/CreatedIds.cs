// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>
/// Ids of the records created since the last checkpoint, on their way from the executor to the index: noted after each block, taken from the
/// front by the publisher. A record comes once in the life of the process, so there is room for all and nothing is ever in the way.
/// </summary>
/// <remarks>
/// Thread: <see cref="Collect"/> the executor's; <see cref="MoveTo"/> the publisher's, up to a place that the executor handed over. Alloc:
/// none after construction; memory is taken where it is touched and given back behind the publisher. Blocks: page faults.
/// </remarks>
internal sealed unsafe class CreatedIds : IDisposable
{
    private readonly Ledger _ledger;
    private readonly uint[] _next = new uint[ExternalIds.KindsEnd];
    private readonly ReservedMemory _memory;
    private readonly Entry* _entries;
    private long _tail, _front;

    /// <summary>Notes what the index does not have.</summary>
    /// <param name="ledger">After recovery.</param>
    /// <param name="indexed">The checkpoint whose records are in the index; null for none.</param>
    public CreatedIds(Ledger ledger, Manifest? indexed)
    {
        _ledger = ledger;
        nuint records = 0;
        foreach (IdKind kind in ExternalIds.Kinds)
        {
            Table table = ledger.Ids.TableOf(kind);
            records += table.Capacity;
            _next[(int)kind] = 1;
            for (int i = 0; indexed is not null && i < indexed.Tables.Count; i++)
                if (indexed.Tables[i].Id == (uint)table.Id) _next[(int)kind] = (uint)indexed.Tables[i].Count;
        }

        _memory = new ReservedMemory(records * (uint)sizeof(Entry));
        _entries = (Entry*)_memory.Pointer;
        ledger.Ids.ReadFrom(_next, Note);
        foreach (IdKind kind in ExternalIds.Kinds) _next[(int)kind] = ledger.Ids.TableOf(kind).Count;
    }

    /// <summary>Notes the records of the last block.</summary>
    /// <returns>The place behind all that is noted.</returns>
    public long Collect()
    {
        foreach (IdKind kind in ExternalIds.Kinds)
        {
            ref uint next = ref _next[(int)kind];
            uint count = _ledger.Ids.TableOf(kind).Count;
            for (; next < count; next++)
                if (_ledger.Ids.TryRead(kind, next, out uint @class, out UInt128 id)) Note(kind, next, @class, id);
        }

        return _tail;
    }

    /// <summary>Adds to an index what is noted before a place, and gives its memory back.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void MoveTo(StateIndex index, long end)
    {
        nuint freed = Page(_front);
        for (; _front < end; _front++)
        {
            ref readonly Entry entry = ref _entries[_front];
            index.Add(entry.Kind, ExternalIds.Key(entry.Kind, entry.Class, entry.Id), entry.Number);
        }

        nuint free = Page(_front);
        if (free > freed) _memory.Release(freed, free - freed);
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Where the page begins in which an entry stands.</summary>
    private static nuint Page(long entry) => (nuint)entry * (uint)sizeof(Entry) / ReservedMemory.SystemPageBytes * ReservedMemory.SystemPageBytes;

    private void Note(IdKind kind, uint number, uint @class, UInt128 id) =>
        _entries[_tail++] = new Entry { Id = id, Number = number, Class = @class, Kind = kind };

    private struct Entry
    {
        public UInt128 Id;
        public uint Number;
        public uint Class;
        public IdKind Kind;
    }
}
