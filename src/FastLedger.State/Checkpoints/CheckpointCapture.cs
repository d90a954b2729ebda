// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.State.Checkpoints;

/// <summary>
/// Writes the state of one height to the page store while later blocks execute: at the boundary of a block the changed pages are frozen,
/// then a few of them are handed over per block, each as it was at that boundary.
/// </summary>
/// <remarks>
/// It ends with every page handed over and copied; making them durable is the store's part. What is written does not depend on when. Thread: executor
/// only, between batches. Alloc: none after construction. Blocks: only in <see cref="Finish"/>, and as <see cref="PagedRegion"/> says.
/// </remarks>
public sealed class CheckpointCapture : IDisposable
{
    private const int ExpectedShare = 4; // a quarter of what changes in an interval changes again before it is written
    private readonly StateTree _tree;
    private readonly IPageStore _store;
    private readonly PreImagePool _pool;
    private readonly PagesUnderWay _underWay;
    private readonly int _leastPerBlock;
    private int _region;
    private uint _from;

    /// <summary>Binds the state to a store.</summary>
    /// <param name="tree">The tables and what else a restart needs.</param>
    /// <param name="store">Takes the pages.</param>
    /// <param name="keptBytes">Most bytes of former images of changed records; beyond it pages are written at once.</param>
    /// <param name="leastPagesPerBlock">Pages handed over per block at least, so that a checkpoint always ends.</param>
    public CheckpointCapture(StateTree tree, IPageStore store, long keptBytes, int leastPagesPerBlock)
    {
        ArgumentNullException.ThrowIfNull(tree);
        Invariant.Check(leastPagesPerBlock > 0);
        _tree = tree;
        _store = store;
        _pool = new PreImagePool(keptBytes);
        _underWay = new PagesUnderWay(store);
        _leastPerBlock = leastPagesPerBlock;
    }

    /// <summary>True from <see cref="Begin"/> until the last page was handed over and copied.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Height of the checkpoint that runs or ran last.</summary>
    public ulong Height { get; private set; }

    /// <summary>Pages of the running checkpoint.</summary>
    public long TotalPages { get; private set; }

    /// <summary>Bytes of former images kept now.</summary>
    public long KeptBytes => _pool.UsedBytes;

    /// <summary>Pages that the running checkpoint has yet to hand over.</summary>
    public long FrozenPages
    {
        get
        {
            long pages = -_underWay.Pages;
            foreach (PagedRegion region in _tree.Regions) pages += region.FrozenPages;
            return pages;
        }
    }

    /// <summary>Pages changed since the last checkpoint began.</summary>
    public long DirtyPages
    {
        get
        {
            long pages = 0;
            foreach (PagedRegion region in _tree.Regions) pages += region.DirtyPages;
            return pages;
        }
    }

    /// <summary>
    /// Backs the room for former images with memory before a checkpoint needs it: page faults by the thousand would stretch the blocks at
    /// its beginning. About as much as is used when everything goes on changing as it did.
    /// </summary>
    /// <returns>False when there is enough.</returns>
    /// <remarks>Thread: any, one at a time, while the executor goes on. Blocks: some milliseconds.</remarks>
    public bool PrepareRoom()
    {
        bool any = false;
        foreach (int size in PreImagePool.UnitSizes)
        {
            long dirty = 0;
            foreach (PagedRegion region in _tree.Regions)
                if (region.UnitBytes == size) dirty += (long)region.DirtyPages * PagedRegion.PageBytes;
            any |= _pool.Populate(size, dirty / ExpectedShare);
        }

        return any;
    }

    /// <summary>Begins a checkpoint of the state after the last block. None may be running.</summary>
    /// <param name="height">Height of that block.</param>
    public void Begin(ulong height)
    {
        Invariant.Check(!IsRunning);
        Height = height;
        TotalPages = 0;
        foreach (PagedRegion region in _tree.Regions) TotalPages += region.Freeze(height, _pool, _store, _underWay);
        IsRunning = true;
        _region = 0;
        _from = 0;
    }

    /// <summary>Hands pages over; called once per block.</summary>
    /// <param name="pages">Most pages, raised to the least per block.</param>
    /// <returns>True when the last page of the running checkpoint turned out to be copied.</returns>
    public bool Step(int pages) => IsRunning && HandOver(Math.Max(pages, _leastPerBlock));

    /// <summary>Hands pages over while nothing is executed.</summary>
    /// <param name="pages">Most pages; 0 or less to look only whether the last one was copied.</param>
    /// <returns>As <see cref="Step"/>.</returns>
    public bool IdleStep(int pages) => IsRunning && HandOver(Math.Max(pages, 0));

    private bool HandOver(int budget)
    {
        _underWay.Settle();
        ReadOnlySpan<PagedRegion> regions = _tree.Regions;
        while (_region < regions.Length)
        {
            if (!regions[_region].WriteFrozen(ref _from, ref budget)) return false;
            _region++;
            _from = 0;
        }

        if (_underWay.Pages > 0) return false;
        Invariant.Check(_pool.UsedBytes == 0);
        IsRunning = false;
        return true;
    }

    /// <summary>Hands over everything that is left, waiting for the store.</summary>
    /// <returns>True when a checkpoint was running.</returns>
    public bool Finish()
    {
        if (!IsRunning) return false;
        while (!Step(int.MaxValue)) _store.WaitForRoom();
        return true;
    }

    /// <summary>Frees the room for images.</summary>
    public void Dispose() => _pool.Dispose();
}
