// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Applications.Scenarios;

/// <summary>A story played on parties, assets and things of its own.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="IsAttack">Somebody tries what must not succeed (tag <c>@attack</c>).</param>
/// <param name="Steps">The steps of the background, then its own.</param>
public sealed record Scenario(string Name, bool IsAttack, IReadOnlyList<ScenarioStep> Steps);
