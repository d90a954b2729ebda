// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>The state's view of the page store. The store is opened when the ledger is there to take its pages, so it is bound later.</summary>
/// <remarks>Thread: the executor's. Alloc: none. Blocks: <see cref="WaitForRoom"/> and <see cref="Read"/>.</remarks>
internal sealed unsafe class PageStoreAdapter : IPageStore, IDisposable
{
    private const int LongestWaitMs = 100; // bounds what a lost signal could cost; none is known
    private const int Yields = 4;
    private readonly PageCopier?[] _copiers = new PageCopier?[byte.MaxValue + 1];
    private PageStore? _store;
    private bool _disposed;
    private ulong _copied;
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

    public bool CopiesLater => true;

    public bool TryCopyLater(PagedRegion region, PageRun run, ulong height)
    {
        PageCopier copier = _copiers[region.Id] ??= region.CopyFrozen;
        if (!Store.TryWriteLater(region.Id, run, height, copier)) return false;
        EndWait();
        return true;
    }

    public ulong CountCopied()
    {
        ulong copied = Store.CopiedRuns;
        if (copied == _copied) return copied;
        _copied = copied;
        EndWait();
        return copied;
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

    /// <summary>Stops the store: it copies nothing from tables and former images any more. A second time, nothing.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _store?.Dispose();
        Progress.Dispose();
    }

    private void EndWait()
    {
        if (_waits > Yields) Progress.StayAwake();
        _waits = 0;
    }
}
