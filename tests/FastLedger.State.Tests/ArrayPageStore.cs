// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.State.Tests;

/// <summary>A page store for one table that is a plain array: it always has room, does everything at once, and allocates nothing.</summary>
/// <param name="pages">Pages of the table.</param>
public sealed unsafe class ArrayPageStore(uint pages) : IPageStore, IDisposable
{
    private readonly ReservedMemory _pages = new((nuint)pages * PagedRegion.PageBytes);
    private readonly ulong[] _arrived = new ulong[1024];
    private int _arrivedCount;
    private ulong _copied;

    /// <summary>Pages written so far.</summary>
    public int Writes { get; private set; }

    public bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image)
    {
        image.CopyTo(Page(page));
        Writes++;
        return true;
    }

    public bool CopiesLater { get; init; }

    public bool TryCopyLater(PagedRegion region, PageRun run, ulong height)
    {
        for (; run.Pages != 0; run = run.WithoutLowest())
        {
            fixed (byte* image = Page(run.Lowest)) region.CopyFrozen(run.Lowest, image);
            Writes++;
        }

        _copied++;
        return true;
    }

    public ulong CountCopied() => _copied;

    public void WaitForRoom()
    {
        // Everything is done when it is asked for, so there is nothing to wait for.
    }

    public void Read(byte region, uint page, Span<byte> image) => Page(page).CopyTo(image);

    public bool TryRequest(byte region, uint page, byte* destination, ulong tag)
    {
        if (_arrivedCount == _arrived.Length) return false;
        Page(page).CopyTo(new Span<byte>(destination, PagedRegion.PageBytes));
        _arrived[_arrivedCount++] = tag;
        return true;
    }

    public bool TryTake(out ulong tag)
    {
        tag = 0;
        if (_arrivedCount == 0) return false;
        tag = _arrived[--_arrivedCount];
        return true;
    }

    public void Dispose() => _pages.Dispose();

    private Span<byte> Page(uint page)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(page, pages);
        return new Span<byte>(_pages.Pointer + ((nuint)page * PagedRegion.PageBytes), PagedRegion.PageBytes);
    }
}
