// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Storage.Tests;

public class JournalLookupTests
{
    [Fact]
    public void Every_committed_entry_is_found_where_the_writer_said()
    {
        JournalScenario scenario = new();
        Random random = new(7);
        using Journal journal = scenario.Open();
        List<JournalLocation> locations = [];
        for (int i = 0; i < 60; i++)
        {
            scenario.CommitGroup(journal.Writer, random, 1);
            locations.Add(journal.Writer.LastLocation);
        }

        Assert.True(locations[^1].Segment > 0);
        using JournalLookup lookup = new(JournalScenario.Directory, ModelEntry.BatchDigest, scenario.Files);
        using JournalReader reader = scenario.Reader();
        foreach (JournalLocation location in locations)
        {
            Assert.True(reader.TryRead(out JournalEntry entry));
            Assert.Equal(entry.Location, location);
            Assert.True(lookup.TryRead(location, out ReadOnlySpan<byte> payload));
            Assert.True(entry.Payload.SequenceEqual(payload));
        }
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open();
        scenario.CommitGroup(journal.Writer, new Random(3), 3);
        JournalLocation last = journal.Writer.LastLocation;
        using JournalLookup lookup = new(JournalScenario.Directory, ModelEntry.BatchDigest, scenario.Files);
        Assert.True(lookup.TryRead(last, out _));
        Assert.False(lookup.TryRead(default, out _));
        Assert.False(lookup.TryRead(last with { Index = last.Index + 1 }, out _));
        Assert.False(lookup.TryRead(last with { Offset = last.Offset + 64 }, out _));
        Assert.False(lookup.TryRead(last with { Segment = last.Segment + 9 }, out _));
    }

    [Fact]
    public void A_journal_without_files_finds_what_its_memory_still_holds_and_nothing_else()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open(Durability.None);
        using JournalLookup lookup = new(JournalScenario.Directory, ModelEntry.BatchDigest, scenario.Files, journal.Writer);
        Random random = new(11);
        List<(JournalLocation Location, byte[] Payload)> entries = [];
        long bytes = 0;
        while (bytes < 3 * JournalScenario.RingBytes)
        {
            byte[] payload = new byte[random.Next(1, 3000)];
            random.NextBytes(payload);
            _ = journal.Writer.Append(JournalEntryKind.Batch, 1, 0, default, payload);
            _ = journal.Writer.CommitGroup();
            entries.Add((journal.Writer.LastLocation, payload));
            bytes += payload.Length;
            Assert.True(lookup.TryRead(entries[^1].Location, out ReadOnlySpan<byte> newest));
            Assert.True(newest.SequenceEqual(payload));
        }

        int found = 0;
        long kept = 0;
        foreach ((JournalLocation location, byte[] payload) in entries)
        {
            if (!lookup.TryRead(location, out ReadOnlySpan<byte> read))
            {
                Assert.Equal(0, found); // the oldest are gone, and no other
                continue;
            }

            Assert.True(read.SequenceEqual(payload));
            found++;
            kept += payload.Length;
        }

        Assert.InRange(found, 1, entries.Count - 1);
        Assert.InRange(kept, JournalScenario.RingBytes / 2, JournalScenario.RingBytes);
        Assert.False(lookup.TryRead(default, out _));
        Assert.False(lookup.TryRead(entries[^1].Location with { Index = entries[^1].Location.Index + 1 }, out _));
    }

    /// <summary>Each byte of an entry is its number: a copy of memory that was overwritten meanwhile would show two numbers, or another's.</summary>
    [Fact]
    public async Task Reading_memory_while_it_is_used_again_gives_the_entry_or_nothing()
    {
        JournalScenario scenario = new();
        using Journal journal = scenario.Open(Durability.None);
        ulong newest = 0;
        bool done = false;
        Task<int> reading = Task.Run(() =>
        {
            using JournalLookup lookup = new(JournalScenario.Directory, null, scenario.Files, journal.Writer);
            int read = 0;
            for (int i = 0; !Volatile.Read(ref done); i++)
            {
                ulong last = Volatile.Read(ref newest);
                ulong index = last - Math.Min(last, (ulong)(i % 200));
                if (index == 0 || !lookup.TryRead(new JournalLocation(index, 0, 0), out ReadOnlySpan<byte> payload)) continue;
                Assert.Equal(-1, payload.IndexOfAnyExcept((byte)index));
                read++;
            }

            return read;
        });
        byte[] bytes = new byte[4000];
        for (int i = 0; i < 20_000; i++)
        {
            ulong index = journal.Writer.NextIndex;
            bytes.AsSpan().Fill((byte)index);
            _ = journal.Writer.Append(JournalEntryKind.Batch, 1, 0, default, bytes.AsSpan(0, 1 + (i * 7 % 4000)));
            _ = journal.Writer.CommitGroup();
            Volatile.Write(ref newest, index);
        }

        // On one core the reader may not have had a turn yet; what it finds now is at rest.
        Volatile.Write(ref done, true);
        _ = await reading;
    }
}
