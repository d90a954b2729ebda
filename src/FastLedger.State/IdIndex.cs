// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.State;

/// <summary>
/// Derived map from a 128-bit id to a record number: open addressing with linear probing in native memory. It is rebuilt from the tables and
/// never hashed, so its layout, which depends on a secret of the replica, does not matter to the state.
/// </summary>
/// <remarks>
/// The secret keeps clients from choosing ids that collide. Thread: executor only. Alloc: native memory when it doubles (at half load).
/// Blocks: no.
/// </remarks>
public sealed unsafe class IdIndex : IDerivedStructure, IDisposable
{
    private const uint Inserted = 1, Increased = 2, Decreased = 3;

    private readonly UndoLog _undo;
    private readonly byte _slot;
    private readonly ulong _secret;
    private ReservedMemory _memory;
    private Entry* _entries;
    private uint _mask;

    /// <summary>Creates an empty index.</summary>
    /// <param name="undo">Takes insertions back with a failing chain.</param>
    /// <param name="secret">Private to this replica; any value gives the same answers.</param>
    /// <param name="capacity">Entries at first, a power of two.</param>
    public IdIndex(UndoLog undo, ulong secret, uint capacity = 1 << 12)
    {
        Invariant.Check(BitOperations.IsPow2(capacity));
        _undo = undo;
        _slot = undo.Attach(this);
        _secret = secret;
        _memory = new ReservedMemory((nuint)capacity * (uint)sizeof(Entry));
        _entries = (Entry*)_memory.Pointer;
        _mask = capacity - 1;
    }

    /// <summary>Ids in the index.</summary>
    public uint Count { get; private set; }

    /// <summary>The number that <paramref name="id"/> stands for, or 0.</summary>
    public uint Find(UInt128 id)
    {
        for (uint at = Home(id); ; at = (at + 1) & _mask)
        {
            ref Entry entry = ref _entries[at];
            if (entry.Number == 0) return 0;
            if (entry.Id == id) return entry.Number;
        }
    }

    /// <summary>Adds an id that is not in the index.</summary>
    public void Add(UInt128 id, uint number)
    {
        Invariant.Check(number != 0);
        if (Count >= (_mask + 1) / 2) Double();
        Place(id, number);
        Count++;
        if (_undo.IsRecording) _undo.SaveDerived(_slot, Inserted, (ulong)id, (ulong)(id >> 64));
    }

    /// <summary>Removes all ids. Not inside a linked chain.</summary>
    public void Clear()
    {
        Invariant.Check(!_undo.IsRecording);
        if (Count != 0) _memory.Clear();
        Count = 0;
    }

    /// <summary>Removes an id that is in the index. Not inside a linked chain: it could not be taken back.</summary>
    public void Remove(UInt128 id)
    {
        Invariant.Check(!_undo.IsRecording);
        Delete(id);
    }

    /// <summary>Adds one to the number of an id; an id that is not in the index has the number 0.</summary>
    public void Increase(UInt128 id)
    {
        AddOne(id);
        if (_undo.IsRecording) _undo.SaveDerived(_slot, Increased, (ulong)id, (ulong)(id >> 64));
    }

    /// <summary>Takes one from the number of an id that is in the index; at 0 the id leaves it.</summary>
    public void Decrease(UInt128 id)
    {
        TakeOne(id);
        if (_undo.IsRecording) _undo.SaveDerived(_slot, Decreased, (ulong)id, (ulong)(id >> 64));
    }

    /// <inheritdoc/>
    public void TakeBack(uint kind, ulong first, ulong second)
    {
        var id = new UInt128(second, first);
        switch (kind)
        {
            case Inserted: Delete(id); break;
            case Increased: TakeOne(id); break;
            case Decreased: AddOne(id); break;
            default: Invariant.Fail("unknown kind of change"); break;
        }
    }

    /// <summary>Frees the index.</summary>
    public void Dispose() => _memory.Dispose();

    private void AddOne(UInt128 id)
    {
        if (Find(id) != 0)
        {
            _entries[PlaceOf(id)].Number++;
            return;
        }

        if (Count >= (_mask + 1) / 2) Double();
        Place(id, 1);
        Count++;
    }

    private void TakeOne(UInt128 id)
    {
        uint at = PlaceOf(id);
        if (_entries[at].Number == 1) Delete(id);
        else _entries[at].Number--;
    }

    private uint PlaceOf(UInt128 id)
    {
        uint at = Home(id);
        while (_entries[at].Id != id)
        {
            Invariant.Check(_entries[at].Number != 0);
            at = (at + 1) & _mask;
        }

        Invariant.Check(_entries[at].Number != 0);
        return at;
    }

    private void Delete(UInt128 id)
    {
        uint at = PlaceOf(id);

        // Backward-shift deletion keeps every probe sequence unbroken (Knuth, TAOCP 3, 6.4, algorithm R).
        for (uint next = (at + 1) & _mask; _entries[next].Number != 0; next = (next + 1) & _mask)
        {
            uint home = Home(_entries[next].Id);
            if (((next - home) & _mask) >= ((next - at) & _mask))
            {
                _entries[at] = _entries[next];
                at = next;
            }
        }

        _entries[at] = default;
        Count--;
    }

    private void Double()
    {
        ReservedMemory oldMemory = _memory;
        Entry* old = _entries;
        uint oldCapacity = _mask + 1;
        _memory = new ReservedMemory((nuint)oldCapacity * 2 * (uint)sizeof(Entry));
        _entries = (Entry*)_memory.Pointer;
        _mask = (oldCapacity * 2) - 1;
        for (uint i = 0; i < oldCapacity; i++)
            if (old[i].Number != 0) Place(old[i].Id, old[i].Number);
        oldMemory.Dispose();
    }

    private void Place(UInt128 id, uint number)
    {
        uint at = Home(id);
        while (_entries[at].Number != 0) at = (at + 1) & _mask;
        _entries[at] = new Entry { Id = id, Number = number };
    }

    /// <summary>Multiply-and-fold mixing of both halves with the secret (the construction of wyhash).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Home(UInt128 id)
    {
        ulong high = Math.BigMul((ulong)id ^ _secret, (ulong)(id >> 64) ^ 0x9E3779B97F4A7C15, out ulong low);
        high = Math.BigMul(high ^ low ^ 0xD6E8FEB86659FD93, _secret | 1, out low);
        return (uint)(high ^ low) & _mask;
    }

    private struct Entry
    {
        public UInt128 Id;
        public uint Number;
    }
}
