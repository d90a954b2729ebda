// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

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
}
