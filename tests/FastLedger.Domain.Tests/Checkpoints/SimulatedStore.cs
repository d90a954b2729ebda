// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.State;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.Domain.Tests.Checkpoints;

/// <summary>The real page store on simulated files; it works when it is waited for, and when the test lets it.</summary>
internal sealed unsafe class SimulatedStore : IPageStore, IDisposable
{
    private readonly PageCopier?[] _copiers = new PageCopier?[256];
    private PageStore? _store;

    public PageStore Store => _store!;

    public void Bind(PageStore store) => _store = store;

    public bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image) => Store.TryWrite(new PageKey(region, page), height, image);

    public bool CopiesLater => true;

    public bool TryCopyLater(PagedRegion region, PageRun run, ulong height) =>
        Store.TryWriteLater(region.Id, run, height, _copiers[region.Id] ??= region.CopyFrozen);

    public ulong CountCopied() => Store.CopiedRuns;

    public void WaitForRoom() => Store.Turn();

    public void Read(byte region, uint page, Span<byte> image) => Store.ReadBlocking(new PageKey(region, page), image);

    public bool TryRequest(byte region, uint page, byte* destination, ulong tag) => Store.TryRequest(new PageKey(region, page), destination, tag);

    public bool TryTake(out ulong tag)
    {
        bool taken = Store.TryTakeCompletion(out PageRead read);
        tag = read.Tag;
        return taken;
    }

    public void Dispose() => _store?.Dispose();
}
