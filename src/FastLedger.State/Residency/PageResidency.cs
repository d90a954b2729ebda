// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.Primitives;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.State.Residency;

/// <summary>
/// Keeps the pages of the tables and the nodes of their trees within a bound of memory. Pages that were not used for a while leave (the clock
/// of Corbató, 1968, with a count per page: Nicola, Dan, Dias, "Analysis of the Generalized Clock Buffer Replacement Scheme", 1992); what a batch needs is asked for before it executes; what was not foreseen is read when it is touched.
/// </summary>
/// <remarks>
/// Pages leave only between batches, so that a reference into a table holds as long as a command runs. A page that comes back must lead to
/// the root that its table's tree has kept for it: an old image, however well checksummed, is found out. Results never depend on what is in
/// memory. The bound may be passed by what one batch touches. Thread: executor only. Alloc: none after construction. Blocks: on the store.
/// </remarks>
public sealed unsafe class PageResidency : IDisposable
{
    private const int MaxWanted = 1 << 18;
    private const uint SystemPage = 4096;
    private const uint Ahead = 4096;
    private const int MostRounds = 6; // the first may find everything used, the next ones lower how often

    private readonly StateTree _tree;
    private readonly IPageStore _store;
    private readonly ResidentPages[] _tables;
    private readonly byte[] _image = new byte[PagedRegion.PageBytes];
    private readonly (int Table, uint Page)[] _wanted = new (int, uint)[MaxWanted];
    private readonly long _fixedBytes;
    private int _wantedCount;
    private int _handTable;
    private uint _handWord;

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
            Table table = tree.Tables[i];
            _tables[i] = new ResidentPages(this, table, i);
            table.LetPagesLeave(_tables[i]);

