// SPDX-License-Identifier: Apache-2.0
using System;
using CsCheck;

namespace FastLedger.Storage.Tests;

/// <summary>Large groups go past the page cache, and nothing else changes.</summary>
public class JournalDirectTests
{
    /// <summary>The longest row of small groups that goes past the cache behind a large one.</summary>
    private const int MostSmallGroups = 64;

    [Fact]
    public void Files_hold_the_same_bytes_whichever_way_they_took() =>
        Gen.Int.Sample(
            seed =>
            {
                JournalScenario begun = JournalScenario.Written(seed, 1), none = begun.Copy(), some = begun.Copy(), all = begun.Copy(), impossible = begun.Copy();
                (none.DirectBytes, some.DirectBytes, all.DirectBytes, impossible.DirectBytes) = (0, 3000, 1, 1);
                impossible.Files = WithoutDirect(impossible.Files);
                foreach (JournalScenario scenario in new[] { none, some, all, impossible })
                {
                    Random random = new(seed);
                    using Journal journal = scenario.Open();
                    for (int i = 0; i < 40; i++) scenario.CommitGroup(journal.Writer, random, random.Next(1, 5));
                    if (random.Next(2) == 0) journal.Writer.Seal();
                }

                Assert.Equal((0, 0), (none.Files.DirectWrites, impossible.Files.DirectWrites));
                Assert.InRange(some.Files.DirectWrites, 1, all.Files.DirectWrites);
                foreach (JournalScenario scenario in new[] { some, all, impossible })
                {
                    Assert.Equal(none.Files.Names.Keys, scenario.Files.Names.Keys);
                    foreach (string path in none.Files.Names.Keys) Assert.Equal(none.Files.Bytes(path), scenario.Files.Bytes(path));
                }
            },
            iter: 200,
            threads: 1);

    [Theory]
    [InlineData(3 << 20, 1)]
    [InlineData((2 << 20) - 128, 5)]
    [InlineData((2 << 20) - 128 - 128, 5)]
    [InlineData(100_000, 40)]
    public void Groups_larger_than_what_is_written_at_once_are_read_back(int payloadBytes, int groups)
    {
        SimulatedFileSystem files = new();
        Random random = new(payloadBytes);
        byte[] payload = new byte[payloadBytes];
        var options = new JournalOptions
        {
            Directory = JournalScenario.Directory,
            SegmentBytes = 16 << 20,
            RingBytes = 16 << 20,
            GroupBytes = 16 << 20,
            Files = files,
            PrepareAhead = false,
        };
        using (Journal journal = Journal.Open(options))
        {
            for (int i = 0; i < groups; i++)
            {
                random.NextBytes(payload);
                _ = journal.Writer.Append(JournalEntryKind.Batch, (ulong)i, 0, default, payload);
                _ = journal.Writer.Append(JournalEntryKind.Block, (ulong)i, 0, default, payload.AsSpan(0, random.Next(5000)));
                _ = journal.Writer.CommitGroup();
            }
        }

        Assert.InRange(files.DirectWrites, groups, 4 * groups);
        JournalVerification verification = JournalVerification.Run(JournalScenario.Directory, null, files.AfterPowerLoss(random));
        Assert.Equal((true, 2UL * (ulong)groups), (verification.IsSound, verification.Entries));
    }

    [Fact]
    public void Many_small_groups_in_a_row_go_through_the_cache_again_until_a_large_one_comes()
    {
        JournalScenario scenario = new() { DirectBytes = 4096 };
        using Journal journal = scenario.Open();
        Commit(100);
        Assert.Equal(0, scenario.Files.DirectWrites);
        for (int round = 0; round < 3; round++)
        {
            int before = scenario.Files.DirectWrites;
            Commit(5000);
            for (int i = 0; i < MostSmallGroups; i++) Commit(100);
            int direct = scenario.Files.DirectWrites;
            Assert.InRange(direct - before, MostSmallGroups + 1, MostSmallGroups + 10); // a few more where a segment or the ring ends
            for (int i = 0; i < MostSmallGroups; i++) Commit(100);
            Assert.Equal(direct, scenario.Files.DirectWrites);
        }

        using JournalReader reader = scenario.Reader();
        Assert.Equal((ulong)scenario.Model.Count, ModelEntry.AssertPrefix(reader, scenario.Model).LastIndex);

        void Commit(int bytes)
        {
            var entry = new ModelEntry(JournalEntryKind.Batch, 1, 2, new byte[bytes]);
            new Random(scenario.Model.Count).NextBytes(entry.Payload);
            scenario.Model.Add(entry);
            _ = entry.AppendTo(journal.Writer, new Random(1));
            Assert.Equal((ulong)scenario.Model.Count, journal.Writer.CommitGroup());
        }
    }

