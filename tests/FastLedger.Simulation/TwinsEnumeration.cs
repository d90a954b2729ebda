// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Globalization;

namespace FastLedger.Simulation;

/// <summary>
/// Every Twins scenario of a few views for four replicas, one of them doubled: per view a leader and a split of the five
/// instances into two sides. Scenarios that differ only in the names of the three correct replicas, or of the two twins, are
/// run once.
/// </summary>
public static class TwinsEnumeration
{
    private const int Choices = 4 * 16;
    private static readonly byte[][] Renamings = CreateRenamings();

    public static SimulationResult Run(Simulator simulator, SimulationOptions options)
    {
        var plan = new ScenarioPlan();
        int views = options.ExhaustiveViews, run = 0, violations = 0;
        long total = 1;
        for (int i = 0; i < views; i++) total *= Choices;
        ulong hash = 0, blocks = 0;
        string? first = null;
        long start = Stopwatch.GetTimestamp();
        Cluster cluster = simulator.ClusterFor(new SimulationOptions { Nodes = 4, Twins = true });
        Span<byte> choice = stackalloc byte[views];
        long last = total / options.ExhaustiveParts * (options.ExhaustivePart + 1);
        if (options.ExhaustivePart + 1 == options.ExhaustiveParts) last = total;
        for (long index = total / options.ExhaustiveParts * options.ExhaustivePart; index < last; index++)
        {
            long rest = index;
            for (int view = 0; view < views; view++, rest /= Choices) choice[view] = (byte)(rest % Choices);
            if (!IsCanonical(choice)) continue;
            Fill(plan, choice);
            run++;
            Violation? violation = Simulator.RunPlan(cluster, plan);
            hash = MockScheme.Mix(hash, cluster.TraceHash);
            blocks += cluster.Oracle.Height;
            if (violation is null) continue;
            violations++;
            first ??= string.Create(CultureInfo.InvariantCulture, $"scenario {index}: {violation.Oracle}: {violation.Detail}");
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new SimulationResult(run, violations, 0, run / seconds, 0, 0, hash.ToString("x16", CultureInfo.InvariantCulture), first, []) { Blocks = blocks };
    }

    /// <summary>No renaming gives a smaller sequence of choices.</summary>
    internal static bool IsCanonical(ReadOnlySpan<byte> choice)
    {
        foreach (byte[] renaming in Renamings)
        {
            for (int view = 0; view < choice.Length; view++)
            {
                byte renamed = renaming[choice[view]];
                if (renamed < choice[view]) return false;
                if (renamed > choice[view]) break;
            }
        }

        return true;
    }

    private static void Fill(ScenarioPlan plan, ReadOnlySpan<byte> choice)
    {
        plan.Clear();
        plan.Seed = 1;
        plan.Nodes = 4;
        plan.Twins = true;
        plan.Byzantine = 1 << 3;
        var leaders = new byte[PlanGenerator.TwinsViews];
        for (int view = 0; view < leaders.Length; view++) leaders[view] = (byte)(view % 4);
        for (int view = 0; view < choice.Length; view++)
        {
            leaders[view] = (byte)(choice[view] >> 4);
            var sides = new byte[5];
            for (int i = 1; i < 5; i++) sides[i] = (byte)(choice[view] >> (i - 1) & 1);
            plan.Sides.Add(sides);
        }

        plan.Leaders = leaders;
        plan.MinDelayNs = 200_000;
        plan.MaxDelayNs = 2_000_000;
        plan.SyncNs = 200_000;
        plan.HealAtView = (ulong)choice.Length + 1;
        plan.HealAtNs = 2_000_000_000;
        plan.RecoveryNs = 4_000_000_000;
        plan.BlocksAfterHeal = 1;
    }

    /// <summary>Per renaming, what becomes of each of the 64 choices (two bits of leader, four of sides; instance 0 is on side 0).</summary>
    private static byte[][] CreateRenamings()
    {
        byte[][] orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        var renamings = new byte[12][];
        Span<int> side = stackalloc int[5];
        Span<int> renamed = stackalloc int[5];
        for (int r = 0; r < 12; r++)
        {
            renamings[r] = new byte[Choices];
            for (int choice = 0; choice < Choices; choice++)
            {
                for (int i = 1; i < 5; i++) side[i] = choice >> (i - 1) & 1;
                for (int i = 0; i < 3; i++) renamed[orders[r % 6][i]] = side[i];
                renamed[3] = r < 6 ? side[3] : side[4];
                renamed[4] = r < 6 ? side[4] : side[3];
                int leader = choice >> 4;
                int bits = 0;
                for (int i = 1; i < 5; i++) bits |= (renamed[i] ^ renamed[0]) << (i - 1);
                renamings[r][choice] = (byte)((leader < 3 ? orders[r % 6][leader] : 3) << 4 | bits);
            }
        }

        return renamings;
    }
}