            Admit(_tables[i], 0);
        }

        _fixedBytes = ResidentBytes;

        // Page 0 stays; what else the genesis filled is written before it leaves.
        foreach (ResidentPages pages in _tables)
            for (uint page = 1; page <= pages.Table.Pages.PageOf(pages.Table.Count - 1); page++) Admit(pages, page);
        tree.Residency = this;
    }

    /// <summary>The bound.</summary>
    public long LimitBytes { get; }

    /// <summary>Memory of pages and nodes that can leave, now.</summary>
    public long ResidentBytes { get; private set; }

    /// <summary>Pages read because they were needed.</summary>
    public ulong Misses { get; private set; }

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

    /// <summary>Between batches: brings everything wanted into memory, and makes room for it while the store reads.</summary>
    public void Prepare()
    {
        int missing = 0;
        long bytes = 0;
        for (int i = 0; i < _wantedCount; i++)
        {
            (int table, uint page) = _wanted[i];
            ResidentPages pages = _tables[table];
            if (pages.Has(page)) continue;
            bytes += BytesOf(pages, page);
            (_wanted[missing], _wanted[i]) = (_wanted[i], _wanted[missing]);
            missing++;
        }

        int sent = RequestFrom(0, missing);
        MakeRoom(bytes);
        for (int taken = 0; taken < missing;)
        {
            if (_store.TryTake(out byte region, out uint page, _image))
            {
                ResidentPages pages = Of(region);
                Fill(pages.Table.Pages.Page(page), _image);
                Verify(pages, page);
                taken++;
                continue;
            }

            int before = sent;
            sent = RequestFrom(sent, missing);
            if (sent == before) _store.WaitForRoom();
        }

        for (int i = 0; i < _wantedCount; i++) _tables[_wanted[i].Table].Forget(_wanted[i].Page);
        _wantedCount = 0;
    }

    /// <summary>Between batches: lets pages go until the bound is kept.</summary>
    public void Trim() => MakeRoom(0);

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
        Fill(pages.Table.Pages.Page(page), image);
        pages.Table.RestoreNodes(page, count);
        if (!pages.Has(page)) Admit(pages, page);
        if (page != 0 && ResidentBytes > LimitBytes) Release(pages, page);
    }

    /// <summary>Frees the bookkeeping.</summary>
    public void Dispose()
    {
        foreach (ResidentPages pages in _tables) pages.Dispose();
    }

    /// <summary>A page is touched that is not in memory.</summary>
    internal void LoadNow(ResidentPages pages, uint page)
    {
        UnexpectedMisses++;
        _store.Read((byte)pages.Table.Id, page, pages.Table.Pages.Page(page));
        Verify(pages, page);
    }

    /// <summary>A table begins a page that no store has.</summary>
    internal void OnNew(ResidentPages pages, uint page) => Admit(pages, page);

    /// <summary>Notes a page that the next <see cref="Prepare"/> brings, or keeps.</summary>
    /// <returns>False when the list is full: the page may leave, and is read when it is touched.</returns>
    internal bool TryWant(ResidentPages pages, uint page)
    {
        if (_wantedCount == MaxWanted) return false;
        _wanted[_wantedCount++] = (pages.Index, page);
        return true;
    }

    private void Verify(ResidentPages pages, uint page)
    {
        Misses++;
        if (!pages.Table.TryRestoreNodes(page))
        {
            throw new StoreDamagedException(
                "the page store", (long)page * PagedRegion.PageBytes, $"page {page} of table {pages.Table.Id} is not the one that was written last: it does not lead to the table's root");
        }

        Admit(pages, page);
    }

    private ResidentPages Of(byte region)
    {
        foreach (ResidentPages pages in _tables)
            if ((byte)pages.Table.Id == region) return pages;
        Invariant.Fail("a page of no table");
        return null!;
    }

    /// <summary>
    /// Copies an image to where no memory is yet. The first write comes before the copy: a large copy begins with a read of both sides, which
    /// would map the zero page, and the write behind it would be a second page fault.
    /// </summary>
    private static void Fill(Span<byte> page, ReadOnlySpan<byte> image)
    {
        page[0] = image[0];
        image.CopyTo(page);
    }

    private int RequestFrom(int from, int to)
    {
        while (from < to && _store.TryRequest((byte)_tables[_wanted[from].Table].Table.Id, _wanted[from].Page)) from++;
        return from;
    }

    /// <summary>What a page takes that is not in memory.</summary>
    private static long BytesOf(ResidentPages pages, uint page)
    {
        uint sharing = SystemPage / (uint)pages.Table.Tree.NodeBytesPerPage;
        return PagedRegion.PageBytes + (pages.HasNodes(page, sharing) ? 0 : SystemPage);
    }

    private void Admit(ResidentPages pages, uint page)
    {
        ResidentBytes += BytesOf(pages, page);
        pages.Add(page);
    }

    private void Release(ResidentPages pages, uint page)
    {
        uint sharing = SystemPage / (uint)pages.Table.Tree.NodeBytesPerPage;
        pages.Remove(page);
        bool nodesToo = !pages.HasNodes(page, sharing);
        pages.Table.ReleasePage(page, nodesToo ? page & ~(sharing - 1) : null);
        ResidentBytes -= PagedRegion.PageBytes + (nodesToo ? SystemPage : 0);
    }

    /// <summary>Lets pages go until so much fits.</summary>
    private void MakeRoom(long bytes)
    {
        if (ResidentBytes + bytes <= LimitBytes) return;

        // A little more than needed, so that not every batch has to.
        long goal = Math.Max(_fixedBytes, LimitBytes - bytes - (LimitBytes / 32));
        foreach (ResidentPages pages in _tables) pages.Table.MarkChanged();
        bool writes = false;
        for (int visits = 0; visits <= MostRounds * _tables.Length && ResidentBytes > goal;)
        {
            ResidentPages pages = _tables[_handTable];
            if (_handWord > pages.Table.Pages.PageOf(pages.Table.Count - 1) / 64)
            {
                _handWord = 0;
                _handTable = (_handTable + 1) % _tables.Length;
                visits++;
                continue;
            }

            uint first = _handWord * 64;
            for (ulong idle = pages.Pass(_handWord); idle != 0; idle &= idle - 1)
                TryEvict(pages, first + (uint)BitOperations.TrailingZeroCount(idle), ref writes);
            _handWord++;
        }
    }

    /// <param name="pages">Pages of a table.</param>
    /// <param name="page">One of them.</param>
    /// <param name="writes">True once pages that changed may be written.</param>
    private void TryEvict(ResidentPages pages, uint page, ref bool writes)
    {
        if (page == 0) return;
        PagedRegion region = pages.Table.Pages;
        if (!writes && (region.IsDirty(page) || region.IsFrozen(page)))
        {
            BeforeWriteBack?.Invoke();
            _tree.Settle();
            writes = true;
        }

        if (region.IsFrozen(page)) return;
        if (region.IsDirty(page))
        {
            while (!region.TryWriteDirty(page, 0, _store)) _store.WaitForRoom();
            WriteBacks++;
        }

        Release(pages, page);
        Evictions++;
    }
}
