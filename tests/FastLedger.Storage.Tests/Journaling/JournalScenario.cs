// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Storage.Tests;

/// <summary>A journal in simulated files beside a model of it.</summary>
internal sealed class JournalScenario
{
    public const string Directory = "/journal";
    public const int SegmentBytes = 8192;
    public const int RingBytes = 16384;
    public const int MaximumPayload = 1500;

    public SimulatedFileSystem Files { get; set; } = new();

    public List<ModelEntry> Model { get; } = [];

    /// <summary>About every third group is as large.</summary>
    public long DirectBytes { get; set; } = 3000;

    public static string Segment(int number) => $"{Directory}/segment-{number:D10}.journal";

    public Journal Open(Durability durability = Durability.Fsync) => Journal.Open(new JournalOptions
    {
        Directory = Directory,
        SegmentBytes = SegmentBytes,
        RingBytes = RingBytes,
        DirectBytes = DirectBytes,
        Durability = durability,
        PayloadDigest = ModelEntry.BatchDigest,
        Files = Files,
        PrepareAhead = false,
    });

    public JournalReader Reader() => new(Directory, ModelEntry.BatchDigest, Files);

    /// <summary>Reads what the files hold, to the end, and fails unless every payload is the model's.</summary>
    /// <returns>The first and the last index; both 0 when there is no entry.</returns>
    public (ulong First, ulong Last) ReadAll()
    {
        using JournalReader reader = Reader();
        ulong first = 0, last = 0;
        while (reader.TryRead(out JournalEntry entry))
        {
            if (first == 0) first = entry.Index;
            last = entry.Index;
            Assert.True(entry.Payload.SequenceEqual(Model[(int)last - 1].Payload));
        }

        return (first, last);
    }

    /// <summary>Appends random entries and commits them as one group.</summary>
    public void CommitGroup(JournalWriter writer, Random random, int entries)
    {
        for (int i = 0; i < entries; i++)
        {
            ModelEntry entry = ModelEntry.Random(random, MaximumPayload);
            Model.Add(entry);
            Assert.Equal((ulong)Model.Count, entry.AppendTo(writer, random));
        }

        Assert.Equal((ulong)Model.Count, writer.CommitGroup());
    }

    /// <summary>A journal of random groups over several segments.</summary>
    public static JournalScenario Written(int seed, int groups, bool seal = false)
    {
        JournalScenario scenario = new();
        Random random = new(seed);
        using Journal journal = scenario.Open();
        for (int i = 0; i < groups; i++) scenario.CommitGroup(journal.Writer, random, random.Next(1, 5));
        if (seal) journal.Writer.Seal();
        return scenario;
    }

    public JournalScenario Copy()
    {
        JournalScenario copy = new() { Files = Files.Copy(), DirectBytes = DirectBytes };
        copy.Model.AddRange(Model);
        return copy;
    }
}
