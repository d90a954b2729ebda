// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Threading;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.State.Checkpoints;

/// <summary>What a checkpoint takes from a region while it changes.</summary>
public sealed unsafe partial class PagedRegion
{
    /// <summary>Keeps the content of a unit that is about to change, if the running checkpoint still needs it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Keep(uint unit)
    {
        uint page = unit >> _unitsPerPageShift, within = unit & ((1u << _unitsPerPageShift) - 1);
        if (!IsCapturing || !_frozen.Has(page)) return;
        ref uint slot = ref SlotsOf(page)[within];
        if (slot != 0) return;
        uint taken = _pool!.Take(UnitBytes);
        if (taken == 0)
        {
            WriteNow(page);
            return;
        }

        new ReadOnlySpan<byte>(At(page) + (within * (uint)UnitBytes), UnitBytes).CopyTo(_pool.Image(UnitBytes, taken));
        Volatile.Write(ref slot, taken);
        Volatile.WriteBarrier(); // the unit changes after it is noted where its content was kept
    }

    /// <summary>Brings near what <see cref="Keep"/> looks at, before a batch that changes the unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchKeep(uint unit)
    {
        if (!Sse.IsSupported) return;
        if (_frames == null) Sse.Prefetch0((uint*)_slots.Pointer + unit);
        else if (_frames[unit >> _unitsPerPageShift] != 0) Sse.Prefetch0(SlotsOf(unit >> _unitsPerPageShift));
    }

    /// <summary>A page has moved to another frame, and what is noted of former images of its units moves too.</summary>
    /// <param name="from">The frame where it stood, which is free.</param>
    /// <param name="to">The frame where it stands.</param>
    internal void MoveKept(uint from, uint to)
    {
        if (!IsCapturing) return;
        int units = 1 << _unitsPerPageShift;
        uint* slots = (uint*)_slots.Pointer;
        var left = new Span<uint>(slots + ((nuint)(from - 1) << _unitsPerPageShift), units);
        left.CopyTo(new Span<uint>(slots + ((nuint)(to - 1) << _unitsPerPageShift), units));
        left.Clear();
    }

    /// <summary>Copies a frozen page that the store was told of, as it was when it was frozen.</summary>
    /// <param name="page">Its number.</param>
    /// <param name="destination">Gets its 1,024 bytes.</param>
    /// <remarks>Thread: the store's, while the executor goes on.</remarks>
    public void CopyFrozen(uint page, byte* destination)
    {
        Unsafe.CopyBlockUnaligned(destination, _memory + ((nuint)page * PageBytes), PageBytes);
        Volatile.ReadBarrier(); // the notes are read after the page
        uint* slots = (uint*)_slots.Pointer + ((nuint)page << _unitsPerPageShift);
        int units = 1 << _unitsPerPageShift;
        for (int i = 0; i < units; i++)
        {
            uint slot = Volatile.Read(ref slots[i]);
            if (slot != 0) _pool!.Image(UnitBytes, slot).CopyTo(new Span<byte>(destination + (i * UnitBytes), UnitBytes));
        }
    }

    /// <summary>Begins a checkpoint: what is dirty is frozen, nothing is dirty.</summary>
    /// <returns>Pages frozen.</returns>
    internal uint Freeze(ulong height, PreImagePool pool, IPageStore store, PagesUnderWay underWay)
    {
        Invariant.Check(!IsCapturing && _frozen.Count == 0);
        (_dirty, _frozen) = (_frozen, _dirty);
        _pool = pool;
        _store = store;
        _underWay = underWay;
        _toldUpTo = 0;
        _height = height;
        IsCapturing = _frozen.Count != 0;
        return _frozen.Count;
    }

