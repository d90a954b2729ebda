// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Consensus.Effects;

namespace FastLedger.Simulation.Tests;

/// <summary>Errors that other implementations really had, one test each.</summary>
public sealed class PitfallTests
{
    private const ulong Ms = Scenarios.Ms;

    /// <summary>Parents linked, views not consecutive (relab 249); the mutant is the verbatim rule.</summary>
    [Theory]
    [InlineData("commit_gap")]
    [InlineData("no_directory_sync")]
    [InlineData("commit_reversed")]
    [InlineData("vote_without_batch")]
    public void P1_P12_P17_P24_the_error_itself_is_found_out_within_five_thousand_scenarios(string mutant)
    {
        SimulationResult result = new Simulator().Run(new SimulationOptions { Mutant = mutant });
        Assert.Equal(1, result.Killed);
        Assert.Equal(0, result.Survived);
    }

    /// <summary>Fast-HotStuff's first version broke by partitions alone, without any twin, in eleven views.</summary>
    [Fact]
    public void P2_twelve_views_of_partitions_without_any_faulty_replica_hold()
    {
        SimulationResult result = new Simulator().Run(new SimulationOptions { Seeds = 300, Twins = true, Byzantine = 0 });
        Assert.True(result.Violations == 0, result.FirstViolation);
    }

    /// <summary>Two-phase HotStuff can wait forever for a certificate that only one replica holds.</summary>
    [Fact]
    public void P3_a_certificate_that_one_replica_hides_stops_nobody()
    {
        Cluster cluster = Scenarios.Cluster();
        for (ulong seed = 1; seed <= 20; seed++)
        {
            ScenarioPlan plan = Scenarios.Calm(seed);
            plan.HealAtNs = 500 * Ms;
            plan.HealAtView = ulong.MaxValue;
            plan.Faults.Add(new ScheduledFault(20 * Ms, FaultKind.Cut, 0, 0xFEFEFEFEUL));
            plan.Faults.Add(new ScheduledFault(80 * Ms, FaultKind.Cut, 0, 0x010101FEUL));
            Scenarios.Holds(cluster, plan);
        }
    }

    /// <summary>Timeouts with certificates that nobody signed must not keep the others from leaving the view (relab 224).</summary>
    [Fact]
    public void P5_timeouts_with_garbage_certificates_stop_nobody() =>
        Scenarios.HoldsAgainst(AdversaryTraits.GarbageQc | AdversaryTraits.Silent | AdversaryTraits.ForgedCertificate, 40);

    [Fact]
    public void P6_P7_votes_and_finalize_votes_for_many_blocks_count_once_per_voter() =>
        Scenarios.HoldsAgainst(AdversaryTraits.DoubleVote | AdversaryTraits.DoubleFinalize | AdversaryTraits.GarbageVote | AdversaryTraits.Equivocate, 60);

    /// <summary>The process dies between every persist and every send.</summary>
    [Fact]
    public void P9_a_crash_at_any_effect_boundary_loses_nothing_that_was_said()
    {
        Cluster cluster = Scenarios.Cluster();
        for (int boundary = 0; boundary < 60; boundary++)
        {
            for (ulong seed = 1; seed <= 3; seed++)
            {
                ScenarioPlan plan = Scenarios.Calm(seed);
                plan.Batches = 4;
                plan.Faults.Add(new ScheduledFault(15 * Ms, FaultKind.CrashAtEffect, boundary % 4, (ulong)boundary));
                Scenarios.Holds(cluster, plan);
            }
        }
    }

    /// <summary>A whole cluster restarts inside a view that a timeout certificate opened (babylon-node PR 243).</summary>
    [Fact]
    public void P10_a_cluster_that_restarts_as_a_whole_finds_its_view_again()
    {
        Cluster cluster = Scenarios.Cluster();
        for (ulong seed = 1; seed <= 40; seed++)
        {
            ScenarioPlan plan = Scenarios.Calm(seed);
            plan.Byzantine = UInt128.One << (int)(seed % 4);
            plan.Traits = AdversaryTraits.Dead;
            for (ulong i = 1; i <= 4; i++) plan.Faults.Add(new ScheduledFault((60 + seed) * i * Ms, FaultKind.CrashAll, 0, 0));
            Scenarios.Holds(cluster, plan);
        }
    }

