// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>The state's view of the page store. The store is opened when the ledger is there to take its pages, so it is bound later.</summary>
/// <remarks>Thread: the executor's. Alloc: none. Blocks: <see cref="WaitForRoom"/> and <see cref="Read"/>.</remarks>
internal sealed unsafe class PageStoreAdapter : IPageStore, IDisposable
{
    private const int LongestWaitMs = 100; // bounds what a lost signal could cost; none is known
    private const int Yields = 4;
    private PageStore? _store;
    private int _waits;

    /// <summary>Rung by the store when there is room, or something to take.</summary>
    public Doorbell Progress { get; } = new();

    /// <summary>The store; bound before the first block.</summary>
    public PageStore Store => _store ?? throw new InvalidOperationException("The page store is not open yet.");

    public void Bind(PageStore store) => _store = store;

    public bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image)
    {
        if (!Store.TryWrite(new PageKey(region, page), height, image)) return false;
        EndWait();
        return true;
    }

    /// <summary>Yields a few times, then announces that it will sleep: the caller tries once more before it does.</summary>
    public void WaitForRoom()
    {
        _waits++;
        if (_waits <= Yields)
        {
            Thread.Yield();
        }
        else if (_waits == Yields + 1)
        {
            Progress.Announce();
        }
        else
        {
            Progress.Sleep(LongestWaitMs);
            _waits = Yields;
        }
    }

    public void Read(byte region, uint page, Span<byte> image) => Store.ReadBlocking(new PageKey(region, page), image);

    public bool TryRequest(byte region, uint page, byte* destination, ulong tag) => Store.TryRequest(new PageKey(region, page), destination, tag);

    public bool TryTake(out ulong tag)
    {
        bool taken = Store.TryTakeCompletion(out PageRead read);
        tag = read.Tag;
        if (taken) EndWait();
        return taken;
    }

    public void Dispose()
    {
        _store?.Dispose();
        Progress.Dispose();
    }

    private void EndWait()
    {
        if (_waits > Yields) Progress.StayAwake();
        _waits = 0;
    }
}
