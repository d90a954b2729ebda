// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Domain.Tests.Checkpoints;

/// <summary>The real page store on simulated files; it works when it is waited for, and when the test lets it.</summary>
internal sealed class SimulatedStore : IPageStore, IDisposable
{
    private PageStore? _store;

    public PageStore Store => _store!;

    public void Bind(PageStore store) => _store = store;

    public bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image) => Store.TryWrite(new PageKey(region, page), height, image);

    public void WaitForRoom() => Store.Turn();

    public void Read(byte region, uint page, Span<byte> image) => Store.ReadBlocking(new PageKey(region, page), image);

    public bool TryRequest(byte region, uint page) => Store.TryRequest(new PageKey(region, page), 0);

    public bool TryTake(out byte region, out uint page, Span<byte> image)
    {
        (region, page) = (0, 0);
        if (!Store.TryTakeCompletion(out PageRead read)) return false;
        (region, page) = ((byte)read.Key.Table, read.Key.Page);
        read.Bytes.CopyTo(image);
        Store.ReleaseCompletion();
        return true;
    }

    public void Dispose() => _store?.Dispose();
}
