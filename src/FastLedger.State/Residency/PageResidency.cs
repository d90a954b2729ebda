// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.State.Checkpoints;

namespace FastLedger.State.Residency;

/// <summary>
/// Keeps the pages of the tables, and what remembers those that are not in memory, within a bound. Pages that were not used for a while leave (the clock
/// of Corbató, 1968, with a count per page: Nicola, Dan, Dias, "Analysis of the Generalized Clock Buffer Replacement Scheme", 1992); what a batch needs is asked for before it executes; what was not foreseen is read when it is touched.
/// </summary>
/// <remarks>
/// Pages leave only between batches, so that a reference into a table holds as long as a command runs. A page that comes back must lead to
/// the root that its table's tree has kept for it: an old image, however well checksummed, is found out. Results never depend on what is in
/// memory. While a batch executes, the store reads what the next one needs straight into its frames. The bound may be passed by what two
/// batches touch. Thread: executor only. Alloc: none after construction. Blocks: on the store.
/// </remarks>
public sealed unsafe partial class PageResidency : IDisposable
{
    private const uint Ahead = 4096;

    /// <summary>Per page that exists, in memory or not: 40 bytes of nodes from its root up; 16 in the store's directory, 16 in its copy for
    /// checkpoints, 16 in FASTER's index; the rest in bit maps, and the maps of frames and of suppressed pages.</summary>
    private const int BookkeepingPerPage = 100;

    /// <summary>Of what is left for pages, how much those may take that are kept without their zeros.</summary>
    private const int SuppressedShare = 8, SuppressedShareOf = 5;

    private readonly StateTree _tree;
    private readonly IPageStore _store;
    private readonly ResidentPages[] _tables;
    private readonly SuppressedPages _suppressed;
    private readonly WantedPages[] _lists = [new(), new()];
    private readonly long _fixedBytes;
    private int _filling; // the list that is being filled, or the next one that will be

    /// <summary>Bounds the memory of a ledger's tables, which must be as new.</summary>
    /// <param name="tree">The tables.</param>
    /// <param name="store">Where pages go and come from.</param>
    /// <param name="bytes">The bound.</param>
    public PageResidency(StateTree tree, IPageStore store, long bytes)
    {
        ArgumentNullException.ThrowIfNull(tree);
        _tree = tree;
        _store = store;
        LimitBytes = bytes;
        _tables = new ResidentPages[tree.Tables.Length];
        for (int i = 0; i < _tables.Length; i++)
        {
            _tables[i] = tree.Tables[i].LetPagesLeave(this, i);
            ResidentBytes += BytesOf(_tables[i]);
        }

        _fixedBytes = ResidentBytes;
        _suppressed = new SuppressedPages(_tables, bytes / SuppressedShare * SuppressedShareOf);

        // Page 0 stays; what else the genesis filled is written before it leaves.
        foreach (ResidentPages pages in _tables) ResidentBytes += pages.Table.Pages.PageOf(pages.Table.Count - 1) * BytesOf(pages);
        tree.Residency = this;
    }

    /// <summary>The bound.</summary>
    public long LimitBytes { get; }

    /// <summary>Memory of pages that can leave, now; of those on their way too.</summary>
    public long ResidentBytes { get; private set; }

    /// <summary>Memory of the pages that have left and are kept without their zeros.</summary>
    public long SuppressedBytes => _suppressed.Bytes;

    /// <summary>Memory of all frames, those that wait for a page included.</summary>
    public long HeldBytes
    {
        get
        {
            long held = 0;
            foreach (ResidentPages pages in _tables) held += pages.FramesHeld * BytesOf(pages);
            return held;
        }
    }

    /// <summary>What remembers pages, in memory or not; part of the bound too.</summary>
    public long BookkeepingBytes
    {
        get
        {
            long bytes = 0;
            foreach (ResidentPages pages in _tables) bytes += (pages.Table.Pages.PageOf(pages.Table.Count - 1) + 1L) * BookkeepingPerPage;
            return bytes;
        }
    }

    /// <summary>Pages read because they were needed.</summary>
    public ulong Misses { get; private set; }

    /// <summary>Pages that were needed and had left, but need not be read: they were kept without their zeros.</summary>
    public ulong Returns { get; private set; }

    /// <summary>Those of them that nobody had asked for ahead.</summary>
    public ulong UnexpectedMisses { get; private set; }

    /// <summary>Pages that left.</summary>
    public ulong Evictions { get; private set; }

    /// <summary>Pages that changed and were written so that they could leave.</summary>
    public ulong WriteBacks { get; private set; }

    /// <summary>
    /// Called before pages that changed are written so that they can leave. A checkpoint that is being handed over must end first, request to
    /// the store included: what it froze would else be mixed with what changed since.
    /// </summary>
    public Action? BeforeWriteBack { get; set; }

