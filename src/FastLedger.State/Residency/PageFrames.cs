// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;
using FastLedger.State.Checkpoints;

namespace FastLedger.State.Residency;

/// <summary>
/// Which frame of a table's memory each page has. Frames lie close together and are used again at once, so that pages that come and go cost
/// neither page faults nor the flushing of address translations on other processors.
/// </summary>
/// <remarks>Frames count from 1. Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
internal sealed unsafe class PageFrames : IDisposable
{
    private readonly ReservedMemory _memory;
    private readonly uint* _pageIn; // of each frame: page + 1, or 0
    private readonly PageBitmap _free;
    private uint _lowestFree;

    /// <summary>No page has a frame.</summary>
    /// <param name="pages">Pages of the table; as many frames are enough.</param>
    public PageFrames(uint pages)
    {
        _memory = new ReservedMemory(((nuint)pages + 1) * 2 * sizeof(uint));
        Of = (uint*)_memory.Pointer;
        _pageIn = Of + pages;
        _free = new PageBitmap(pages + 1);
    }

    /// <summary>The frame of each page; 0 while it is not in memory.</summary>
    public uint* Of { get; }

    /// <summary>The highest frame that has memory.</summary>
    public uint Top { get; private set; }

    /// <summary>Frames that have memory and wait for a page.</summary>
    public uint Free => _free.Count;

    /// <summary>Takes a frame: the lowest that is free. What it holds is not said.</summary>
    public uint Take()
    {
        if (_free.Count == 0) return ++Top;
        bool found = _free.TryFind(_lowestFree, out uint frame);
        Invariant.Check(found);
        _free.Remove(frame);
        _lowestFree = frame + 1;
        return frame;
    }

    /// <summary>The page has come into the frame.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Bind(uint page, uint frame)
    {
        Of[page] = frame;
        _pageIn[frame] = page + 1;
    }

    /// <summary>The page is no longer in its frame, which is free.</summary>
    public void Unbind(uint page)
    {
        uint frame = Of[page];
        Of[page] = 0;
        _pageIn[frame] = 0;
        GiveBack(frame);
    }

    /// <summary>A frame that was taken has no page after all.</summary>
    public void GiveBack(uint frame)
    {
        _free.Add(frame);
        _lowestFree = Math.Min(_lowestFree, frame);
    }

    /// <summary>Takes the highest frame away. Its page, if there is one, moves to the lowest free one.</summary>
    /// <param name="page">The page that moves.</param>
    /// <param name="to">Where it is from now on; 0 when there was none.</param>
    /// <returns>False when there is no free frame, or the highest one waits for a page that is on its way.</returns>
    public bool TryDropTop(out uint page, out uint to)
    {
        (page, to) = (0, 0);
        if (_free.Count == 0) return false;
        if (_free.Has(Top))
        {
            _free.Remove(Top--);
            return true;
        }

        if (_pageIn[Top] == 0) return false;
        page = _pageIn[Top] - 1;
        to = Take();
        _pageIn[Top--] = 0;
        Bind(page, to);
        return true;
    }

    public void Dispose()
    {
        _free.Dispose();
        _memory.Dispose();
    }
}
