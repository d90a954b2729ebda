// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using Xunit.Abstractions;

namespace FastLedger.Storage.Tests;

public class JournalDamageTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_101;

    public static TheoryData<bool> Sealed => new() { false, true };

    [Theory]
    [MemberData(nameof(Sealed))]
    public void Every_flipped_bit_is_reported_with_its_file_and_never_changes_what_is_read(bool seal)
    {
        JournalScenario whole = JournalScenario.Written(Seed, 30, seal);
        (int lastSegment, long lastGroup) = LastGroup(whole);
        Random random = new(Seed);
        int damaged = 0, torn = 0;
        for (int i = 0; i < 4000; i++)
        {
            JournalScenario scenario = whole.Copy();
            string path = Pick(random, SegmentPaths(scenario));
            byte[] bytes = scenario.Files.Bytes(path);
            int position = random.Next(bytes.Length);
            bytes[position] ^= (byte)(1 << random.Next(8));
            scenario.Files.SetBytes(path, bytes);

            Outcome outcome = Read(scenario);
            bool inDurableGroup = seal || string.CompareOrdinal(path, JournalScenario.Segment(lastSegment)) < 0
                || (path == JournalScenario.Segment(lastSegment) && position < lastGroup);
            if (outcome.Damage is not null)
            {
                damaged++;
                Assert.StartsWith(JournalScenario.Directory, outcome.Damage.File, StringComparison.Ordinal);
                Assert.True(outcome.Damage.Offset >= 0);
                // The damage is named where reading stops: in the flipped file not behind the flip, or where the journal ended before it.
                if (outcome.Damage.File == path) Assert.True(outcome.Damage.Offset <= position, $"seed {Seed}, round {i}");
                Assert.Throws<JournalDamagedException>(() => VerifyAll(scenario));
            }
            else
            {
                torn++;
                Assert.Equal(JournalEndKind.Torn, outcome.End!.Kind);
                Assert.Equal(path, outcome.End.File);
                Assert.True(outcome.End.Offset <= position);
            }

            if (inDurableGroup && outcome.Damage is null) Assert.Fail($"seed {Seed}, round {i}: {path} at {position} went unnoticed");
            AssertOpensAsPrefixOrRefuses(scenario, random);
        }

        output.WriteLine($"seed {Seed}: {damaged} reported as damage, {torn} as a torn last group");
        Assert.True(damaged > 0 && (seal || torn > 0));
    }

    [Theory]
    [MemberData(nameof(Sealed))]
    public void A_file_cut_anywhere_is_reported_as_damage(bool seal)
    {
        JournalScenario whole = JournalScenario.Written(Seed + 1, 30, seal);
        Random random = new(Seed);
        for (int i = 0; i < 1000; i++)
        {
            JournalScenario scenario = whole.Copy();
            string path = Pick(random, SegmentPaths(scenario));
            byte[] bytes = scenario.Files.Bytes(path);
            scenario.Files.SetBytes(path, bytes[..random.Next(bytes.Length)]);
            Outcome outcome = Read(scenario);
            Assert.True(outcome.Damage is not null, $"seed {Seed}, round {i}: {path} was cut and nothing noticed");
            AssertOpensAsPrefixOrRefuses(scenario, random);
        }
    }

    [Fact]
    public void A_journal_zeroed_from_anywhere_on_is_an_exact_prefix_or_damage()
    {
        JournalScenario whole = JournalScenario.Written(Seed + 2, 30);
        Random random = new(Seed);
        for (int i = 0; i < 1000; i++)
        {
            JournalScenario scenario = whole.Copy();
            List<string> paths = SegmentPaths(scenario);
            int first = random.Next(paths.Count);
            for (int s = first; s < paths.Count; s++)
            {
                byte[] bytes = scenario.Files.Bytes(paths[s]);
                int from = s == first ? random.Next(bytes.Length) : 0;
                bytes.AsSpan(from).Clear();
                scenario.Files.SetBytes(paths[s], bytes);
            }

            Read(scenario);
            AssertOpensAsPrefixOrRefuses(scenario, random);
        }
    }

    [Fact]
    public void Random_garbage_over_a_range_is_never_read_as_entries()
    {
        JournalScenario whole = JournalScenario.Written(Seed + 3, 30);
        Random random = new(Seed);
        for (int i = 0; i < 2000; i++)
        {
            JournalScenario scenario = whole.Copy();
            string path = Pick(random, SegmentPaths(scenario));
            byte[] bytes = scenario.Files.Bytes(path);
            int from = random.Next(bytes.Length);
            random.NextBytes(bytes.AsSpan(from, random.Next(bytes.Length - from)));
            scenario.Files.SetBytes(path, bytes);
            Read(scenario);
            AssertOpensAsPrefixOrRefuses(scenario, random);
        }
    }

    [Fact]
    public void Sectors_swapped_inside_a_journal_are_reported()
    {
        JournalScenario whole = JournalScenario.Written(Seed + 4, 30, seal: true);
        Random random = new(Seed);
        for (int i = 0; i < 1000; i++)
        {
            JournalScenario scenario = whole.Copy();
            List<string> paths = SegmentPaths(scenario);
            paths.RemoveAt(paths.Count - 1); // sealed or unused: shorter, or all zero
            string from = Pick(random, paths), to = Pick(random, paths);
            byte[] source = scenario.Files.Bytes(from);
            byte[] target = scenario.Files.Bytes(to);
            int sourceSector = random.Next(source.Length / 512) * 512, targetSector = random.Next(target.Length / 512) * 512;
            Span<byte> sector = target.AsSpan(targetSector, 512);
            if (sector.SequenceEqual(source.AsSpan(sourceSector, 512))) continue;
            source.AsSpan(sourceSector, 512).CopyTo(sector);
            scenario.Files.SetBytes(to, target);
            Assert.NotNull(Read(scenario).Damage);
        }
    }

    [Fact]
    public void A_missing_segment_is_named_unless_only_an_unused_one_is_gone()
    {
        JournalScenario whole = JournalScenario.Written(Seed + 5, 30);
        List<string> paths = SegmentPaths(whole);
        (int lastSegment, _) = LastGroup(whole);
        for (int s = 0; s < paths.Count; s++)
        {
            JournalScenario scenario = whole.Copy();
            scenario.Files.Remove(paths[s]);
            Outcome outcome = Read(scenario);
            if (s > lastSegment)
            {
                Assert.Equal((ulong)whole.Model.Count, outcome.End!.LastIndex);
                continue;
            }

            Assert.Equal((paths[s], "the segment is missing"), (outcome.Damage!.File, outcome.Damage.Reason[..22]));
            Assert.Throws<JournalDamagedException>(() => scenario.Open());
        }
    }

    [Fact]
    public void Two_swapped_segments_are_reported()
    {
        JournalScenario whole = JournalScenario.Written(Seed + 6, 30);
        (int lastSegment, _) = LastGroup(whole);
        Assert.True(lastSegment >= 2);
        for (int a = 0; a <= lastSegment; a++)
        {
            for (int b = a + 1; b <= lastSegment; b++)
            {
                JournalScenario scenario = whole.Copy();
                byte[] bytes = scenario.Files.Bytes(JournalScenario.Segment(a));
                scenario.Files.SetBytes(JournalScenario.Segment(a), scenario.Files.Bytes(JournalScenario.Segment(b)));
                scenario.Files.SetBytes(JournalScenario.Segment(b), bytes);
                Outcome outcome = Read(scenario);
                Assert.Equal((JournalScenario.Segment(a), 0L), (outcome.Damage!.File, outcome.Damage.Offset));
            }
        }
    }

    [Fact]
    public void A_segment_of_another_journal_is_reported()
    {
        JournalScenario whole = JournalScenario.Written(Seed + 7, 30);
        JournalScenario other = JournalScenario.Written(Seed + 7, 30); // the same entries, another random id
        (int lastSegment, _) = LastGroup(whole);
        for (int s = 0; s <= lastSegment; s++)
        {
            JournalScenario scenario = whole.Copy();
            scenario.Files.SetBytes(JournalScenario.Segment(s), other.Files.Bytes(JournalScenario.Segment(s)));
            Assert.NotNull(Read(scenario).Damage);
        }
    }

    [Fact]
    public void An_older_copy_of_a_segment_is_reported_when_a_later_one_exists()
    {
        JournalScenario scenario = new();
        Random random = new(Seed);
        using (Journal journal = scenario.Open())
        {
            scenario.CommitGroup(journal.Writer, random, 1);
            byte[] older = scenario.Files.Bytes(JournalScenario.Segment(0));
            while (!scenario.Files.List(JournalScenario.Directory).Contains("segment-0000000002.journal"))
                scenario.CommitGroup(journal.Writer, random, 2);
            scenario.CommitGroup(journal.Writer, random, 1);
            scenario.Files.SetBytes(JournalScenario.Segment(0), older);
        }

        Assert.NotNull(Read(scenario).Damage);
        Assert.Throws<JournalDamagedException>(() => scenario.Open());
    }

    [Fact]
    public void Anything_behind_a_seal_is_reported()
    {
        JournalScenario whole = JournalScenario.Written(Seed + 8, 5, seal: true);
        string path = SegmentPaths(whole).Last(p => whole.Files.Bytes(p).AsSpan().ContainsAnyExcept((byte)0));
        byte[] bytes = whole.Files.Bytes(path);
        Assert.True(bytes.Length < JournalScenario.SegmentBytes);
        whole.Files.SetBytes(path, [.. bytes, .. new byte[64]]);
        Assert.NotNull(Read(whole).Damage);
        whole.Files.SetBytes(path, [.. bytes, 1]);
        Assert.NotNull(Read(whole).Damage);
    }

    internal static List<string> SegmentPaths(JournalScenario scenario) =>
        [.. scenario.Files.Names.Keys.Where(path => path.EndsWith(".journal", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Opening for writing either refuses, or goes on behind a true prefix.</summary>
    private static void AssertOpensAsPrefixOrRefuses(JournalScenario scenario, Random random)
    {
        ulong last;
        try
        {
            using Journal journal = scenario.Open();
            last = journal.RecoveredEnd.LastIndex;
            using JournalReader replay = journal.OpenReader();
            Assert.Equal(last, ModelEntry.AssertPrefix(replay, scenario.Model).LastIndex);
            scenario.Model.RemoveRange((int)last, scenario.Model.Count - (int)last);
            scenario.CommitGroup(journal.Writer, random, 1);
        }
        catch (JournalDamagedException)
        {
            return;
        }

        using JournalReader reader = scenario.Reader();
        Assert.Equal(last + 1, ModelEntry.AssertPrefix(reader, scenario.Model).LastIndex);
    }

    private static Outcome Read(JournalScenario scenario)
    {
        try
        {
            using JournalReader reader = scenario.Reader();
            return new Outcome(ModelEntry.AssertPrefix(reader, scenario.Model), null);
        }
        catch (JournalDamagedException damage)
        {
            return new Outcome(null, damage);
        }
    }

    private static void VerifyAll(JournalScenario scenario)
    {
        JournalVerification verification = JournalVerification.Run(JournalScenario.Directory, ModelEntry.BatchDigest, scenario.Files);
        Assert.False(verification.IsSound);
        throw verification.Damage!;
    }

    /// <summary>Segment and offset at which the last group begins.</summary>
    private static (int Segment, long Offset) LastGroup(JournalScenario scenario)
    {
        using JournalReader reader = scenario.Reader();
        ulong group = 0;
        (int Segment, long Offset) start = default;
        while (reader.TryRead(out JournalEntry entry))
        {
            if (entry.Header.GroupFirstIndex == group) continue;
            group = entry.Header.GroupFirstIndex;
            start = ((int)entry.Header.Segment, entry.Offset);
        }

        return start;
    }

    private static string Pick(Random random, List<string> paths) => paths[random.Next(paths.Count)];

    private sealed record Outcome(JournalEnd? End, JournalDamagedException? Damage);
}
