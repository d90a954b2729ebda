// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.State.Residency;

// How pages come.
public sealed unsafe partial class PageResidency
{
    private const int VerifiedAtOnce = 64;

    private readonly byte[] _image = new byte[PagedRegion.PageBytes];
    private readonly uint[] _arrived = new uint[VerifiedAtOnce];

    /// <summary>A page is touched that is not in memory.</summary>
    internal void LoadNow(ResidentPages pages, uint page)
    {
        if (pages.SuppressedAt[page] != 0)
        {
            TakeBack(pages, page);
            return;
        }

        UnexpectedMisses++;
        while (pages.IsComing(page))
            if (!TryTake()) _store.WaitForRoom();
        if (pages.Has(page)) return;
        uint frame = TakeFrame(pages);
        _store.Read((byte)pages.Table.Id, page, new Span<byte>(pages.Frame(frame), PagedRegion.PageBytes));
        pages.Add(page, frame);
        Verify(pages, [page]);
    }

    /// <summary>A table begins a page that no store has.</summary>
    internal void OnNew(ResidentPages pages, uint page)
    {
        uint frame = TakeFrame(pages);
        pages.SuppressedAt[page] = 0; // a chain that failed may have begun the page once before
        new Span<byte>(pages.Frame(frame), PagedRegion.PageBytes).Clear();
        pages.Add(page, frame);
    }

    /// <summary>Asks for what is missing of a list as far as there is room.</summary>
    private void Request(WantedPages list)
    {
        for (; list.Sent < list.Count; list.Sent++)
        {
            (int table, uint page) = list[list.Sent];
            ResidentPages pages = _tables[table];
            if (pages.Has(page) || pages.IsComing(page)) continue; // what comes was asked for by the list before
            if (pages.SuppressedAt[page] != 0)
            {
                TakeBack(pages, page);
                continue;
            }

            uint frame = TakeFrame(pages);
            ulong tag = new PageTag(list == _lists[0] ? 0 : 1, table, page, frame).Packed;
            if (!_store.TryRequest((byte)pages.Table.Id, page, pages.Frame(frame), tag))
            {
                pages.GiveBack(frame);
                ResidentBytes -= BytesOf(pages);
                return;
            }

            pages.Expect(page);
            list.Coming++;
        }
    }

    /// <summary>Takes pages that have arrived in their frames: several, because together they are verified in half the time.</summary>
    /// <returns>False when none has.</returns>
    private bool TryTake()
    {
        ResidentPages? table = null;
        int count = 0;
        while (count < VerifiedAtOnce && _store.TryTake(out ulong packed))
        {
            PageTag tag = new(packed);
            ResidentPages pages = _tables[tag.Table];
            if (table is not null && table != pages)
            {
                Verify(table, _arrived.AsSpan(0, count));
                count = 0;
            }

            _lists[tag.List].Coming--;
            pages.Add(tag.Page, tag.Frame);
            table = pages;
            _arrived[count++] = tag.Page;
        }

        if (table is null) return false;
        Verify(table, _arrived.AsSpan(0, count));
        return true;
    }

    /// <summary>A page that was kept without its zeros comes into a frame. That is memory too, and needs no more verifying than frames do.</summary>
    private void TakeBack(ResidentPages pages, uint page)
    {
        uint frame = TakeFrame(pages);
        bool isThere = _suppressed.TryTake(pages, page, pages.Frame(frame));
        Invariant.Check(isThere);
        pages.Add(page, frame);
        Returns++;
    }

    private void Verify(ResidentPages pages, ReadOnlySpan<uint> arrived)
    {
        Misses += (uint)arrived.Length;
        int changed = pages.Table.Tree.FindChanged(arrived);
        if (changed < 0) return;
        uint page = arrived[changed];
        _store.Read((byte)pages.Table.Id, page, _image); // when it is damaged, the store says where
        throw new StoreDamagedException(
            "the page store", (long)page * PagedRegion.PageBytes, $"page {page} of table {pages.Table.Id} is not the one that was written last: it does not lead to the table's root");
    }
}
