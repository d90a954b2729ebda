// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Node.Checkpoints;

/// <summary>What checkpoints did so far. All zero when none are taken.</summary>
/// <param name="Height">Height of the newest published one.</param>
/// <param name="Published">Published since the start.</param>
/// <param name="LastSeconds">From the beginning of the last one to its manifest.</param>
/// <param name="AgeSeconds">Since the beginning of the last published one.</param>
/// <param name="RunningSeconds">Since the beginning of the one that runs; 0 when none does.</param>
/// <param name="IsOverdue">The running one takes longer than the watchdog allows.</param>
/// <param name="DirtyPages">Pages that the one begun last had to write.</param>
/// <param name="PagesWritten">Pages handed to the store.</param>
/// <param name="StoreBytes">Bytes of the store's files.</param>
/// <param name="Misses">Pages that were read because a batch needed them.</param>
/// <param name="UnexpectedMisses">Those of them that no prefetch had asked for.</param>
/// <param name="Evictions">Pages that left memory.</param>
/// <param name="ResidentBytes">Memory of the tables' pages, when it is bounded.</param>
public readonly record struct CheckpointStatistics(
    ulong Height, ulong Published, double LastSeconds, double AgeSeconds, double RunningSeconds, bool IsOverdue, long DirtyPages, ulong PagesWritten,
    long StoreBytes, ulong Misses, ulong UnexpectedMisses, ulong Evictions, long ResidentBytes)
{
    /// <summary>Pages that a batch needed, that had left, and that were still kept without their zeros.</summary>
    public ulong Returns { get; init; }
}
