// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;

namespace FastLedger.Simulation.Tests;

public sealed class CampaignTests
{
    [Fact]
    public void No_scenario_of_a_small_campaign_violates_anything()
    {
        SimulationResult result = new Simulator().Run(new SimulationOptions { Seeds = 400, Seed = 100 });
        Assert.True(result.Violations == 0, result.FirstViolation);
        Assert.True(result.Blocks > 400);
    }

    [Fact]
    public void No_twins_scenario_of_a_small_campaign_violates_anything()
    {
        SimulationResult result = new Simulator().Run(new SimulationOptions { Seeds = 400, Seed = 100, Twins = true });
        Assert.True(result.Violations == 0, result.FirstViolation);
    }

    [Fact]
    public void Seven_replicas_with_two_Byzantine_ones_hold()
    {
        SimulationResult result = new Simulator().Run(new SimulationOptions { Seeds = 60, Nodes = 7, Byzantine = 2 });
        Assert.True(result.Violations == 0, result.FirstViolation);
    }

    [Fact]
    public void One_replica_is_a_cluster_that_runs_the_same_code()
    {
        SimulationResult result = new Simulator().Run(new SimulationOptions { Seeds = 30, Nodes = 1 });
        Assert.True(result.Violations == 0, result.FirstViolation);
    }

    [Fact]
    public void Two_Byzantine_replicas_of_four_fork_and_evidence_names_them_and_no_other()
    {
        SimulationResult result = new Simulator().Run(new SimulationOptions { Seeds = 300, Byzantine = 2, Twins = true });
        Assert.True(result.Forks > 0);
        Assert.Equal(result.Forks, result.AccountedForks);
        Assert.True(result.Violations == 0, result.FirstViolation);
    }

    [Fact]
    public void A_seed_gives_the_same_trace_every_time()
    {
        var options = new SimulationOptions { Seeds = 60, Seed = 7 };
        var simulator = new Simulator();
        string first = simulator.Run(options).TraceHash;
        Assert.Equal(first, simulator.Run(options).TraceHash);
        Assert.Equal(first, new Simulator().Run(options).TraceHash);
        Assert.NotEqual(first, simulator.Run(options with { Seed = 8 }).TraceHash);
    }

    /// <summary>Cores are reused between scenarios; nothing of one may leak into the next.</summary>
    [Fact]
    public void A_reused_cluster_behaves_like_a_new_one()
    {
        var plan = new ScenarioPlan();
        Cluster reused = Scenarios.Cluster();
        for (ulong seed = 1; seed <= 25; seed++)
        {
            PlanGenerator.Draw(plan, seed, 4, -1);
            _ = Simulator.RunPlan(reused, plan);
            Cluster fresh = Scenarios.Cluster();
            _ = Simulator.RunPlan(fresh, plan);
            Assert.Equal(fresh.TraceHash, reused.TraceHash);
        }
    }

    [Fact]
    public void Every_mutant_edits_text_that_stands_in_the_sources_once()
    {
        Assert.True(MutantCatalog.All.Count >= 27);
        foreach (Mutant mutant in MutantCatalog.All) Assert.NotEmpty(MutantCompiler.Edit(mutant));
    }

    [Fact]
    public void Every_canonical_twins_scenario_of_two_views_holds()
    {
        SimulationResult result = new Simulator().Run(new SimulationOptions { ExhaustiveViews = 2 });
        Assert.Equal(510, result.Scenarios);
        Assert.True(result.Violations == 0, result.FirstViolation);
    }

    [Fact]
    public void A_failing_scenario_is_shrunk_and_its_trace_is_readable()
    {
        // More than f faults without being told so: certain to violate, and all that matters is the second Byzantine node.
        Cluster cluster = new Simulator().ClusterFor(new SimulationOptions { Twins = true });
        var plan = new ScenarioPlan();
        for (ulong seed = 1; ; seed++)
        {
            PlanGenerator.DrawTwins(plan, seed, 4, 2);
            plan.ExpectsForks = false;
            if (Simulator.RunPlan(cluster, plan) is { Oracle: not "liveness" }) break;
        }

        int sidesBefore = CountSplits(plan);
        Shrinker.Shrink(cluster, plan, _ => { });
        Assert.True(CountSplits(plan) < sidesBefore);
        string trace = string.Empty;
        cluster.Trace = line => trace += line + "\n";
        Assert.NotNull(Simulator.RunPlan(cluster, plan));
        cluster.Trace = null;
        Assert.Contains("Proposal view", trace, StringComparison.Ordinal);
    }

    /// <summary>Steps that only repeat earlier ones allocate nothing.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void The_core_allocates_nothing_in_steady_state(int nodes)
    {
        LoopbackCluster cluster = LoopbackCluster.WithMock(nodes);
        cluster.RunToView(2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        cluster.RunToView(4000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(cluster.Height > 3900);
    }

    [Fact]
    public void Replicas_with_real_signatures_commit()
    {
        var keys = new Cryptography.SigningKey[4];
        for (int i = 0; i < 4; i++) keys[i] = Cryptography.SigningKey.Generate();
        var cluster = new LoopbackCluster(4, Ed25519Scheme.Instance, node => new Ed25519Signer(keys[node]), node => keys[node].PublicKey);
        cluster.RunToView(20);
        Assert.True(cluster.Height >= 15);
    }

    [Fact]
    public void A_hundred_validators_of_which_thirty_three_are_dead_keep_committing()
    {
        ScenarioPlan plan = Scenarios.Calm(5, 100);
        plan.Byzantine = (UInt128.One << 33) - 1;
        plan.Traits = AdversaryTraits.Dead;
        plan.HealAtView = 12;
        plan.HealAtNs = 4000 * Scenarios.Ms;
        plan.RecoveryNs = 20_000 * Scenarios.Ms;
        var options = new SimulationOptions { Nodes = 100 };
        Cluster cluster = new Simulator().ClusterFor(options);
        Scenarios.Holds(cluster, plan);
        Assert.True(cluster.Oracle.Height >= 10);
    }

    private static int CountSplits(ScenarioPlan plan)
    {
        int splits = 0;
        foreach (byte[] sides in plan.Sides)
        {
            if (Array.Exists(sides, side => side != 0)) splits++;
        }

        return splits;
    }
}
