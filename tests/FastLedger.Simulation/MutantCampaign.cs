// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;

namespace FastLedger.Simulation;

/// <summary>Runs scenarios against cores with one seeded protocol error each: every one of them must be found out.</summary>
public static class MutantCampaign
{
    /// <summary>Scenarios within which a mutant must die.</summary>
    public const int MaxScenarios = 5000;

    /// <summary>Builds and hunts the mutants that the options name.</summary>
    public static SimulationResult Run(SimulationOptions options)
    {
        var results = new List<MutantResult>();
        int scenarios = 0, killed = 0;
        long start = Stopwatch.GetTimestamp();
        foreach (Mutant mutant in MutantCatalog.All)
        {
            if (options.Mutant != "all" && options.Mutant != mutant.Name) continue;
            MutantResult result = Hunt(mutant, options.Seed, options.Nodes);
            results.Add(result);
            scenarios += result.Scenarios;
            if (result.Oracle.Length > 0) killed++;
        }

        if (results.Count == 0) throw new ArgumentException($"no mutant is called {options.Mutant}", nameof(options));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new SimulationResult(scenarios, 0, 0, scenarios / seconds, killed, results.Count - killed, string.Empty, null, results);
    }

    /// <summary>Called by name inside the mutant's own assembly: runs its simulator against its core.</summary>
    /// <returns>Scenarios run, a space, the oracle that found it out or nothing.</returns>
    public static string HuntHere(ulong seed, int nodes)
    {
        var simulator = new Simulator();
        var plan = new ScenarioPlan();
        for (int i = 0; i < MaxScenarios; i++)
        {
            // Three scenarios with faults and the adversary, then one of Twins.
            var options = new SimulationOptions { Nodes = nodes, Twins = i % 4 == 3 };
            Simulator.Draw(plan, options, seed + (ulong)i);
            if (Simulator.RunPlan(simulator.ClusterFor(options), plan) is { } violation) return string.Create(CultureInfo.InvariantCulture, $"{i + 1} {violation.Oracle}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{MaxScenarios} ");
    }

    private static MutantResult Hunt(Mutant mutant, ulong seed, int nodes)
    {
        var context = new AssemblyLoadContext(mutant.Name, isCollectible: true);
        try
        {
            MethodInfo hunt = MutantCompiler.Load(mutant, context).GetType(typeof(MutantCampaign).FullName!)!.GetMethod(nameof(HuntHere))!;
            string[] found = ((string)hunt.Invoke(null, [seed, nodes])!).Split(' ');
            return new MutantResult(mutant.Name, int.Parse(found[0], CultureInfo.InvariantCulture), found[1]);
        }
        finally
        {
            context.Unload();
        }
    }
}