    /// <summary>True when what one more batch wants can be noted and <see cref="Expect"/>ed.</summary>
    public bool CanExpect => _lists[_filling].State != WantedPages.Stage.Expected;

    /// <summary>
    /// Between batches, before those that were expected earlier execute: makes room for everything wanted since the last call, and asks the
    /// store for it. <see cref="Prepare"/> follows for each call, in the same order.
    /// </summary>
    public void Expect()
    {
        _ = BeginWant();
        WantedPages list = _lists[_filling];
        long bytes = 0;
        for (int i = 0; i < list.Count; i++)
        {
            ResidentPages pages = _tables[list[i].Table];
            if (!pages.Has(list[i].Page) && !pages.IsComing(list[i].Page)) bytes += BytesOf(pages);
        }

        MakeRoom(bytes);
        list.State = WantedPages.Stage.Expected;
        Request(list);
        _filling ^= 1;
    }

    /// <summary>Between batches: everything wanted is in memory when it returns, and stays until the next batch's wants are noted.</summary>
    public void Prepare()
    {
        // The older list of two: the one that would be filled next.
        WantedPages list = _lists[_filling];
        if (list.State != WantedPages.Stage.Expected) list = _lists[_filling ^ 1];
        if (list.State != WantedPages.Stage.Expected)
        {
            list = _lists[_filling];
            Expect();
        }

        while (!list.HasArrived)
        {
            if (TryTake()) continue;
            int sent = list.Sent;
            Request(list);
            if (list.Sent == sent) _store.WaitForRoom();
        }

        list.State = WantedPages.Stage.Prepared;
    }

    /// <summary>Between batches: lets pages go until the bound is kept.</summary>
    public void Trim()
    {
        ForgetPrepared();
        MakeRoom(0);
    }

    /// <summary>On a walk over all records of a table, called with each number: asks for pages ahead and lets those behind go.</summary>
    public void Walk(Table table, uint number)
    {
        if (number % Ahead != 1) return;
        uint end = Math.Min(table.Count, number + Ahead);
        for (uint n = number; n < end; n += (uint)(PagedRegion.PageBytes / table.RecordSize)) table.Want(n);
        Prepare();
    }

    /// <summary>Recovery: takes a page of a table whose number of records is known.</summary>
    /// <param name="region">Number of the table.</param>
    /// <param name="page">Number of the page.</param>
    /// <param name="image">Its bytes.</param>
    /// <param name="count">Records of the table.</param>
    public void Take(byte region, uint page, ReadOnlySpan<byte> image, uint count)
    {
        ResidentPages pages = Of(region);
        if (page > pages.Table.Pages.PageOf(count - 1)) return; // only a chain that failed was ever there
        if (!pages.Has(page)) pages.Add(page, TakeFrame(pages));
        image.CopyTo(pages.Table.Pages.Page(page));
        pages.Table.RestoreRoot(page, count);
        pages.Table.Pages.MarkClean(page); // or it would leave as a page that must be written, and never be
        if (page != 0 && ResidentBytes > LimitBytes - BookkeepingBytes) Release(pages, page);
    }

    /// <summary>Frees the bookkeeping.</summary>
    public void Dispose()
    {
        _suppressed.Dispose();
        foreach (ResidentPages pages in _tables) pages.Dispose();
    }

    /// <summary>A batch's wants are noted, in the list with the number returned. The batch before has been executed.</summary>
    internal int BeginWant()
    {
        Invariant.Check(CanExpect);
        ForgetPrepared();
        return _filling;
    }

    /// <summary>Notes a page that comes, or stays.</summary>
    /// <returns>False when the list is full: the page may leave, and is read when it is touched.</returns>
    internal bool TryWant(ResidentPages pages, uint page) => _lists[_filling].TryAdd(pages.Index, page);

    private void ForgetPrepared()
    {
        for (int at = 0; at < _lists.Length; at++)
        {
            WantedPages list = _lists[at];
            if (list.State != WantedPages.Stage.Prepared) continue;
            for (int i = 0; i < list.Count; i++) _tables[list[i].Table].Forget(at, list[i].Page);
            list.Clear();
        }
    }

    private ResidentPages Of(byte region)
    {
        foreach (ResidentPages pages in _tables)
            if ((byte)pages.Table.Id == region) return pages;
        Invariant.Fail("a page of no table");
        return null!;
    }

    /// <summary>What a page in memory takes: its records, where former images of them are noted, and which page it is.</summary>
    private static long BytesOf(ResidentPages pages) => PagedRegion.PageBytes + (PagedRegion.PageBytes / pages.Table.RecordSize * sizeof(uint)) + sizeof(uint);

    private uint TakeFrame(ResidentPages pages)
    {
        ResidentBytes += BytesOf(pages);
        return pages.TakeFrame();
    }
}
