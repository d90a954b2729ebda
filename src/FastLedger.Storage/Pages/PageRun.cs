// SPDX-License-Identifier: Apache-2.0
using System.Numerics;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>Some of 64 pages that stand side by side in a table: what is handed over at once.</summary>
/// <param name="First">Number of the first of the 64, a multiple of 64.</param>
/// <param name="Pages">Bit <c>n</c> stands for page <c>First + n</c>. None is no run.</param>
public readonly record struct PageRun(uint First, ulong Pages)
{
    /// <summary>Most pages of a run.</summary>
    public const int Most = 64;

    /// <summary>How many pages it is.</summary>
    public int Count => BitOperations.PopCount(Pages);

    /// <summary>The lowest page.</summary>
    public uint Lowest => First + (uint)BitOperations.TrailingZeroCount(Pages);

    /// <summary>The highest page.</summary>
    public uint Highest => First + 63 - (uint)BitOperations.LeadingZeroCount(Pages);

    /// <summary>True when the page belongs to it.</summary>
    public bool Has(uint page) => page - First < Most && (Pages & (1UL << (int)page)) != 0;

    /// <summary>A page as a run.</summary>
    public static PageRun Of(uint page) => new(page & ~(Most - 1u), 1UL << (int)page);

    /// <summary>The lowest pages of the run.</summary>
    /// <param name="most">So many at most, at least one.</param>
    public PageRun Take(int most)
    {
        Invariant.Check(most > 0);
        ulong pages = Pages;
        for (int excess = Count - most; excess > 0; excess--) pages &= ~(1UL << (63 - BitOperations.LeadingZeroCount(pages)));
        return this with { Pages = pages };
    }

    /// <summary>The run without its lowest page.</summary>
    public PageRun WithoutLowest() => this with { Pages = Pages & (Pages - 1) };
}