    /// <summary>Whatever happens to the file, recovery yields a prefix of what was written, or knows that it cannot.</summary>
    [Fact]
    public void P13_a_damaged_journal_starts_with_a_prefix_or_refuses()
    {
        var random = new RandomStream(13);
        var journal = new SimulatedJournal();
        byte[] record = new byte[200];
        for (int round = 0; round < 10_000; round++)
        {
            journal.Clear();
            int groups = 2 + random.Below(6), written = 0;
            for (int group = 0; group < groups; group++)
            {
                int records = 1 + random.Below(3);
                for (int i = 0; i < records; i++)
                {
                    record.AsSpan().Fill((byte)written++);
                    journal.Append(record.AsSpan(0, 1 + random.Below(200)));
                }

                journal.BeginSync();
                if (group + 1 < groups || random.Chance(500)) journal.EndSync();
            }

            int synced = (int)journal.Synced, survivingLength = journal.SurvivingLength;
            journal.Crash(ref random);
            bool rot = random.Chance(500);
            if (rot) journal.Rot(ref random, survivingLength);
            JournalCondition condition = journal.Recover();
            int offset = 0, read = 0;
            while (journal.TryRead(ref offset, out ReadOnlySpan<byte> found))
            {
                Assert.Equal((byte)read, found[0]);
                read++;
            }

            if (!rot)
            {
                Assert.NotEqual(JournalCondition.Damaged, condition);
                Assert.True(read >= synced);
            }
            else if (read < synced)
            {
                Assert.NotEqual(JournalCondition.Clean, condition);
            }
        }
    }

    /// <summary>libhotstuff 2: without a flush timer a few outstanding commands wait for seconds.</summary>
    [Fact]
    public void P14_blocks_come_without_load_no_later_than_the_idle_delay_and_a_round_trip()
    {
        ScenarioPlan plan = Scenarios.Calm(3);
        plan.Batches = 2;
        plan.HealAtNs = 200 * Ms;
        plan.HealAtView = ulong.MaxValue;
        Cluster cluster = Scenarios.Cluster();
        Scenarios.Holds(cluster, plan);
        Assert.InRange(cluster.Oracle.OrderedBatches, 1, 2);
        Assert.InRange(cluster.Oracle.LongestStallNs, 0UL, PlanGenerator.CoreOptions.IdleDelayNs + 8 * plan.MaxDelayNs + 4 * plan.SyncNs);
    }

    /// <summary>Round-robin over dead leaders costs one timeout each (libhotstuff 10, relab 106).</summary>
    [Fact]
    public void P15_dead_leaders_in_a_row_cost_one_timeout_each()
    {
        Cluster cluster = Scenarios.Cluster(7);
        for (ulong seed = 1; seed <= 20; seed++)
        {
            ScenarioPlan plan = Scenarios.Calm(seed, 7);
            plan.Byzantine = (UInt128)0b11 << (int)(seed % 6);
            plan.Traits = AdversaryTraits.Dead;
            Scenarios.Holds(cluster, plan);
            Assert.InRange(cluster.Oracle.LongestStallNs, 0UL, 3 * PlanGenerator.CoreOptions.MaxTimeoutNs);
        }
    }

    /// <summary>hotstuff_rs 24: a permanent stall after some dozen blocks under load.</summary>
    [Fact]
    public void P16_sustained_load_never_stalls_longer_than_three_timeouts()
    {
        var options = new ConsensusOptions { TreeCapacity = 128, BatchWindow = 16 };
        ScenarioPlan plan = Scenarios.Calm(16);
        plan.HealAtView = ulong.MaxValue;
        plan.HealAtNs = 120_000 * Ms;
        plan.Batches = 2400;
        var cluster = new Cluster(4, 0, 0, options);
        Scenarios.Holds(cluster, plan);
        Assert.InRange(cluster.Oracle.LongestStallNs, 0UL, 3 * options.BaseTimeoutNs);
        Assert.InRange(cluster.Oracle.OrderedBatches, 2390, 2400);
    }

