// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.State;

/// <summary>No store at all: every page stays in memory and the journal brings it back after a restart.</summary>
public sealed unsafe class ResidentPageStore : IPageStore
{
    /// <inheritdoc/>
    public bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image)
    {
        Invariant.Fail("a page was written where there is no store");
        return false;
    }

    /// <inheritdoc/>
    public void WaitForRoom() => Invariant.Fail("the state waits for a store that is not there");

    /// <inheritdoc/>
    public void Read(byte region, uint page, Span<byte> image) => Invariant.Fail("a page was read where there is no store");

    /// <inheritdoc/>
    public bool TryRequest(byte region, uint page, byte* destination, ulong tag)
    {
        Invariant.Fail("a page was asked for where there is no store");
        return false;
    }

    /// <inheritdoc/>
    public bool TryTake(out ulong tag)
    {
        tag = 0;
        return false;
    }
}
