// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.State.Checkpoints;

/// <summary>
/// Frozen pages that the store was told of and has yet to copy, in the order in which it was told: they stay frozen until it has, and what
/// changes in them meanwhile is kept.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: no.</remarks>
internal sealed class PagesUnderWay
{
    /// <summary>So many pages at a time, and a run more: what the store copies in some 10 ms.</summary>
    public const int Capacity = 1 << 14;

    private const int RunCapacity = 1 << 11; // in a thinly filled region a run is few pages
    private readonly (PagedRegion? Region, PageRun Run)[] _runs = new (PagedRegion?, PageRun)[RunCapacity];
    private readonly IPageStore _store;
    private ulong _first, _end, _copiedBefore;

    public PagesUnderWay(IPageStore store) => _store = store;

    /// <summary>Pages that are not copied yet, as far as was looked.</summary>
    public int Pages { get; private set; }

    private bool IsFull => Pages >= Capacity || _end - _first == RunCapacity;

    /// <summary>Lets the store copy pages of a region some time from now.</summary>
    /// <returns>False when there is no room now.</returns>
    public bool TryAdd(PagedRegion region, PageRun run, ulong height)
    {
        if (IsFull) Settle();
        if (IsFull) return false;
        if (_end == 0) _copiedBefore = _store.CountCopied();
        if (!_store.TryCopyLater(region, run, height)) return false;
        _runs[_end++ & (RunCapacity - 1)] = (region, run);
        Pages += run.Count;
        return true;
    }

    /// <summary>Ends the capture of those pages that the store has copied meanwhile.</summary>
    public void Settle()
    {
        if (Pages == 0) return;
        ulong copied = _store.CountCopied() - _copiedBefore;
        Invariant.Check(copied >= _first && copied <= _end);
        for (; _first < copied; _first++)
        {
            (PagedRegion? region, PageRun run) = _runs[_first & (RunCapacity - 1)];
            region!.EndCapture(run);
            Pages -= run.Count;
        }
    }
}