    [Fact]
    public void P18_far_future_and_mutated_messages_neither_move_views_nor_fill_memory() =>
        Scenarios.HoldsAgainst(AdversaryTraits.FarFuture | AdversaryTraits.GarbageVote | AdversaryTraits.Mutate | AdversaryTraits.Replay, 60);

    /// <summary>A replica that was away takes part again instead of staying a few blocks behind for ever (hotstuff_rs 12).</summary>
    [Fact]
    public void P20_a_replica_that_was_away_catches_up_and_takes_part()
    {
        Cluster cluster = Scenarios.Cluster();
        for (ulong seed = 1; seed <= 10; seed++)
        {
            ScenarioPlan plan = Scenarios.Calm(seed);
            plan.HealAtView = ulong.MaxValue;
            plan.HealAtNs = 1200 * Ms;
            plan.Faults.Add(new ScheduledFault(20 * Ms, FaultKind.Stop, (int)(seed % 4), 1000 * Ms));

            // Afterwards another one is away, so that the first is needed for every quorum.
            plan.Faults.Add(new ScheduledFault(1100 * Ms, FaultKind.Stop, (int)((seed + 1) % 4), 400 * Ms));
            Scenarios.Holds(cluster, plan);
            Assert.InRange(cluster.Oracle.LongestStallNs, 0UL, 300 * Ms);
        }
    }

    /// <summary>Neither the old nor the new set may be left without a quorum (hotstuff_rs design notes).</summary>
    [Fact]
    public void P21_validators_change_one_after_the_other_while_processes_die()
    {
        Cluster cluster = Scenarios.Cluster();
        ulong epochs = 0;
        for (ulong seed = 1; seed <= 60; seed++)
        {
            ScenarioPlan plan = Scenarios.Calm(seed);
            plan.SpareNodes = 2;
            plan.HealAtView = ulong.MaxValue;
            plan.HealAtNs = 900 * Ms;
            plan.Batches = 10;
            for (ulong i = 1; i <= 4; i++)
            {
                plan.Faults.Add(new ScheduledFault(i * 150 * Ms, FaultKind.Reconfigure, 0, seed * 257 + i));
                plan.Faults.Add(new ScheduledFault(i * 150 * Ms + 3 * Ms, FaultKind.CrashAtEffect, (int)((seed + i) % 4), seed % 20));
            }

            Scenarios.Holds(cluster, plan);
            epochs += cluster.Oracle.NewestEpoch - 1;
        }

        Assert.True(epochs > 60, $"{epochs} epoch changes");
    }

    [Fact]
    public void P24_batches_that_are_withheld_are_never_ordered_beyond_reach() =>
        Scenarios.HoldsAgainst(AdversaryTraits.WithholdBatch | AdversaryTraits.DuplicateBatch | AdversaryTraits.Equivocate, 60);

    /// <summary>Bamboo's forking attack: a leader that ignores the newest certificate costs at most its own block and one more.</summary>
    [Fact]
    public void P25_a_leader_that_forks_within_the_rules_does_not_stop_growth()
    {
        Cluster cluster = Scenarios.Cluster();
        for (ulong seed = 1; seed <= 20; seed++)
        {
            ScenarioPlan plan = Scenarios.Calm(seed);
            plan.Byzantine = UInt128.One << (int)(seed % 4);
            plan.Traits = AdversaryTraits.StaleQc | AdversaryTraits.Withhold;
            plan.HealAtView = 40;
            Scenarios.Holds(cluster, plan);
            Assert.True(cluster.Oracle.Height >= 20);
        }
    }

