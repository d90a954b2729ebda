// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Consensus.Messages;

namespace FastLedger.Simulation;

/// <summary>Draws plans from seeds. Each scenario switches only some kinds of faults on (swarm testing), so rare combinations appear.</summary>
public static class PlanGenerator
{
    /// <summary>Views of a Twins scenario; attacks on known broken protocols need eleven.</summary>
    public const int TwinsViews = 12;

    private const ulong Ms = 1_000_000;

    /// <summary>Timeouts suited to the simulated network.</summary>
    public static ConsensusOptions CoreOptions => new()
    {
        BaseTimeoutNs = 40 * Ms,
        MaxTimeoutNs = 80 * Ms,
        IdleDelayNs = 2 * Ms,
        BlocksAhead = 1,
        AheadDelayNs = 2 * Ms,
        MaxSkewNs = 20 * Ms,
        ViewWindow = 48,
        TreeCapacity = 128,
        BatchWindow = 8,
        StateWindow = 16,
    };

    /// <summary>A scenario of network, disk and process faults with up to <paramref name="byzantine"/> adversarial replicas (−1: drawn).</summary>
    public static void Draw(ScenarioPlan plan, ulong seed, int nodes, int byzantine)
    {
        plan.Clear();
        plan.Seed = seed;
        plan.Nodes = nodes;
        var random = new RandomStream(seed * 0x9E3779B97F4A7C15 + 1);
        int f = (nodes - 1) / 3;
        plan.ExpectsForks = byzantine > f;
        int count = byzantine >= 0 ? byzantine : random.Chance(750) ? f : 0;
        while ((int)UInt128.PopCount(plan.Byzantine) < count) plan.Byzantine |= UInt128.One << random.Below(nodes);
        if (count > 0) plan.Traits = DrawTraits(ref random);
        plan.MinDelayNs = random.Between(100_000, Ms);
        plan.MaxDelayNs = plan.MinDelayNs + random.Between(100_000, random.Chance(200) ? 30 * Ms : 4 * Ms);
        plan.SyncNs = random.Between(50_000, 2 * Ms);
        plan.HealAtView = 12 + (ulong)random.Below(28);
        plan.HealAtNs = 1500 * Ms;
        plan.RecoveryNs = 6000 * Ms;
        if (random.Chance(300)) plan.LossPerMille = random.Below(random.Chance(200) ? 300 : 60);
        if (random.Chance(200)) plan.DuplicatePerMille = random.Below(150);
        if (random.Chance(300)) plan.SlowPerMille = random.Below(100);
        if (random.Chance(200)) plan.KindLossPerMille[1 + random.Below(7)] = 100 + random.Below(901);
        if (random.Chance(500)) plan.Batches = 1 + random.Below(12);
        plan.WantAcks = random.Chance(300);
        if (nodes <= 8 && random.Chance(350)) DrawPartitions(plan, ref random);
        if (random.Chance(500)) DrawProcessFaults(plan, ref random);
        if (random.Chance(150)) DrawReconfigurations(plan, ref random);
        if (count == 0 && f > 0 && random.Chance(80)) DrawSlowTimer(plan, ref random);
        if (count > 0 && random.Chance(200)) SeekForks(plan, ref random);
        plan.Faults.Sort((left, right) => left.AtNs.CompareTo(right.AtNs));
    }

    /// <summary>
    /// A Twins scenario (Bano et al., OPODIS 2021): Byzantine nodes run twice with one key; per view a leader and a split of the
    /// instances into up to three sides. Correct code, hostile network.
    /// </summary>
    public static void DrawTwins(ScenarioPlan plan, ulong seed, int nodes, int byzantine)
    {
        plan.Clear();
        plan.Seed = seed;
        plan.Nodes = nodes;
        var random = new RandomStream(seed * 0xD1342543DE82EF95 + 7);
        int f = (nodes - 1) / 3;
        int count = byzantine >= 0 ? byzantine : f;
        plan.ExpectsForks = count > f;
        plan.Twins = true;

        // Twins double the last nodes; leaders are drawn, so nothing is lost by the fixed choice.
        for (int i = 0; i < count; i++) plan.Byzantine |= UInt128.One << (nodes - 1 - i);
        int instances = nodes + count;
        var leaders = new byte[TwinsViews];
        for (int view = 0; view < TwinsViews; view++)
        {
            leaders[view] = (byte)random.Below(nodes);
            int sides = 1 + random.Below(3);
            var side = new byte[instances];
            for (int i = 0; i < instances; i++) side[i] = (byte)random.Below(sides);
            plan.Sides.Add(side);
        }

        plan.Leaders = leaders;
        plan.MinDelayNs = 200_000;
        plan.MaxDelayNs = 2 * Ms;
        plan.SyncNs = 200_000;
        plan.HealAtView = TwinsViews + 1;
        plan.HealAtNs = 4000 * Ms;
        plan.RecoveryNs = 6000 * Ms;
        plan.BlocksAfterHeal = 4;
    }