    [Fact]
    public void What_is_written_ahead_is_durable_with_the_next_group_and_not_before()
    {
        JournalScenario scenario = new() { DirectBytes = 1000 };
        Random random = new(1);
        using Journal journal = scenario.Open();
        scenario.CommitGroup(journal.Writer, random, 1);
        Append(10);
        Assert.False(journal.Writer.TryWriteAhead()); // too little
        Append(1200);
        int syncs = scenario.Files.Calls["fdatasync"];
        Assert.True(journal.Writer.TryWriteAhead());
        Assert.Equal(1UL, journal.Writer.DurableIndex);
        Assert.True(journal.Writer.WaitForWork(TimeSpan.Zero));
        Assert.False(journal.Writer.TryWriteAhead());
        Append(20);
        Assert.Equal(4UL, journal.Writer.CommitGroup());
        Assert.Equal(syncs + 1, scenario.Files.Calls["fdatasync"]);
        Append(1300);
        Assert.True(journal.Writer.TryWriteAhead());
        Assert.Equal(5UL, journal.Writer.CommitGroup()); // with nothing behind it
        Assert.Equal(syncs + 2, scenario.Files.Calls["fdatasync"]);
        Assert.False(journal.Writer.WaitForWork(TimeSpan.Zero));

        using JournalReader reader = new(JournalScenario.Directory, ModelEntry.BatchDigest, scenario.Files.AfterPowerLoss(random));
        Assert.Equal(5UL, ModelEntry.AssertPrefix(reader, scenario.Model).LastIndex);

        void Append(int bytes)
        {
            scenario.Model.Add(new ModelEntry(JournalEntryKind.Block, 1, 2, new byte[bytes]));
            _ = scenario.Model[^1].AppendTo(journal.Writer, random);
        }
    }

    /// <summary>Half of a group is on the disk, the other half lost, and nothing of it was promised: that is no damage.</summary>
    [Fact]
    public void A_group_of_which_only_a_part_was_written_ahead_is_torn_when_a_hole_is_in_it()
    {
        JournalScenario scenario = new() { DirectBytes = 1 };
        Random random = new(2);
        using (Journal journal = scenario.Open())
        {
            scenario.CommitGroup(journal.Writer, random, 1);
            for (int i = 0; i < 3; i++)
            {
                scenario.Model.Add(new ModelEntry(JournalEntryKind.Block, 1, 2, new byte[1000]));
                random.NextBytes(scenario.Model[^1].Payload);
                _ = scenario.Model[^1].AppendTo(journal.Writer, random);
                Assert.True(journal.Writer.TryWriteAhead());
            }
        }

        string path = JournalScenario.Segment(0);
        byte[] bytes = scenario.Files.Bytes(path);
        int first = bytes.AsSpan().IndexOf(scenario.Model[1].Payload.AsSpan(0, 64));
        bytes.AsSpan(first, 512).Clear();
        scenario.Files.SetBytes(path, bytes);
        using JournalReader reader = scenario.Reader();
        JournalEnd end = ModelEntry.AssertPrefix(reader, scenario.Model);
        Assert.Equal((JournalEndKind.Torn, 1UL), (end.Kind, end.LastIndex));
    }

    [Theory]
    [InlineData(Durability.Write)]
    [InlineData(Durability.None)]
    public void What_need_not_be_synced_goes_through_the_cache(Durability durability)
    {
        JournalScenario scenario = new() { DirectBytes = 1 };
        using Journal journal = scenario.Open(durability);
        for (int i = 0; i < 20; i++) scenario.CommitGroup(journal.Writer, new Random(i), 4);
        Assert.Equal(0, scenario.Files.DirectWrites);
    }

    /// <summary>The journal in the state in which small and large groups alternate is cut off at any write.</summary>
    [Fact]
    public void Power_loss_between_the_two_ways_keeps_everything_promised() =>
        Gen.Int.Sample(
            seed =>
            {
                Random random = new(seed);
                JournalScenario scenario = new() { DirectBytes = 2500 };
                using (Journal journal = scenario.Open())
                {
                    for (int i = 0; i < random.Next(10); i++) scenario.CommitGroup(journal.Writer, random, random.Next(1, 5));
                    for (int i = 0, small = random.Next(2 * MostSmallGroups); i < small; i++) Append(journal.Writer, 10, commit: true);
                    for (int i = 0; i < random.Next(4); i++) scenario.CommitGroup(journal.Writer, random, random.Next(1, 5));
                    int promised = scenario.Model.Count;
                    int limit = scenario.Files.OperationCount + random.Next(6);
                    scenario.Files.Fault = (_, _, ordinal) => ordinal >= limit ? 5 : 0;
                    try
                    {
                        for (int i = 0; i < 3; i++)
                        {
                            for (int j = random.Next(4); j >= 0; j--)
                            {
                                Append(journal.Writer, random.Next(1500), commit: false);
                                if (random.Next(4) == 0) _ = journal.Writer.TryWriteAhead();
                            }

                            _ = journal.Writer.CommitGroup();
                            promised = scenario.Model.Count;
                        }
                    }
                    catch (StorageFaultException)
                    {
                        // the power went
                    }

                    scenario.Files = scenario.Files.AfterPowerLoss(random);
                    using JournalReader reader = scenario.Reader();
                    Assert.InRange(ModelEntry.AssertPrefix(reader, scenario.Model).LastIndex, (ulong)promised, (ulong)scenario.Model.Count);
                }

                void Append(JournalWriter writer, int bytes, bool commit)
                {
                    var entry = new ModelEntry(JournalEntryKind.Block, 1, 2, new byte[bytes]);
                    random.NextBytes(entry.Payload);
                    scenario.Model.Add(entry);
                    _ = entry.AppendTo(writer, random);
                    if (commit) _ = writer.CommitGroup();
                }
            },
            iter: 1000,
            threads: 1);

    private static SimulatedFileSystem WithoutDirect(SimulatedFileSystem files)
    {
        var result = new SimulatedFileSystem { HasDirect = false };
        foreach (string path in files.Names.Keys) result.SetBytes(path, files.Bytes(path));
        return result;
    }
}
