// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Running;

/// <summary>What became of a scenario.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Steps">The steps played; the first one that failed is the last.</param>
/// <param name="AttacksExpected">Attempts that had to be refused, when it attacks.</param>
public sealed record ScenarioReport(Scenario Scenario, IReadOnlyList<StepReport> Steps, int AttacksExpected)
{
    /// <summary>All steps went as they say.</summary>
    public bool Ok => Steps.Count == Scenario.Steps.Count && Steps.All(s => s.Ok);
}
