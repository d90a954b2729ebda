// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.State.Checkpoints;

namespace FastLedger.State.Residency;

// How pages leave.
public sealed unsafe partial class PageResidency
{
    private const int MostRounds = 6; // the first may find everything used, the next ones lower how often

    private int _handTable;
    private uint _handWord;
    private long _mostSuppressed;

    private void Release(ResidentPages pages, uint page)
    {
        pages.Remove(page);
        ResidentBytes -= BytesOf(pages);
    }

    /// <summary>Lets pages go until so much fits.</summary>
    private void MakeRoom(long bytes)
    {
        long limit = LimitBytes - BookkeepingBytes;
        _mostSuppressed = Math.Max(0, limit / SuppressedShare * SuppressedShareOf);
        _suppressed.Shrink(_mostSuppressed);
        while (ResidentBytes + bytes > Math.Max(_fixedBytes, limit - _suppressed.Bytes))
        {
            // A little more, so that not every batch has to. What leaves is kept without its zeros at first, and takes a part of what it leaves.
            long before = ResidentBytes;
            Evict(Math.Max(_fixedBytes, limit - _suppressed.Bytes - bytes - (limit / 32)));
            if (ResidentBytes == before) break; // all that is left is needed
        }

        Shrink(Math.Max(limit - _suppressed.Bytes, ResidentBytes + bytes));
    }

    private void Evict(long goal)
    {
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

    /// <summary>Frames that one table no longer needs go back to the system when all frames together hold more than they may.</summary>
    private void Shrink(long most)
    {
        long spare = HeldBytes - most;
        if (spare <= 0) return;
        foreach (ResidentPages pages in _tables) spare -= pages.Shrink((uint)Math.Max(0, spare / BytesOf(pages))) * BytesOf(pages);
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

        _suppressed.Add(pages, page, pages.Frame(pages.Frames[page]), _mostSuppressed);
        Release(pages, page);
        Evictions++;
    }
}
