// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using FastLedger.State;
using FastLedger.State.Checkpoints;
using FastLedger.State.Residency;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>Puts the pages that recovery reads into their places and says how far it is.</summary>
internal sealed class RegionFiller
{
    private const int LineEvery = 1 << 16;
    private readonly PagedRegion?[] _regions = new PagedRegion?[256];
    private readonly uint[] _counts = new uint[256];
    private readonly PageResidency? _residency;
    private readonly ulong _expected;
    private readonly Action<string> _progress;
    private readonly long _start = Stopwatch.GetTimestamp();
    private ulong _pages;

    /// <param name="tree">The new ledger's tables.</param>
    /// <param name="counts">Records of each table.</param>
    /// <param name="expected">Pages that will come.</param>
    /// <param name="progress">Told how far it is.</param>
    public RegionFiller(StateTree tree, uint[] counts, ulong expected, Action<string> progress)
    {
        foreach (PagedRegion region in tree.Regions) _regions[region.Id] = region;
        for (int i = 0; i < counts.Length; i++) _counts[(int)tree.Tables[i].Id] = counts[i];
        _residency = tree.Residency;
        _expected = expected;
        _progress = progress;
    }

    /// <summary>Why the pages are not those of this ledger, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>Takes one page.</summary>
    public void Fill(PageKey key, ulong height, ReadOnlySpan<byte> page)
    {
        PagedRegion? region = key.Table < (uint)_regions.Length ? _regions[key.Table] : null;
        if (region is null || key.Page >= region.PageCapacity)
        {
            Fault ??= $"{key} is of no table of this ledger";
            return;
        }

        if (_residency is not null && _counts[key.Table] != 0) _residency.Take((byte)key.Table, key.Page, page, _counts[key.Table]);
        else page.CopyTo(region.Page(key.Page));
        if (++_pages % LineEvery != 0 && _pages != _expected) return;
        double seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        _progress(FormattableString.Invariant(
            $"Reading the state: {100.0 * _pages / Math.Max(1, _expected):0} %, {_pages * PagedRegion.PageBytes / 1e6 / Math.Max(seconds, 1e-3):0} MB/s"));
    }
}
