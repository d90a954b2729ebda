// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.State;

/// <summary>
/// Where the pages of the state live besides memory. What it does, and when, never changes a result.
/// </summary>
/// <remarks>
/// Operations take effect in the order in which they were accepted, reads included: a page that was written is read as written. Thread:
/// executor only. Alloc: none. Blocks: only where said.
/// </remarks>
public interface IPageStore
{
    /// <summary>Takes a copy of a page.</summary>
    /// <param name="region">Number of the table or other region.</param>
    /// <param name="page">Number of the page in it.</param>
    /// <param name="height">Height whose state the image shows.</param>
    /// <param name="image">4,096 bytes.</param>
    /// <returns>False when there is no room now.</returns>
    bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image);

    /// <summary>Waits until there is room, or something to take.</summary>
    /// <remarks>Blocks: on the store.</remarks>
    void WaitForRoom();

    /// <summary>Reads the newest image of a page; zeros when it was never written.</summary>
    /// <remarks>Blocks: on the store.</remarks>
    void Read(byte region, uint page, Span<byte> image);

    /// <summary>Asks for a page, to be taken later.</summary>
    /// <returns>False when there is no room now.</returns>
    bool TryRequest(byte region, uint page);

    /// <summary>Takes a page that was asked for, in any order.</summary>
    /// <returns>False when none has arrived yet.</returns>
    bool TryTake(out byte region, out uint page, Span<byte> image);
}
