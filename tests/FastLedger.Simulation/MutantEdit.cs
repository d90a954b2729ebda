// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Simulation;

/// <summary>One replacement in one source file.</summary>
/// <param name="File">Path below the source root, for example <c>FastLedger.Consensus/Safety/SafetyRules.cs</c>.</param>
/// <param name="Text">What stands there.</param>
/// <param name="Replacement">What stands there instead.</param>
public sealed record MutantEdit(string File, string Text, string Replacement);
