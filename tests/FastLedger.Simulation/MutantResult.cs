// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Simulation;

/// <summary>What became of a mutant.</summary>
/// <param name="Name">The mutant.</param>
/// <param name="Scenarios">Scenarios until it was found out, or all that were run.</param>
/// <param name="Oracle">The oracle that found it out; empty when it survived.</param>
public sealed record MutantResult(string Name, int Scenarios, string Oracle);
