// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using CsCheck;

namespace FastLedger.Storage.Tests;

public class JournalTruncationTests
{
    private const int InputOutputError = 5;
    private const string StartPath = JournalScenario.Directory + "/journal.start";

    [Fact]
    public void A_truncated_journal_keeps_every_entry_from_the_anchor_on_and_goes_on()
    {
        JournalScenario scenario = JournalScenario.Written(1, 60);
        Random random = new(1);
        using (Journal journal = scenario.Open())
        {
            JournalAnchor anchor = journal.FindAnchor((ulong)scenario.Model.Count / 2);
            Assert.InRange(anchor.Segment, 2UL, 100UL);
            Assert.InRange(anchor.FirstIndex, 2UL, (ulong)scenario.Model.Count / 2);
            journal.TruncateBefore(in anchor);
            Assert.DoesNotContain(JournalScenario.Segment(0), scenario.Files.Names.Keys);
            Assert.DoesNotContain(JournalScenario.Segment((int)anchor.Segment - 1), scenario.Files.Names.Keys);
            AssertSuffix(scenario, anchor.FirstIndex);
            scenario.CommitGroup(journal.Writer, random, 4);
        }

        for (int life = 0; life < 3; life++)
        {
            using Journal journal = scenario.Open();
            AssertSuffix(scenario, journal.FindAnchor((ulong)scenario.Model.Count).FirstIndex);
            for (int i = 0; i < 10; i++) scenario.CommitGroup(journal.Writer, random, 4);
            journal.TruncateBefore(journal.FindAnchor((ulong)scenario.Model.Count));
        }
    }

    [Fact]
    public void Reading_from_an_anchor_gives_the_entries_from_an_index_on()
    {
        JournalScenario scenario = JournalScenario.Written(2, 40);
        using Journal journal = scenario.Open();
        for (ulong index = 1; index <= (ulong)scenario.Model.Count + 1; index++)
        {
            JournalAnchor anchor = journal.FindAnchor(index);
            using JournalReader reader = journal.OpenReader(in anchor, index);
            for (ulong expected = index; expected <= (ulong)scenario.Model.Count; expected++)
            {
                Assert.True(reader.TryRead(out JournalEntry entry));
                Assert.Equal(expected, entry.Index);
                Assert.True(entry.Payload.SequenceEqual(scenario.Model[(int)expected - 1].Payload));
            }

            Assert.False(reader.TryRead(out _));
            Assert.Equal((ulong)scenario.Model.Count, reader.End!.LastIndex);
        }
    }

    [Fact]
    public void An_entry_before_the_start_is_refused_by_name()
    {
        JournalScenario scenario = JournalScenario.Written(3, 60);
        using Journal journal = scenario.Open();
        JournalAnchor first = journal.FindAnchor(1);
        JournalAnchor anchor = journal.FindAnchor((ulong)scenario.Model.Count);
        journal.TruncateBefore(in anchor);
        Assert.Throws<ArgumentOutOfRangeException>(() => journal.FindAnchor(anchor.FirstIndex - 1));
        JournalDamagedException missing = Assert.Throws<JournalDamagedException>(() => journal.OpenReader(in first, 1));
        Assert.Equal((JournalScenario.Segment(0), 0L), (missing.File, missing.Offset));
    }

    [Fact]
    public void A_missing_first_segment_is_damage_whether_or_not_the_journal_was_truncated()
    {
        JournalScenario scenario = JournalScenario.Written(4, 60);
        JournalScenario lost = scenario.Copy();
        lost.Files.Remove(JournalScenario.Segment(0));
        Assert.Equal(JournalScenario.Segment(0), Assert.Throws<JournalDamagedException>(() => lost.Open()).File);
        ulong segment;
        using (Journal journal = scenario.Open())
        {
            JournalAnchor anchor = journal.FindAnchor((ulong)scenario.Model.Count / 2);
            segment = anchor.Segment;
            journal.TruncateBefore(in anchor);
        }

        scenario.Files.Remove(JournalScenario.Segment((int)segment));
        JournalDamagedException damage = Assert.Throws<JournalDamagedException>(() => scenario.Open());
        Assert.Equal((JournalScenario.Segment((int)segment), 0L), (damage.File, damage.Offset));
        foreach (string path in scenario.Files.Names.Keys.Where(static path => path.EndsWith(".journal", StringComparison.Ordinal)).ToList())
            scenario.Files.Remove(path);
        Assert.Throws<JournalDamagedException>(() => scenario.Open()); // never begun anew
    }

    [Fact]
    public void Any_changed_byte_of_the_start_file_or_of_the_first_header_is_damage()
    {
        JournalScenario scenario = JournalScenario.Written(5, 60);
        ulong segment;
        using (Journal journal = scenario.Open())
        {
            JournalAnchor anchor = journal.FindAnchor((ulong)scenario.Model.Count / 2);
            segment = anchor.Segment;
            journal.TruncateBefore(in anchor);
        }

        foreach (string path in new[] { StartPath, JournalScenario.Segment((int)segment) })
        {
            for (int offset = 0; offset < 128; offset++)
            {
                JournalScenario changed = scenario.Copy();
                byte[] bytes = changed.Files.Bytes(path);
                bytes[offset] ^= 0x10;
                changed.Files.SetBytes(path, bytes);
                Assert.Equal(path, Assert.Throws<JournalDamagedException>(() => changed.Open()).File);
            }
        }
    }

    [Fact]
    public void A_segment_of_another_journal_in_the_place_of_the_first_is_damage()
    {
        JournalScenario scenario = JournalScenario.Written(6, 60), other = JournalScenario.Written(6, 60);
        using (Journal journal = scenario.Open()) journal.TruncateBefore(journal.FindAnchor((ulong)scenario.Model.Count));
        string first = scenario.Files.Names.Keys.First(static path => path.Contains("/segment-", StringComparison.Ordinal));
        scenario.Files.SetBytes(first, other.Files.Bytes(first));
        Assert.Equal(first, Assert.Throws<JournalDamagedException>(() => scenario.Open()).File);
    }

    [Fact]
    public void A_crash_or_an_error_at_any_call_of_a_truncation_loses_nothing_that_is_to_stay() =>
        Gen.Int.Sample(
            seed =>
            {
                Random random = new(seed);
                JournalScenario scenario = JournalScenario.Written(seed, 30);
                ulong kept = (ulong)random.Next(1, scenario.Model.Count + 1);
                for (int life = 0; life < 3; life++)
                {
                    using (Journal journal = scenario.Open())
                    {
                        JournalAnchor anchor = journal.FindAnchor(kept);
                        int limit = scenario.Files.OperationCount + random.Next(20);
                        scenario.Files.Fault = (_, _, ordinal) => ordinal >= limit ? InputOutputError : 0;
                        try
                        {
                            journal.TruncateBefore(in anchor);
                        }
                        catch (StorageFaultException)
                        {
                            Assert.NotNull(scenario.Files.Fault);
                        }
                    }

                    scenario.Files = random.Next(3) == 0 ? scenario.Files.AfterKill() : scenario.Files.AfterPowerLoss(random);
                    AssertSuffix(scenario, kept);
                }
            },
            iter: 300,
            threads: 1);

    private static void AssertSuffix(JournalScenario scenario, ulong firstIndex)
    {
        (ulong first, ulong last) = scenario.ReadAll();
        Assert.InRange(first, 1UL, firstIndex);
        Assert.Equal((ulong)scenario.Model.Count, last);
    }
}
