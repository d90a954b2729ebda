// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.State.Checkpoints;

/// <summary>
/// Memory in pages that outlives the process: the records of a table, or what else a restart needs. It knows which pages changed since the
/// last checkpoint began and, while one runs, what its pages held when it began.
/// </summary>
/// <remarks>
/// A checkpoint freezes the changed pages. A frozen page may go on changing: before a unit (a record) of it changes for the first time, its
/// content is kept, and the page is written with what was kept laid over it. The store copies the page when it comes to it, on its own
/// thread and while the page goes on changing, so that the executor spends nothing on what does not change: the content of a unit is kept,
/// then it is noted where, and only then the unit changes. Who copies the page first and reads the notes afterwards has a former image of
/// whatever may have changed under his hands. Only the executor ends a note, after the copy. Pages that may leave memory are copied by the
/// executor instead. Thread: executor only, but <see cref="CopyFrozen"/>. Alloc: none after construction. Blocks: while a checkpoint runs,
/// when neither the images kept nor the store's ring have room.
/// </remarks>
public sealed unsafe partial class PagedRegion : IDisposable
{
    /// <summary>Bytes of a page.</summary>
    public const int PageBytes = PageStore.PageBytes;

    private readonly byte* _memory;
    private uint* _frames;
    private readonly int _unitsPerPageShift;
    private readonly ReservedMemory _slots; // per unit of a page or of a frame, where its former image is kept; 0: nowhere
    private readonly byte[] _image = new byte[PageBytes];
    private PageBitmap _dirty, _frozen;
    private PreImagePool? _pool;
    private IPageStore? _store;
    private PagesUnderWay? _underWay;
    private uint _toldUpTo; // the store was told of frozen pages below it
    private ulong _height;

    /// <summary>Watches a range of memory.</summary>
    /// <param name="id">Number of the region in the store: a table's <see cref="TableId"/>, or 128 and above.</param>
    /// <param name="memory">The first byte, page-aligned.</param>
    /// <param name="unitBytes">What changes as a whole: 64, 128, 256 or 1,024.</param>
    /// <param name="units">Units in the region.</param>
    public PagedRegion(byte id, byte* memory, int unitBytes, ulong units)
    {
        Invariant.Check(unitBytes is 64 or 128 or 256 or PageBytes);
        ulong pages = ((units * (uint)unitBytes) + PageBytes - 1) / PageBytes;
        Invariant.Check(units > 0 && units <= uint.MaxValue && pages <= 1u << 31);
        Id = id;
        UnitBytes = unitBytes;
        PageCapacity = (uint)pages;
        _memory = memory;
        _unitsPerPageShift = BitOperations.Log2((uint)(PageBytes / unitBytes));
        _dirty = new PageBitmap(PageCapacity);
        _frozen = new PageBitmap(PageCapacity);
        _slots = new ReservedMemory((nuint)pages * (uint)(PageBytes / unitBytes) * sizeof(uint));
    }

    /// <summary>Number of the region in the store.</summary>
    public byte Id { get; }

    /// <summary>What changes as a whole.</summary>
    public int UnitBytes { get; }

    /// <summary>Pages the region can have.</summary>
    public uint PageCapacity { get; }

    /// <summary>Pages changed since the last checkpoint began.</summary>
    public uint DirtyPages => _dirty.Count;

    /// <summary>Pages of the running checkpoint that are not written yet.</summary>
    public uint FrozenPages => _frozen.Count;

    /// <summary>True while a page of the region waits for a checkpoint: <see cref="Keep"/> comes before a change then.</summary>
    public bool IsCapturing { get; private set; }

    /// <summary>The memory of a page, which must be there.</summary>
    public Span<byte> Page(uint page)
    {
        Invariant.Check(page < PageCapacity);
        return new Span<byte>(At(page), PageBytes);
    }

    /// <summary>The page that holds a unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint PageOf(uint unit) => unit >> _unitsPerPageShift;

    /// <summary>Notes that a page changed since the last checkpoint began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MarkDirty(uint page) => _dirty.Add(page);

    /// <summary>The page holds what the store holds of it: what a new ledger put there is gone.</summary>
    internal void MarkClean(uint page)
    {
        Invariant.Check(!IsCapturing);
        _dirty.Remove(page);
    }

    /// <summary>True when the page changed since the last checkpoint began.</summary>
    public bool IsDirty(uint page) => _dirty.Has(page);

    /// <summary>True when the page waits for the running checkpoint.</summary>
    public bool IsFrozen(uint page) => _frozen.Has(page);

    /// <summary>From now on a page stands in the frame of the memory that the map gives it, from 1; 0 while it is not in memory.</summary>
    internal void LetPagesLeave(uint* frames) => _frames = frames;

    /// <summary>Frees the bookkeeping; not the memory watched.</summary>
    public void Dispose()
    {
        _dirty.Dispose();
        _frozen.Dispose();
        _slots.Dispose();
    }

    /// <summary>Hands one page of the present state to the store: between checkpoints, before it leaves memory.</summary>
    /// <returns>False when the store's ring is full.</returns>
    internal bool TryWriteDirty(uint page, ulong height, IPageStore store)
    {
        Invariant.Check(!_frozen.Has(page));
        if (!store.TryWrite(Id, page, height, Page(page))) return false;
        _dirty.Remove(page);
        return true;
    }

    private byte* At(uint page)
    {
        if (_frames == null) return _memory + ((nuint)page * PageBytes);
        Invariant.Check(_frames[page] != 0);
        return _memory + ((nuint)(_frames[page] - 1) * PageBytes);
    }

    /// <summary>Where former images of a page's units are noted. A page that waits for a checkpoint is in memory, and so is this.</summary>
    private uint* SlotsOf(uint page)
    {
        if (_frames != null)
        {
            Invariant.Check(_frames[page] != 0);
            page = _frames[page] - 1;
        }

        return (uint*)_slots.Pointer + ((nuint)page << _unitsPerPageShift);
    }
}
