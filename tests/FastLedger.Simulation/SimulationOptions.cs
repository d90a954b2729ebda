// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Simulation;

/// <summary>What <c>fastledger sim</c> is asked to do.</summary>
public sealed record SimulationOptions
{
    /// <summary>Scenarios to run.</summary>
    public int Seeds { get; init; } = 1000;

    /// <summary>Seed of the first scenario; the others follow.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Validators.</summary>
    public int Nodes { get; init; } = 4;

    /// <summary>Byzantine validators; −1 lets every scenario draw up to f.</summary>
    public int Byzantine { get; init; } = -1;

    /// <summary>Twins scenarios instead of the adversary and process faults.</summary>
    public bool Twins { get; init; }

    /// <summary>Runs every canonical Twins scenario of so many views with two sides (n = 4) instead of sampling; 0 for none.</summary>
    public int ExhaustiveViews { get; init; }

    /// <summary>Which part of the enumeration to run, 0-based, of <see cref="ExhaustiveParts"/>.</summary>
    public int ExhaustivePart { get; init; }

    /// <summary>Into how many parts the enumeration is cut.</summary>
    public int ExhaustiveParts { get; init; } = 1;

    /// <summary>A mutant's name, or "all"; empty for the real core.</summary>
    public string Mutant { get; init; } = string.Empty;

    /// <summary>Receives the readable trace of the (shrunk) failing scenario, or of a single one.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>Makes the failing scenario smaller before it is traced.</summary>
    public bool Shrink { get; init; } = true;
}
