// SPDX-License-Identifier: Apache-2.0
using FastLedger.Load.Machine;

namespace FastLedger.Cli.Demo;

/// <summary>What <c>demo --json</c> prints.</summary>
internal sealed record DemoResult
{
    public required bool Ok { get; init; }
    public required MachineFingerprint Machine { get; init; }
    public required int Replicas { get; init; }

    /// <summary>Each replica is a process of its own.</summary>
    public required bool Processes { get; init; }
    public required double Seconds { get; init; }
    public required double OpsPerS { get; init; }
    public required double TransfersPerS { get; init; }
    public required double OrdersPerS { get; init; }
    public required long Trades { get; init; }
    public required double P50Us { get; init; }
    public required double P99Us { get; init; }
    public required double P999Us { get; init; }
    public required double MaxUs { get; init; }
    public required string Durability { get; init; }
    public required long Accounts { get; init; }
    public required bool SumZero { get; init; }
    public required ulong Height { get; init; }
    public required string StateRoot { get; init; }

    /// <summary>The replica that crashed and came back has the state root of the others at the same height.</summary>
    public required bool RestartRootEqual { get; init; }

    /// <summary>Bytes of the proof of an account.</summary>
    public required int ProofBytes { get; init; }

    /// <summary>The proof was accepted with nothing but the genesis.</summary>
    public required bool ProofVerified { get; init; }

    /// <summary>Copies of the proof with one byte changed that were refused.</summary>
    public required int ProofMutationsRefused { get; init; }

    /// <summary>The proof was fetched while a replica was down.</summary>
    public required bool AnsweredDuringCrash { get; init; }
}
