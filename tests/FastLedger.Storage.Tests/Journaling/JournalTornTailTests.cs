// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Storage.Tests;

public class JournalTornTailTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_last_group_torn_at_any_byte_leaves_exactly_the_whole_entries_before(bool garbage)
    {
        JournalScenario whole = new();
        long start, end;
        int durable;
        using (Journal journal = whole.Open())
        {
            Random random = new(11);
            for (int i = 0; i < 3; i++) whole.CommitGroup(journal.Writer, random, 1);
            durable = whole.Model.Count;
            start = EndOffset(whole);
            foreach (int length in new[] { 100, 0, 64, 333 })
            {
                ModelEntry entry = new(length == 64 ? JournalEntryKind.Block : JournalEntryKind.Batch, 5, 6, new byte[length]);
                random.NextBytes(entry.Payload);
                whole.Model.Add(entry);
                entry.AppendTo(journal.Writer, random);
            }

            journal.Writer.CommitGroup();
            end = EndOffset(whole);
        }

        List<long> ends = EntryEnds(whole);
        byte[] bytes = whole.Files.Bytes(JournalScenario.Segment(0));
        for (long cut = start; cut <= end; cut++)
        {
            byte[] torn = (byte[])bytes.Clone();
            torn.AsSpan((int)cut, (int)(end - cut)).Fill(garbage ? (byte)0xA5 : (byte)0);
            JournalScenario scenario = whole.Copy();
            scenario.Files.SetBytes(JournalScenario.Segment(0), torn);
            int expected = ends.FindLastIndex(e => torn.AsSpan(0, (int)e).SequenceEqual(bytes.AsSpan(0, (int)e))) + 1;
            Assert.True(expected >= durable);

            using (JournalReader reader = scenario.Reader())
            {
                JournalEnd found = ModelEntry.AssertPrefix(reader, scenario.Model);
                Assert.Equal((ulong)expected, found.LastIndex);
                Assert.Equal(JournalScenario.Segment(0), found.File);
                Assert.Equal(ends[expected - 1], found.Offset);
                bool remains = torn.AsSpan((int)found.Offset).ContainsAnyExcept((byte)0);
                Assert.Equal(remains ? JournalEndKind.Torn : JournalEndKind.Clean, found.Kind);
            }

            // Opening for writing cuts the remains off, and the journal goes on behind them.
            scenario.Model.RemoveRange(expected, scenario.Model.Count - expected);
            using (Journal journal = scenario.Open())
            {
                Assert.Equal((ulong)expected, journal.RecoveredEnd.LastIndex);
                scenario.CommitGroup(journal.Writer, new Random((int)cut), 2);
            }

            using JournalReader again = scenario.Reader();
            JournalEnd after = ModelEntry.AssertPrefix(again, scenario.Model);
            Assert.Equal(JournalEndKind.Clean, after.Kind);
            Assert.Equal((ulong)expected + 2, after.LastIndex);
        }
    }

    [Fact]
    public void A_lost_sector_with_later_sectors_of_the_same_group_behind_it_is_a_torn_write()
    {
        JournalScenario scenario = new();
        long start;
        using (Journal journal = scenario.Open())
        {
            scenario.CommitGroup(journal.Writer, new Random(1), 1);
            start = EndOffset(scenario);
            scenario.CommitGroup(journal.Writer, new Random(2), 4);
        }

        byte[] bytes = scenario.Files.Bytes(JournalScenario.Segment(0));
        bytes.AsSpan((int)start, 64).Clear();
        scenario.Files.SetBytes(JournalScenario.Segment(0), bytes);
        using JournalReader reader = scenario.Reader();
        JournalEnd end = ModelEntry.AssertPrefix(reader, scenario.Model);
        Assert.Equal((JournalEndKind.Torn, 1UL, start), (end.Kind, end.LastIndex, end.Offset));
    }

    [Fact]
    public void A_lost_sector_with_a_later_group_behind_it_is_damage()
    {
        JournalScenario scenario = new();
        long start;
        using (Journal journal = scenario.Open())
        {
            scenario.CommitGroup(journal.Writer, new Random(1), 1);
            start = EndOffset(scenario);
            scenario.CommitGroup(journal.Writer, new Random(2), 1);
            scenario.CommitGroup(journal.Writer, new Random(3), 1);
        }

        byte[] bytes = scenario.Files.Bytes(JournalScenario.Segment(0));
        bytes.AsSpan((int)start, 64).Clear();
        scenario.Files.SetBytes(JournalScenario.Segment(0), bytes);
        JournalDamagedException damage = Assert.Throws<JournalDamagedException>(() => scenario.Open());
        Assert.Equal((JournalScenario.Segment(0), start), (damage.File, damage.Offset));
    }

    [Fact]
    public void A_payload_that_holds_the_image_of_an_entry_is_not_taken_for_one()
    {
        // The image comes from another journal and claims to be durable later: with an unkeyed checksum, the torn group would look like damage.
        JournalScenario other = JournalScenario.Written(21, 2);
        byte[] image = other.Files.Bytes(JournalScenario.Segment(0)).AsSpan(128, 1024).ToArray();
        JournalScenario scenario = new();
        using (Journal journal = scenario.Open())
        {
            scenario.Model.Add(new ModelEntry(JournalEntryKind.Batch, 1, 1, image));
            scenario.Model[0].AppendTo(journal.Writer, new Random(1));
            journal.Writer.CommitGroup();
        }

        byte[] bytes = scenario.Files.Bytes(JournalScenario.Segment(0));
        bytes[130] ^= 1;
        scenario.Files.SetBytes(JournalScenario.Segment(0), bytes);
        using JournalReader reader = scenario.Reader();
        Assert.Equal(JournalEndKind.Torn, ModelEntry.AssertPrefix(reader, scenario.Model).Kind);
    }

    private static long EndOffset(JournalScenario scenario)
    {
        using JournalReader reader = scenario.Reader();
        return ModelEntry.AssertPrefix(reader, scenario.Model).Offset;
    }

    private static List<long> EntryEnds(JournalScenario scenario)
    {
        List<long> ends = [];
        using JournalReader reader = scenario.Reader();
        while (reader.TryRead(out JournalEntry entry)) ends.Add(entry.Offset + JournalEntryHeader.Size + ((entry.Payload.Length + 63) & -64));
        return ends;
    }
}
