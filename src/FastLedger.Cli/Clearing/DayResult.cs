// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Cli.Clearing;

/// <summary>What became of a day.</summary>
internal sealed record DayResult
{
    public required SettlementMode Mode { get; init; }
    public required int Settled { get; init; }
    public required UInt128 Value { get; init; }
    /// <summary>Sum over the banks of the most that each drew at any moment.</summary>
    public required UInt128 PeakLiquidity { get; init; }
    public required double QueueP50Ms { get; init; }
    public required double QueueP99Ms { get; init; }
    public required int SettledGross { get; init; }
    public required int SettledByOffset { get; init; }
    public required int SettledByResolution { get; init; }
    public required int SettledByNetting { get; init; }
    /// <summary>From the first batch sent to the last answer.</summary>
    public required double Seconds { get; init; }
    /// <summary>Per payment: the batch by whose end it had settled; <see cref="int.MaxValue"/> for never.</summary>
    public required int[] SettledInBatch { get; init; }
    /// <summary>Sum of what all banks drew, by the end of each batch.</summary>
    public required double[] Drawn { get; init; }
}