    /// <summary>Nested callbacks overflow the stack when a replica catches up over many blocks.</summary>
    [Fact]
    public void P27_a_replica_catches_up_over_a_hundred_thousand_blocks()
    {
        var options = PlanGenerator.CoreOptions with { IdleDelayNs = 0, ServeIntervalNs = 50_000, BaseTimeoutNs = 500_000, MaxTimeoutNs = 1_000_000 };
        ScenarioPlan plan = Scenarios.Calm(27);
        plan.MinDelayNs = 10_000;
        plan.MaxDelayNs = 20_000;
        plan.SyncNs = 10_000;
        plan.HealAtView = ulong.MaxValue;
        plan.HealAtNs = 45_000 * Ms;
        plan.RecoveryNs = 60_000 * Ms;
        plan.Faults.Add(new ScheduledFault(10 * Ms, FaultKind.Stop, 3, 44_980 * Ms));
        var cluster = new Cluster(4, 0, 0, options);
        Scenarios.Holds(cluster, plan);
        Assert.True(cluster.Oracle.Height > 100_000, $"height {cluster.Oracle.Height}");
    }

    /// <summary>One replica computes another state: it stops, the others go on.</summary>
    [Fact]
    public void P28_a_replica_whose_execution_diverges_stops_signing_and_the_others_go_on()
    {
        Cluster cluster = Scenarios.Cluster();
        ScenarioPlan plan = Scenarios.Calm(28);
        plan.Faults.Add(new ScheduledFault(10 * Ms, FaultKind.WrongState, 2, 0));
        Scenarios.Holds(cluster, plan);
        Assert.True((cluster.Oracle.Halts >> (int)HaltReason.StateDiverged & 1) != 0);
        Assert.Equal(HaltReason.StateDiverged, cluster.Replicas[2].Core.Halted);
    }

    [Fact]
    public void A_replica_with_an_empty_disk_does_not_sign()
    {
        Cluster cluster = Scenarios.Cluster();
        ScenarioPlan plan = Scenarios.Calm(1);
        plan.Faults.Add(new ScheduledFault(30 * Ms, FaultKind.LoseDisk, 1, 0));
        Scenarios.Holds(cluster, plan);
        Assert.Equal(HaltReason.SafetyDataMissing, cluster.Replicas[1].Core.Halted);
    }

    /// <summary>The peers remember what the replica itself has forgotten.</summary>
    [Fact]
    public void A_replica_on_an_old_copy_of_its_journal_is_shown_its_own_signatures_and_stops()
    {
        Cluster cluster = Scenarios.Cluster();
        int detected = 0;
        for (ulong seed = 1; seed <= 20; seed++)
        {
            ScenarioPlan plan = Scenarios.Calm(seed);
            plan.HealAtNs = 300 * Ms;
            plan.HealAtView = ulong.MaxValue;
            plan.Faults.Add(new ScheduledFault(100 * Ms, FaultKind.RollBack, (int)(seed % 4), 0));
            Scenarios.Holds(cluster, plan);
            if (cluster.Replicas[(int)(seed % 4)].Core.Halted == HaltReason.AmnesiaDetected) detected++;
        }

        Assert.Equal(20, detected);
    }

    [Fact]
    public void Evidence_of_every_online_kind_is_found_and_blames_the_adversary_only()
    {
        int kinds = 0;
        Cluster cluster = Scenarios.Cluster();
        for (ulong seed = 1; seed <= 60; seed++)
        {
            ScenarioPlan plan = Scenarios.Calm(seed);
            plan.Byzantine = UInt128.One << (int)(seed % 4);
            plan.Traits = AdversaryTraits.Equivocate | AdversaryTraits.DoubleVote | AdversaryTraits.DoubleFinalize | AdversaryTraits.LowTimeout | AdversaryTraits.WrongState
                | AdversaryTraits.WithholdBatch;
            plan.LossPerMille = 100;
            Scenarios.Holds(cluster, plan);
            Assert.Equal((UInt128)0, cluster.Oracle.Blamed & ~plan.Byzantine);
            kinds |= cluster.Oracle.EvidenceKinds;
        }

        Assert.True((kinds >> 1 & 1) != 0, $"double vote, seen {kinds:b}");
        Assert.True((kinds >> 3 & 1) != 0 || (kinds >> 4 & 1) != 0 || (kinds >> 5 & 1) != 0, $"timeouts, seen {kinds:b}");
    }
}
