// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Simulation;

/// <summary>Runs scenarios against cores with one seeded protocol error each: every one of them must be found out.</summary>
public static class MutantCampaign
{
    public static SimulationResult Run(SimulationOptions options) => throw new NotSupportedException(options.Mutant);
}
