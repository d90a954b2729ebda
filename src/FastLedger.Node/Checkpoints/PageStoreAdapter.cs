// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>The state's view of the page store. The store is opened when the ledger is there to take its pages, so it is bound later.</summary>
/// <remarks>Thread: the executor's. Alloc: none. Blocks: <see cref="WaitForRoom"/> and <see cref="Read"/>.</remarks>
internal sealed class PageStoreAdapter : IPageStore, IDisposable
{
    private const int LongestWaitMs = 1;
    private const int Yields = 16;
    private PageStore? _store;
    private int _yields;

    /// <summary>Rung by the store when there is room, or something to take.</summary>
    public Doorbell Progress { get; } = new();

    /// <summary>The store; bound before the first block.</summary>
    public PageStore Store => _store ?? throw new InvalidOperationException("The page store is not open yet.");

    public void Bind(PageStore store) => _store = store;

    public bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image)
    {
        if (!Store.TryWrite(new PageKey(region, page), height, image)) return false;
        _yields = 0;
        return true;
    }

    public void WaitForRoom()
    {
        if (_yields++ < Yields)
        {
            Thread.Yield();
            return;
        }

        _yields = 0;
        Progress.Announce();
        Progress.Sleep(LongestWaitMs);
    }

    public void Read(byte region, uint page, Span<byte> image) => Store.ReadBlocking(new PageKey(region, page), image);

    public bool TryRequest(byte region, uint page) => Store.TryRequest(new PageKey(region, page), 0);

    public bool TryTake(out byte region, out uint page, Span<byte> image)
    {
        if (!Store.TryTakeCompletion(out PageRead read))
        {
            (region, page) = (0, 0);
            return false;
        }

        (region, page) = ((byte)read.Key.Table, read.Key.Page);
        read.Bytes.CopyTo(image);
        Store.ReleaseCompletion();
        _yields = 0;
        return true;
    }

    public void Dispose()
    {
        _store?.Dispose();
        Progress.Dispose();
    }
}