    private static AdversaryTraits DrawTraits(ref RandomStream random)
    {
        if (random.Chance(80)) return AdversaryTraits.Dead;
        if (random.Chance(100)) return AdversaryTraits.Silent;
        var traits = AdversaryTraits.None;
        int density = 150 + random.Below(500);
        for (int bit = 0; bit < 19; bit++)
        {
            if (random.Chance(density)) traits |= (AdversaryTraits)(1 << bit);
        }

        return traits;
    }

    private static void DrawPartitions(ScenarioPlan plan, ref RandomStream random)
    {
        ulong at = random.Between(0, 50 * Ms);
        int count = 1 + random.Below(4);
        for (int i = 0; i < count; i++)
        {
            // Each bit cuts one direction of one link, so partitions may be asymmetric.
            ulong cut = random.Next() & random.Next();
            if (random.Chance(500))
            {
                ulong side = random.Next() & 0xFF;
                cut = 0;
                for (int sender = 0; sender < 8; sender++) cut |= ((side >> sender & 1) != 0 ? ~side & 0xFF : side) << (8 * sender);
            }

            plan.Faults.Add(new ScheduledFault(at, FaultKind.Cut, 0, cut));
            at += random.Between(10 * Ms, 150 * Ms);
            plan.Faults.Add(new ScheduledFault(at, FaultKind.Mend, 0, 0));
            at += random.Between(5 * Ms, 100 * Ms);
        }
    }

    private static void DrawProcessFaults(ScenarioPlan plan, ref RandomStream random)
    {
        int count = 1 + random.Below(5);
        for (int i = 0; i < count; i++)
        {
            ulong at = random.Between(5 * Ms, 300 * Ms);
            int instance = random.Below(plan.Nodes);
            (FaultKind kind, ulong first) = random.Below(20) switch
            {
                < 4 => (FaultKind.Crash, 0UL),
                < 10 => (FaultKind.CrashAtEffect, (ulong)random.Below(40)),
                10 or 11 => (FaultKind.CrashAll, 0UL),
                12 or 13 => (FaultKind.Pause, random.Between(10 * Ms, 500 * Ms)),
                14 => (FaultKind.ClockJump, random.Chance(500) ? random.Between(Ms, 15 * Ms) : ~random.Between(Ms, 15 * Ms) + 1),
                15 => (FaultKind.FailSync, 0UL),
                16 => (FaultKind.BitRot, 0UL),
                17 => (FaultKind.LoseDisk, 0UL),
                18 => (random.Chance(500) ? FaultKind.WrongState : FaultKind.RollBack, 0UL),
                _ => (FaultKind.Kill, 0UL),
            };
            plan.Faults.Add(new ScheduledFault(at, kind, instance, first));
        }
    }

    private static void DrawReconfigurations(ScenarioPlan plan, ref RandomStream random)
    {
        plan.SpareNodes = 2;
        int count = 1 + random.Below(2);
        for (int i = 0; i < count; i++) plan.Faults.Add(new ScheduledFault(random.Between(20 * Ms, 200 * Ms), FaultKind.Reconfigure, 0, random.Next()));
    }

    /// <summary>The adversary does everything that could lead to a fork, in a network that keeps views from ending well.</summary>
    private static void SeekForks(ScenarioPlan plan, ref RandomStream random)
    {
        plan.Traits = AdversaryTraits.Equivocate | AdversaryTraits.DoubleVote | AdversaryTraits.DoubleFinalize | AdversaryTraits.Withhold
            | AdversaryTraits.StaleQc | AdversaryTraits.LowTimeout | AdversaryTraits.BadEntry;
        if (random.Chance(500)) plan.Traits |= AdversaryTraits.ForgedCertificate;
        if (random.Chance(300)) plan.Traits |= AdversaryTraits.DuplicateBatch;
        plan.HealAtView = 30;
        plan.LossPerMille = Math.Max(plan.LossPerMille, 50);
        plan.KindLossPerMille[(int)MessageKind.Proposal] = random.Below(300);
        plan.KindLossPerMille[(int)MessageKind.CertificateAnnounce] = random.Below(1000);
        plan.KindLossPerMille[(int)MessageKind.Vote] = random.Below(300);
    }

    /// <summary>One replica is dead, another one's timers crawl: only the rule of f + 1 timeouts keeps views short.</summary>
    private static void DrawSlowTimer(ScenarioPlan plan, ref RandomStream random)
    {
        int dead = random.Below(plan.Nodes);
        plan.Byzantine = UInt128.One << dead;
        plan.Traits = AdversaryTraits.Dead;
        plan.SlowTimerInstance = (dead + 1 + random.Below(plan.Nodes - 1)) % plan.Nodes;
        plan.BlocksAfterHeal = 6;
        plan.RecoveryNs = 2500 * Ms;
    }
}
