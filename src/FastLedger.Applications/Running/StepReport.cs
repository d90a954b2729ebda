// SPDX-License-Identifier: Apache-2.0
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Running;

/// <summary>What became of a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Ok">It went as the scenario says.</param>
/// <param name="IsRefusal">It was an attempt that had to be refused.</param>
/// <param name="Detail">What is worth showing; when it did not go well, why.</param>
/// <param name="FirstSequence">Ledger sequence of its first command; 0 when it sent none.</param>
/// <param name="LastSequence">Ledger sequence of its last command.</param>
public sealed record StepReport(ScenarioStep Step, bool Ok, bool IsRefusal, string Detail, ulong FirstSequence, ulong LastSequence);