    /// <summary>Hands frozen pages to the store, lowest first.</summary>
    /// <param name="from">Where to begin; moves on behind the last page written.</param>
    /// <param name="budget">Most pages; falls by those written.</param>
    /// <returns>False while there are more, because the budget is spent or the store has no room.</returns>
    internal bool WriteFrozen(ref uint from, ref int budget)
    {
        bool copiesLater = _frames == null && _store!.CopiesLater;
        return copiesLater ? TellOfFrozen(ref from, ref budget) : WriteEachFrozen(ref from, ref budget);
    }

    /// <summary>The store has copied pages, none of which can leave memory: what was kept of them is given back.</summary>
    internal void EndCapture(PageRun run)
    {
        uint* slots = (uint*)_slots.Pointer + ((nuint)run.First << _unitsPerPageShift);
        int first = 0;
        for (ulong left = run.Pages; left != 0; left = first == PageRun.Most ? 0 : left & (ulong.MaxValue << first))
        {
            first = BitOperations.TrailingZeroCount(left);
            int pages = BitOperations.TrailingZeroCount(~(left >> first)); // side by side
            GiveBack(new Span<uint>(slots + ((nuint)first << _unitsPerPageShift), pages << _unitsPerPageShift));
            first += pages;
        }

        _frozen.Remove(run);
        IsCapturing = _frozen.Count != 0;
    }

    private bool TellOfFrozen(ref uint from, ref int budget)
    {
        while (_frozen.TryFindRun(from, out PageRun run))
        {
            if (budget == 0) return false;
            run = run.Take(budget);
            if (!_underWay!.TryAdd(this, run, _height)) return false;
            from = _toldUpTo = run.Highest + 1;
            budget -= run.Count;
        }

        return true;
    }

    private bool WriteEachFrozen(ref uint from, ref int budget)
    {
        while (_frozen.TryFind(from, out uint page))
        {
            if (budget == 0) return false;
            if (_pool!.UsedBytes > 0) PrefetchKept(page + 1);
            if (!TryWriteFrozen(page)) return false;
            budget--;
            from = page + 1;
        }

        return true;
    }

    private void GiveBack(Span<uint> notes)
    {
        for (int i; (i = notes.IndexOfAnyExcept(0u)) >= 0; notes = notes[(i + 1)..])
        {
            _pool!.Release(UnitBytes, notes[i]);
            notes[i] = 0;
        }
    }

    private bool TryWriteFrozen(uint page)
    {
        int units = 1 << _unitsPerPageShift;
        uint* slots = SlotsOf(page);
        ReadOnlySpan<byte> image = Page(page);
        int first = 0;
        while (first < units && slots[first] == 0) first++;
        if (first < units)
        {
            image.CopyTo(_image);
            for (int i = first; i < units; i++)
                if (slots[i] != 0) _pool!.Image(UnitBytes, slots[i]).CopyTo(_image.AsSpan(i * UnitBytes));
            image = _image;
        }

        if (!_store!.TryWrite(Id, page, _height, image)) return false;
        GiveBack(new Span<uint>(slots, units));
        _frozen.Remove(page);
        IsCapturing = _frozen.Count != 0;
        return true;
    }

    /// <summary>There is no room for former images: the page goes out now, and nothing of it needs keeping any more.</summary>
    private void WriteNow(uint page)
    {
        while (_frozen.Has(page))
        {
            if (page >= _toldUpTo)
            {
                if (TryWriteFrozen(page)) return;
            }
            else
            {
                _underWay!.Settle();
                if (!_frozen.Has(page)) return;
            }

            _store!.WaitForRoom();
        }
    }

    /// <summary>Brings near the former images that belong to a page, and where those of the page behind it are noted.</summary>
    private void PrefetchKept(uint page)
    {
        if (!Sse.IsSupported || page + 1 >= PageCapacity || (_frames != null && _frames[page] == 0)) return;
        uint* slots = SlotsOf(page);
        int units = 1 << _unitsPerPageShift;
        for (int i = 0; i < units; i++)
            if (slots[i] != 0) _pool!.Prefetch(UnitBytes, slots[i]);
        for (int i = 0; i < units; i += 16) Sse.Prefetch0(slots + units + i);
    }
}
