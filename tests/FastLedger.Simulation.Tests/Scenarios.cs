// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Simulation.Tests;

/// <summary>Plans for one purpose each.</summary>
internal static class Scenarios
{
    public const ulong Ms = 1_000_000;

    /// <summary>A calm network.</summary>
    public static ScenarioPlan Calm(ulong seed, int nodes = 4)
    {
        var plan = new ScenarioPlan();
        plan.Clear();
        plan.Seed = seed;
        plan.Nodes = nodes;
        plan.MinDelayNs = 200_000;
        plan.MaxDelayNs = 2 * Ms;
        plan.SyncNs = 500_000;
        plan.HealAtView = 20;
        plan.HealAtNs = 1500 * Ms;
        plan.RecoveryNs = 6000 * Ms;
        return plan;
    }

    public static Cluster Cluster(int nodes = 4, int extra = 2) => new(nodes, extra, 0, PlanGenerator.CoreOptions);

    /// <summary>Runs a plan that must not violate anything.</summary>
    public static void Holds(Cluster cluster, ScenarioPlan plan)
    {
        Violation? violation = Simulator.RunPlan(cluster, plan);
        Assert.True(violation is null, $"seed {plan.Seed}: {violation}");
    }

    /// <summary>Runs many seeds with one adversary's traits.</summary>
    public static void HoldsAgainst(AdversaryTraits traits, int seeds, Action<ScenarioPlan>? change = null)
    {
        Cluster cluster = Cluster();
        for (ulong seed = 1; seed <= (ulong)seeds; seed++)
        {
            ScenarioPlan plan = Calm(seed);
            plan.Byzantine = UInt128.One << (int)(seed % 4);
            plan.Traits = traits;
            plan.Batches = 5;
            change?.Invoke(plan);
            Holds(cluster, plan);
        }
    }
}
