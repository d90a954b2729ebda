// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.State.Checkpoints;

/// <summary>
/// A set of page numbers: a bit per page, and above it a bit per 64 words, so that walking a large, thinly filled set costs what is in it.
/// </summary>
/// <remarks>Thread: one at a time. Alloc: native memory at construction. Blocks: no.</remarks>
internal sealed unsafe class PageBitmap : IDisposable
{
    private const int WordShift = 6, GroupShift = 12;

    private readonly ReservedMemory _memory;
    private readonly ulong* _words;
    private readonly ulong* _groups;
    private readonly uint _pages;

    /// <summary>An empty set.</summary>
    /// <param name="pages">Page numbers stay below it.</param>
    public PageBitmap(uint pages)
    {
        Invariant.Check(pages > 0);
        _pages = pages;
        nuint words = ((nuint)pages + 63) >> WordShift;
        nuint groups = (words + 4095) >> GroupShift;
        _memory = new ReservedMemory((words + (groups * 64)) * sizeof(ulong));
        _words = (ulong*)_memory.Pointer;
        _groups = _words + words;
    }

    /// <summary>Pages in the set.</summary>
    public uint Count { get; private set; }

    /// <summary>True when the page is in the set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(uint page)
    {
        Invariant.Check(page < _pages);
        return (_words[page >> WordShift] & (1UL << (int)page)) != 0;
    }

    /// <summary>Puts a page into the set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint page)
    {
        Invariant.Check(page < _pages);
        ref ulong word = ref _words[page >> WordShift];
        ulong bit = 1UL << (int)page;
        if ((word & bit) != 0) return;
        word |= bit;
        Count++;
        uint at = page >> WordShift;
        _groups[at >> WordShift] |= 1UL << (int)at;
    }

    /// <summary>Takes a page out of the set.</summary>
    public void Remove(uint page)
    {
        Invariant.Check(page < _pages);
        ref ulong word = ref _words[page >> WordShift];
        ulong bit = 1UL << (int)page;
        if ((word & bit) == 0) return;
        word &= ~bit;
        Count--;
        uint at = page >> WordShift;
        if (word == 0) _groups[at >> WordShift] &= ~(1UL << (int)at);
    }

    /// <summary>The lowest page of the set that is not below <paramref name="from"/>.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryFind(uint from, out uint page)
    {
        page = 0;
        if (Count == 0 || from >= _pages) return false;
        uint at = from >> WordShift;
        ulong word = _words[at] & (ulong.MaxValue << (int)from);
        if (word == 0)
        {
            uint words = (_pages + 63) >> WordShift;
            if (++at >= words) return false;
            uint group = at >> WordShift, groups = (words + 63) >> WordShift;
            ulong occupied = _groups[group] & (ulong.MaxValue << (int)at);
            while (occupied == 0)
            {
                if (++group == groups) return false;
                occupied = _groups[group];
            }

            at = (group << WordShift) + (uint)BitOperations.TrailingZeroCount(occupied);
            word = _words[at];
        }

        page = (at << WordShift) + (uint)BitOperations.TrailingZeroCount(word);
        return true;
    }

    /// <summary>The pages of the set among 64 side by side: those with the lowest page that is not below <paramref name="from"/>, from it on.</summary>
    /// <returns>False when there are none.</returns>
    public bool TryFindRun(uint from, out PageRun run)
    {
        run = default;
        if (!TryFind(from, out uint page)) return false;
        run = new PageRun(page & ~(PageRun.Most - 1u), _words[page >> WordShift] & (ulong.MaxValue << (int)page));
        return true;
    }

    /// <summary>Takes pages out of the set, all of which are in it.</summary>
    public void Remove(PageRun run)
    {
        Invariant.Check(run.Pages != 0 && run.Highest < _pages);
        uint at = run.First >> WordShift;
        ref ulong word = ref _words[at];
        Invariant.Check((word & run.Pages) == run.Pages);
        word &= ~run.Pages;
        Count -= (uint)run.Count;
        if (word == 0) _groups[at >> WordShift] &= ~(1UL << (int)at);
    }

    /// <summary>Empties the set.</summary>
    public void Clear()
    {
        for (uint page = 0; TryFind(page, out page);) Remove(page);
    }

    public void Dispose() => _memory.Dispose();
}
