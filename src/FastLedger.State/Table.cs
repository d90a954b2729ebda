// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.State.Checkpoints;
using FastLedger.State.Residency;

namespace FastLedger.State;

/// <summary>
/// A dense array of fixed-size records in one reserved address range: record <c>n</c> stands at <c>base + n × size</c> for as long as the
/// process runs, or in the frame of its page when pages may leave memory. The table remembers which records changed since the last state root, and can undo a linked chain.
/// </summary>
/// <remarks>
/// Record 0 exists in every table and stays zero, so that number 0 can mean "none". Thread: executor only. Alloc: none after construction.
/// Blocks: page faults on first touch.
/// </remarks>
public abstract unsafe class Table : IDisposable
{
    /// <summary>Bytes of a page, the unit of residency and of checkpoints.</summary>
    public const int PageSize = PagedRegion.PageBytes;

    private readonly ReservedMemory _records;
    private readonly ReservedMemory _changedBits;
    private readonly ReservedMemory _changedNumbers;
    private TableTree _tree;
    private readonly PagedRegion _pages;
    private readonly ulong* _bits;
    private readonly uint* _changed;
    private int _changedCount, _markedCount;

    private protected Table(TableId id, int recordSize, uint capacity, UndoLog undo)
    {
        Invariant.Check(recordSize is 64 or 128 or 256);
        Invariant.Check(capacity is > 1 and <= 1u << 31);
        Id = id;
        RecordSize = recordSize;
        Capacity = capacity;
        Undo = undo;
        _records = new ReservedMemory((nuint)recordSize * capacity, hugePages: true);
        _changedBits = new ReservedMemory((nuint)(capacity + 63) / 64 * 8);
        _changedNumbers = new ReservedMemory((nuint)capacity * 4);
        _tree = new TableTree(recordSize, capacity);
        Memory = _records.Pointer;
        _bits = (ulong*)_changedBits.Pointer;
        _changed = (uint*)_changedNumbers.Pointer;
        _pages = new PagedRegion((byte)id, Memory, recordSize, capacity);
        Count = 1;
        Slot = undo.Attach(this);
    }

    /// <summary>Which table this is.</summary>
    public TableId Id { get; }

    /// <summary>Bytes of a record: 64, 128 or 256.</summary>
    public int RecordSize { get; }

    /// <summary>Records the table can hold, record 0 included.</summary>
    public uint Capacity { get; }

    /// <summary>Records in use, record 0 included; numbers below it are valid.</summary>
    public uint Count { get; private set; }

    /// <summary>The numbers of the records that changed since the last block, in the order of their first change.</summary>
    public ReadOnlySpan<uint> Changed => new(_changed, _changedCount);

    /// <summary>Merkle root over the records as of the last block.</summary>
    public Hash256 Root => _tree.Root;

    /// <summary>The tree over the records, for proofs; valid as of the last block.</summary>
    public TableTree Tree => _tree;

    /// <summary>The records as pages: what checkpoints write.</summary>
    public PagedRegion Pages => _pages;

    private protected byte* Memory { get; }

    private protected UndoLog Undo { get; }

    private protected byte Slot { get; }

    /// <summary>Null while every page of the table stays in memory.</summary>
    private protected ResidentPages? Residence { get; private set; }

    /// <summary>The bytes of a record.</summary>
    public ReadOnlySpan<byte> Bytes(uint number)
    {
        Invariant.Check(number < Count);
        return new ReadOnlySpan<byte>(At(number), RecordSize);
    }

    /// <summary>Adds a zeroed record.</summary>
    /// <returns>Its number, or 0 when the table is full.</returns>
    public uint Append()
    {
        if (Count == Capacity) return 0;
        if (Undo.IsRecording) Undo.SaveCount(Slot, Count);
        uint number = Count++;
        Residence?.OnAppended(number);
        NoteChange(number);
        return number;
    }

    /// <summary>
    /// Drops what a failed chain added from the list of changes, and marks the pages of the rest. Call at the end of a block, before
    /// <see cref="Changed"/> is used.
    /// </summary>
    internal void SettleChanges()
    {
        int kept = 0;
        for (int i = 0; i < _changedCount; i++)
        {
            uint number = _changed[i];
            _bits[number >> 6] = 0;
            if (number >= Count) continue;
            _changed[kept++] = number;
            _pages.MarkDirty(_pages.PageOf(number));
        }

        _markedCount = 0;

        _changedCount = kept;
    }

