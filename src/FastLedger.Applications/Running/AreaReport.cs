// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Applications.Scenarios;

namespace FastLedger.Applications.Running;

/// <summary>What became of an area.</summary>
/// <param name="Area">The area.</param>
/// <param name="Scenarios">What became of the scenarios that were played.</param>
public sealed record AreaReport(Area Area, IReadOnlyList<ScenarioReport> Scenarios)
{
    /// <summary>All scenarios went as they say.</summary>
    public bool Ok => Scenarios.All(s => s.Ok);

    /// <summary>Steps played.</summary>
    public int Steps => Scenarios.Sum(s => s.Steps.Count);

    /// <summary>Attempts that had to be refused, in the scenarios that attack.</summary>
    public int AttacksExpected => Scenarios.Sum(s => s.AttacksExpected);

    /// <summary>Those of them that were refused as expected and left no trace.</summary>
    public int AttacksRefused => Scenarios.Sum(s => s.Scenario.IsAttack ? s.Steps.Count(r => r.IsRefusal && r.Ok) : 0);

    /// <summary>Ledger sequence of the first command.</summary>
    public ulong FirstSequence => Scenarios.SelectMany(s => s.Steps).Where(s => s.FirstSequence != 0).Select(s => s.FirstSequence).DefaultIfEmpty().Min();

    /// <summary>Ledger sequence of the last command.</summary>
    public ulong LastSequence => Scenarios.SelectMany(s => s.Steps).Select(s => s.LastSequence).DefaultIfEmpty().Max();
}
