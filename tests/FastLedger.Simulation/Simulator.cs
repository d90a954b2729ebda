// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using FastLedger.Consensus;

namespace FastLedger.Simulation;

/// <summary>Runs campaigns of scenarios. This is what <c>fastledger sim</c> calls.</summary>
/// <remarks>Thread: one per instance. Equal options give equal results, speed aside.</remarks>
public sealed class Simulator
{
    private readonly Dictionary<(int Nodes, bool Twins), Cluster> _clusters = [];
    private readonly ScenarioPlan _plan = new();

    /// <summary>Runs a campaign.</summary>
    public SimulationResult Run(SimulationOptions options)
    {
        if (options.Mutant.Length > 0) return MutantCampaign.Run(options);
        if (options.ExhaustiveViews > 0) return TwinsEnumeration.Run(this, options);
        int violations = 0, forks = 0, accounted = 0;
        ulong hash = 0, blocks = 0, views = 0;
        string? first = null;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < options.Seeds; i++)
        {
            ulong seed = options.Seed + (ulong)i;
            Draw(_plan, options, seed);
            Cluster cluster = ClusterFor(options);
            Violation? violation = RunPlan(cluster, _plan);
            hash = MockScheme.Mix(hash, cluster.TraceHash);
            blocks += cluster.Oracle.Height;
            views += cluster.HighestView;
            if (cluster.Oracle.Forks > 0)
            {
                forks++;
                if (IsAccounted(cluster)) accounted++;
            }

            if (violation is null) continue;
            violations++;
            first ??= string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {violation.Oracle}: {violation.Detail} at {violation.TimeNs / 1000} µs");
            if (violations == 1 && options.Trace is not null) TraceFailure(options, seed);
        }

        if (options.Seeds == 1 && violations == 0 && options.Trace is not null) Retrace(ClusterFor(options), _plan, options.Trace);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new SimulationResult(
            options.Seeds, violations, forks, options.Seeds / seconds, 0, 0, hash.ToString("x16", CultureInfo.InvariantCulture), first, [])
        {
            Blocks = blocks,
            AccountedForks = accounted,
            Views = views,
        };
    }

    /// <summary>Draws the plan of one seed.</summary>
    public static void Draw(ScenarioPlan plan, SimulationOptions options, ulong seed)
    {
        if (options.Twins) PlanGenerator.DrawTwins(plan, seed, options.Nodes, options.Byzantine);
        else PlanGenerator.Draw(plan, seed, options.Nodes, options.Byzantine);
    }

    /// <summary>The cluster that runs such scenarios; reused.</summary>
    public Cluster ClusterFor(SimulationOptions options)
    {
        (int Nodes, bool Twins) key = (options.Nodes, options.Twins);
        if (_clusters.TryGetValue(key, out Cluster? cluster)) return cluster;
        int extra = options.Twins ? Math.Max(2, (options.Nodes - 1) / 3) : 2;
        ConsensusOptions core = options.Nodes <= 16 ? PlanGenerator.CoreOptions : PlanGenerator.CoreOptions with { ViewWindow = 20, BatchWindow = 4 };
        cluster = new Cluster(options.Nodes, extra, options.Twins ? PlanGenerator.TwinsViews : 0, core);
        _clusters.Add(key, cluster);
        return cluster;
    }

    /// <summary>Runs one plan; a violated invariant of the core is a violation like any other.</summary>
    public static Violation? RunPlan(Cluster cluster, ScenarioPlan plan)
    {
        using var guard = new InvariantGuard();
        try
        {
            return cluster.Run(plan);
        }
        catch (SimulatedInvariantException broken)
        {
            return new Violation("invariant", broken.Message, cluster.NowNs);
        }
    }

    private static bool IsAccounted(Cluster cluster)
    {
        UInt128 guilty = cluster.Oracle.SearchGuilty();
        return (guilty & ~cluster.FaultyNodes) == 0 && (int)UInt128.PopCount(guilty) >= (cluster.Nodes - 1) / 3 + 1;
    }

    private void TraceFailure(SimulationOptions options, ulong seed)
    {
        var plan = new ScenarioPlan();
        Draw(plan, options, seed);
        Cluster cluster = ClusterFor(options);
        if (options.Shrink) Shrinker.Shrink(cluster, plan, options.Trace!);
        Retrace(cluster, plan, options.Trace!);
    }

    private static void Retrace(Cluster cluster, ScenarioPlan plan, Action<string> trace)
    {
        cluster.Trace = trace;
        Violation? violation = RunPlan(cluster, plan);
        cluster.Trace = null;
        if (violation is not null) trace($"{violation.TimeNs / 1000,9} µs  {violation.Oracle}: {violation.Detail}");
    }
}
