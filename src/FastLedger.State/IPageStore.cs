// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.State;

/// <summary>
/// Where the pages of the state live besides memory. What it does, and when, never changes a result.
/// </summary>
/// <remarks>
/// Operations take effect in the order in which they were accepted, reads included: a page that was written is read as written. Thread:
/// executor only. Alloc: none. Blocks: only where said.
/// </remarks>
public unsafe interface IPageStore
{
    /// <summary>Takes a copy of a page.</summary>
    /// <param name="region">Number of the table or other region.</param>
    /// <param name="page">Number of the page in it.</param>
    /// <param name="height">Height whose state the image shows.</param>
    /// <param name="image">1,024 bytes.</param>
    /// <returns>False when there is no room now.</returns>
    bool TryWrite(byte region, uint page, ulong height, ReadOnlySpan<byte> image);

    /// <summary>True when <see cref="TryCopyLater"/> works.</summary>
    bool CopiesLater => false;

    /// <summary>As <see cref="TryWrite"/>, but the pages are copied later, on any thread, by <see cref="PagedRegion.CopyFrozen"/>.</summary>
    /// <param name="region">Where the pages are.</param>
    /// <param name="run">Frozen pages, which stay frozen until all of them are copied.</param>
    /// <param name="height">Height whose state they show.</param>
    /// <returns>False when there is no room now.</returns>
    bool TryCopyLater(PagedRegion region, PageRun run, ulong height) => false;

    /// <summary>How many of the runs that <see cref="TryCopyLater"/> accepted were copied whole so far; in the order in which it did.</summary>
    ulong CountCopied() => 0;

    /// <summary>Waits until there is room, or something to take.</summary>
    /// <remarks>Blocks: on the store.</remarks>
    void WaitForRoom();

    /// <summary>Reads the newest image of a page and compares it with its checksum; zeros when it was never written.</summary>
    /// <remarks>Blocks: on the store.</remarks>
    void Read(byte region, uint page, Span<byte> image);

    /// <summary>
    /// Asks for the newest image of a page. Its bytes are not compared with a checksum: the caller has a root to compare them with, and asks
    /// <see cref="Read"/> for what is wrong when they differ.
    /// </summary>
    /// <param name="region">Number of the table or other region.</param>
    /// <param name="page">Number of the page in it.</param>
    /// <param name="destination">Gets its 1,024 bytes, on any thread, before it can be taken.</param>
    /// <param name="tag">Comes back with it.</param>
    /// <returns>False when there is no room now.</returns>
    bool TryRequest(byte region, uint page, byte* destination, ulong tag);

    /// <summary>Takes a page that was asked for and has come to its destination, in any order.</summary>
    /// <param name="tag">The request's.</param>
    /// <returns>False when none has arrived yet.</returns>
    bool TryTake(out ulong tag);
}
