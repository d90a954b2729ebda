// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Simulation;

/// <summary>What a campaign found; the fields are the keys of <c>fastledger sim --json</c>.</summary>
/// <param name="Scenarios">Scenarios run.</param>
/// <param name="Violations">Scenarios in which an oracle was violated.</param>
/// <param name="Forks">Scenarios in which correct replicas committed different blocks.</param>
/// <param name="ScenariosPerS">Scenarios per second of this thread.</param>
/// <param name="Killed">Mutants that were found out.</param>
/// <param name="Survived">Mutants that were not.</param>
/// <param name="TraceHash">Mix of the trace hashes of all scenarios, in hexadecimal.</param>
/// <param name="FirstViolation">The first violation, with its seed; null for none.</param>
/// <param name="Mutants">Per mutant: scenarios to kill and the oracle that did.</param>
public sealed record SimulationResult(
    int Scenarios, int Violations, int Forks, double ScenariosPerS, int Killed, int Survived, string TraceHash,
    string? FirstViolation, IReadOnlyList<MutantResult> Mutants)
{
    /// <summary>Blocks committed in all scenarios together.</summary>
    public ulong Blocks { get; init; }

    /// <summary>Forks whose evidence named at least f + 1 keys, all of them faulty.</summary>
    public int AccountedForks { get; init; }

    /// <summary>Virtual time and views of the scenarios together.</summary>
    public ulong Views { get; init; }
}
