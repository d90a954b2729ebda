// SPDX-License-Identifier: Apache-2.0
using System;
using CsCheck;

namespace FastLedger.Storage.Tests;

public class JournalRoundTripTests
{
    [Fact]
    public void What_was_committed_is_read_back_over_segment_borders_and_reopenings() =>
        Gen.Int.Sample(
            seed =>
            {
                Random random = new(seed);
                JournalScenario scenario = new();
                for (int opening = 0; opening < 4; opening++)
                {
                    using Journal journal = scenario.Open();
                    Assert.Equal((ulong)scenario.Model.Count, journal.RecoveredEnd.LastIndex);
                    Assert.Equal((ulong)scenario.Model.Count, journal.Writer.DurableIndex);
                    using (JournalReader replay = journal.OpenReader()) ModelEntry.AssertPrefix(replay, scenario.Model);
                    int groups = random.Next(12);
                    for (int i = 0; i < groups; i++) scenario.CommitGroup(journal.Writer, random, random.Next(1, 5));
                    bool seal = random.Next(2) == 0;
                    if (seal) journal.Writer.Seal();
                    using JournalReader reader = scenario.Reader();
                    JournalEnd end = ModelEntry.AssertPrefix(reader, scenario.Model);
                    Assert.Equal((ulong)scenario.Model.Count, end.LastIndex);
                    if (seal) Assert.Equal(JournalEndKind.Sealed, end.Kind);
                    else Assert.NotEqual(JournalEndKind.Torn, end.Kind);
                }
            },
            iter: 300,
            threads: 1);

    [Fact]
    public void An_empty_journal_ends_cleanly_before_the_first_entry()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open();
        Assert.Equal(new JournalEnd(JournalEndKind.Clean, 0, JournalScenario.Segment(0), 128, null), journal.RecoveredEnd);
        Assert.Equal(1UL, journal.Writer.NextIndex);
        Assert.Equal(0UL, journal.Writer.DurableIndex);
    }

    [Fact]
    public void A_directory_without_segments_reads_as_an_empty_journal()
    {
        using JournalReader reader = new JournalScenario().Reader();
        Assert.False(reader.TryRead(out _));
        Assert.Equal(0UL, reader.End!.LastIndex);
    }

    [Fact]
    public void A_group_is_one_write_and_one_sync()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open();
        Random random = new(1);
        scenario.Files.Calls.Clear();
        for (int i = 0; i < 5; i++) new ModelEntry(JournalEntryKind.Batch, 1, 1, new byte[300]).AppendTo(journal.Writer, random);
        Assert.Empty(scenario.Files.Calls);
        Assert.Equal(5UL, journal.Writer.CommitGroup());
        Assert.Equal(2, scenario.Files.Calls["pwrite"]); // the second one is of zeros ahead, for the groups that follow
        Assert.Equal(1, scenario.Files.Calls["fdatasync"]);
        for (int i = 0; i < 5; i++) new ModelEntry(JournalEntryKind.Batch, 1, 1, new byte[300]).AppendTo(journal.Writer, random);
        Assert.Equal(10UL, journal.Writer.CommitGroup());
        Assert.Equal(3, scenario.Files.Calls["pwrite"]);
        Assert.Equal(2, scenario.Files.Calls["fdatasync"]);
        Assert.Equal(2UL, journal.Writer.GroupsCommitted);
    }

    [Fact]
    public void A_large_group_writes_no_zeros_ahead()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open();
        scenario.Files.Calls.Clear();
        new ModelEntry(JournalEntryKind.Batch, 1, 1, new byte[17_000]).AppendTo(journal.Writer, new Random(1));
        Assert.Equal(1UL, journal.Writer.CommitGroup());
        Assert.Equal(1, scenario.Files.Calls["pwrite"]);
        Assert.Equal(1, scenario.Files.Calls["fdatasync"]);
    }

    [Fact]
    public void Committing_nothing_touches_no_file()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open();
        scenario.Files.Calls.Clear();
        Assert.Equal(0UL, journal.Writer.CommitGroup());
        Assert.Empty(scenario.Files.Calls);
    }

    [Fact]
    public void Without_durability_entries_are_counted_and_nothing_is_written()
    {
        JournalScenario scenario = JournalScenario.Written(3, 4);
        using (Journal journal = scenario.Open(Durability.None))
        {
            scenario.Files.Calls.Clear();
            Random random = new(9);
            int before = scenario.Model.Count;
            for (int i = 0; i < 40; i++) scenario.CommitGroup(journal.Writer, random, 2);
            journal.Writer.Seal();
            Assert.Empty(scenario.Files.Calls);
            scenario.Model.RemoveRange(before, 80);
        }

        using JournalReader reader = scenario.Reader();
        Assert.Equal((ulong)scenario.Model.Count, ModelEntry.AssertPrefix(reader, scenario.Model).LastIndex);
    }

    [Fact]
    public void With_durability_write_nothing_is_synced_in_a_group()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open(Durability.Write);
        scenario.Files.Calls.Clear();
        scenario.CommitGroup(journal.Writer, new Random(1), 1);
        Assert.False(scenario.Files.Calls.ContainsKey("fdatasync"));
    }

    [Fact]
    public void Sealing_again_without_new_entries_leaves_the_files_alone()
    {
        JournalScenario scenario = JournalScenario.Written(5, 6, seal: true);
        int segments;
        using (Journal journal = scenario.Open())
        {
            segments = scenario.Files.List(JournalScenario.Directory).Count;
            journal.Writer.Seal();
        }

        using (Journal journal = scenario.Open()) Assert.Equal(JournalEndKind.Sealed, journal.RecoveredEnd.Kind);
        Assert.Equal(segments, scenario.Files.List(JournalScenario.Directory).Count);
    }

    [Fact]
    public void Marks_are_given_on_request_and_take_no_index()
    {
        JournalScenario scenario = JournalScenario.Written(6, 20, seal: true);
        using JournalReader reader = scenario.Reader();
        reader.IncludeMarks = true;
        int ends = 0, seals = 0;
        ulong last = 0;
        while (reader.TryRead(out JournalEntry entry))
        {
            if (entry.Kind == JournalEntryKind.SegmentEnd) ends++;
            else if (entry.Kind == JournalEntryKind.Sealed) seals++;
            else last = entry.Index;
        }

        Assert.True(ends > 0);
        Assert.Equal(1, seals);
        Assert.Equal((ulong)scenario.Model.Count, last);
        JournalVerification verification = JournalVerification.Run(JournalScenario.Directory, ModelEntry.BatchDigest, scenario.Files);
        Assert.True(verification.IsSound);
        Assert.Equal((ulong)scenario.Model.Count, verification.Entries);
        Assert.Equal((ulong)(ends + seals), verification.Marks);
    }

    [Fact]
    public void A_given_digest_cannot_be_read_without_the_function_that_recomputes_it()
    {
        JournalScenario scenario = new();
        using (Journal journal = scenario.Open())
        {
            new ModelEntry(JournalEntryKind.Batch, 1, 1, [1, 2]).AppendTo(journal.Writer, new Random(1));
            journal.Writer.CommitGroup();
        }

        using JournalReader reader = new(JournalScenario.Directory, null, scenario.Files);
        Assert.Throws<InvalidOperationException>(() => reader.TryRead(out _));
    }
}