    /// <summary>Rehashes what changed and forgets the list of changes.</summary>
    internal void UpdateRoot()
    {
        _tree.Update(Memory, Changed, Count);
        _changedCount = _markedCount = 0;
    }

    /// <summary>Takes over the records that a store holds: <see cref="Pages"/> were filled before. The table must be as new.</summary>
    /// <param name="count">Records, record 0 included.</param>
    public void Restore(uint count)
    {
        Invariant.Check(count >= Count && count <= Capacity && !Undo.IsRecording);
        SettleChanges();
        _changedCount = 0;
        Count = count;
        if (Residence is not null)
        {
            // Every page came through the residency, which made its nodes.
            _tree.RebuildAbovePages(count);
            return;
        }

        _tree.Clear();
        _tree.Rebuild(Memory, 1, count);
    }

    /// <summary>Asks for the page of a record before the batch that uses it. Numbers out of range are ignored.</summary>
    public void Want(ulong number)
    {
        if (Residence is not null && number < Count) Residence.Want((uint)number);
    }

    /// <summary>Marks the pages of what changed in this block so far; nothing of them is hashed yet.</summary>
    internal void MarkChanged()
    {
        for (; _markedCount < _changedCount; _markedCount++) _pages.MarkDirty(_pages.PageOf(_changed[_markedCount]));
    }

    /// <summary>Pages may leave memory from now on.</summary>
    internal ResidentPages LetPagesLeave(PageResidency owner, int index)
    {
        Invariant.Check(Residence is null && _changedCount == 0);
        _records.AvoidHugePages();
        var residence = new ResidentPages(owner, this, Memory, index);
        for (uint page = 0; page <= _pages.PageOf(Count - 1); page++) residence.Add(page, residence.TakeFrame()); // each where it stands already
        _pages.LetPagesLeave(residence.Frames);
        _tree.Dispose();
        _tree = new TableTree(RecordSize, Capacity, residence.Frames, Memory);
        _tree.Rebuild(Memory, 1, Count);
        Residence = residence;
        return residence;
    }

    /// <summary>Makes what a page holds its root, in recovery.</summary>
    internal void RestoreRoot(uint page, uint count) => _tree.RestorePage(page, count);

    /// <summary>Gives the memory of frames back to the system.</summary>
    /// <param name="from">The first one, from 1.</param>
    /// <param name="count">Frames that hold nothing, as those behind them.</param>
    internal void ReleaseFrames(uint from, uint count)
    {
        // What lies behind the last of them in its system page was given back before.
        nuint begin = SystemPages((nuint)(from - 1) * PageSize), end = SystemPages((nuint)(from - 1 + count) * PageSize);
        if (begin < end) _records.Release(begin, end - begin);
    }

    /// <summary>Brings the cache lines of a record near before it is used. Numbers out of range are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong number)
    {
        if (number >= Count) return;
        byte* address = Residence is null ? Memory + ((nuint)number * (uint)RecordSize) : Residence.Peek((uint)number);
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
        {
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(address);
            if (RecordSize > 64) System.Runtime.Intrinsics.X86.Sse.Prefetch0(address + 64);
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(_bits + (number >> 6));
            if (_pages.IsCapturing) _pages.PrefetchKeep((uint)number);
        }
    }

    /// <summary>Frees the table's memory.</summary>
    public void Dispose()
    {
        _tree.Dispose();
        _changedNumbers.Dispose();
        _changedBits.Dispose();
        _pages.Dispose();
        _records.Dispose();
        GC.SuppressFinalize(this);
    }

    internal void Restore(uint number, ReadOnlySpan<byte> bytes) =>
        bytes.CopyTo(new Span<byte>(At(number), RecordSize));

    internal void RestoreCount(uint count)
    {
        Invariant.Check(count <= Count);
        for (uint number = count; number < Count; number++)
            new Span<byte>(At(number), RecordSize).Clear();
        Count = count;
    }

    private static nuint SystemPages(nuint bytes) => (bytes + ReservedMemory.SystemPageBytes - 1) & ~(nuint)(ReservedMemory.SystemPageBytes - 1);

    private byte* At(uint number) => Residence is null ? Memory + ((nuint)number * (uint)RecordSize) : Residence.Touch(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void NoteChange(uint number)
    {
        ref ulong word = ref _bits[number >> 6];
        ulong bit = 1UL << (int)(number & 63);
        if ((word & bit) == 0)
        {
            if (_pages.IsCapturing) _pages.Keep(number);
            word |= bit;
            _changed[_changedCount++] = number;
        }
    }
}
