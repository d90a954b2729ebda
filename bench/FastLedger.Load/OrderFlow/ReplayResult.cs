// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Load.Machine;

namespace FastLedger.Load.OrderFlow;

/// <summary>One replay, as <c>replay --json</c> prints it.</summary>
public sealed record ReplayResult
{
    /// <summary>True when the share of exact fills reached the share asked for.</summary>
    public required bool Ok { get; init; }
    public required MachineFingerprint Machine { get; init; }
    public required double Seconds { get; init; }
    public required string File { get; init; }
    public required int Copies { get; init; }
    public required string Durability { get; init; }
    /// <summary>Rows of the file, over all copies.</summary>
    public required long Rows { get; init; }
    public required long Commands { get; init; }
    public required double CommandsPerS { get; init; }
    public required long Batches { get; init; }
    public required long Refused { get; init; }
    public required long Withdrawn { get; init; }
    public required long FillsTotal { get; init; }
    public required long FillsExact { get; init; }
    public required double FillsExactShare { get; init; }
    /// <summary>Fills that were not reproduced, by what the record shows about them.</summary>
    public required IReadOnlyDictionary<FillCircumstance, long> Differences { get; init; }
    /// <summary>Fills of the replay that the record does not have.</summary>
    public required long FillsUnrecorded { get; init; }
    public required string StateRoot { get; init; }
}
