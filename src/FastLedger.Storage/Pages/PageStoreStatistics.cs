// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What a page store has done and holds, as of one moment.</summary>
/// <param name="Pages">Pages that exist.</param>
/// <param name="LogBytes">Bytes of the log's files on disk, and of those kept for what is written next.</param>
/// <param name="LiveBytes">Bytes of the newest images of all pages, as they stand in the log.</param>
/// <param name="PagesWritten">Pages written by the caller.</param>
/// <param name="PagesRead">Pages read.</param>
/// <param name="PagesMoved">Live pages moved to the log's end, so that its beginning can be deleted.</param>
/// <param name="ExcessBytes">Bytes of the log's beginning that go when the live pages in them are moved.</param>
/// <param name="Checkpoints">Checkpoints taken.</param>
/// <param name="OverflowBuckets">Hash buckets beyond the index's own: many mean that the store was laid out for fewer pages.</param>
/// <param name="TailAddress">
/// Bytes ever written to the log. At <see cref="PageStoreOptions.RenewalBytes"/> the next checkpoint moves all pages to another one.
/// </param>
/// <param name="WritesInFlight">Pages in the ring, not yet with FASTER.</param>
public readonly record struct PageStoreStatistics(
    long Pages,
    long LogBytes,
    long LiveBytes,
    ulong PagesWritten,
    ulong PagesRead,
    ulong PagesMoved,
    long ExcessBytes,
    ulong Checkpoints,
    long OverflowBuckets,
    long TailAddress,
    ulong WritesInFlight);
