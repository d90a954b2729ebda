// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.State.Checkpoints;

/// <summary>
/// Frozen pages that the store was told of and has yet to copy, in the order in which it was told: they stay frozen until it has, and what
/// changes in them meanwhile is kept.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: no.</remarks>
internal sealed class PagesUnderWay
{
    /// <summary>Most pages at a time: what the store copies in some 10 ms.</summary>
    public const int Capacity = 1 << 14;

    private const ulong Ahead = 4;
    private readonly (PagedRegion? Region, uint Page)[] _pages = new (PagedRegion?, uint)[Capacity];
    private readonly IPageStore _store;
    private ulong _first, _end, _copiedBefore;

    public PagesUnderWay(IPageStore store) => _store = store;

    /// <summary>Pages that are not copied yet, as far as was looked.</summary>
    public int Count => (int)(_end - _first);

    /// <summary>Lets the store copy a page of a region some time from now.</summary>
    /// <returns>False when there is no room now.</returns>
    public bool TryAdd(PagedRegion region, uint page, ulong height)
    {
        if (Count == Capacity) Settle();
        if (Count == Capacity) return false;
        if (_end == 0) _copiedBefore = _store.CountCopied();
        if (!_store.TryCopyLater(region, page, height)) return false;
        _pages[_end++ & (Capacity - 1)] = (region, page);
        return true;
    }

    /// <summary>Ends the capture of those pages that the store has copied meanwhile.</summary>
    public void Settle()
    {
        if (Count == 0) return;
        ulong copied = _store.CountCopied() - _copiedBefore;
        Invariant.Check(copied >= _first && copied <= _end);
        for (ulong at = _first; at < copied && at < _first + Ahead; at++) Prefetch(at);
        for (; _first < copied; _first++)
        {
            if (_first + Ahead < copied) Prefetch(_first + Ahead);
            (PagedRegion? region, uint page) = _pages[_first & (Capacity - 1)];
            region!.EndCapture(page);
        }
    }

    private void Prefetch(ulong at)
    {
        (PagedRegion? region, uint page) = _pages[at & (Capacity - 1)];
        region!.PrefetchSlots(page);
    }
}
