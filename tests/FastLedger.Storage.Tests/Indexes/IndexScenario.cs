// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Storage.Tests;

/// <summary>An index store in simulated files beside a model of it.</summary>
internal sealed class IndexScenario
{
    public const string Directory = "/index";

    public SimulatedFileSystem Files { get; set; } = new();

    public SortedDictionary<UInt128, ulong> Model { get; private set; } = [];

    public static string Segment(int number) => $"{Directory}/index-{number:D10}.log";

    public static string CheckpointFile(ulong sequence, string kind) => $"{Directory}/index-checkpoint-{sequence:D10}.{kind}";

    public IndexStoreOptions Options() => new()
    {
        Directory = Directory,
        Files = Files,
        ExpectedEntries = 512, // fewer than there will be, so that buckets overflow
        LogMemoryBytes = 1 << 14,
        LogPageBytes = 1 << 12,
        SegmentBytes = 1 << 14,
        MaximumLogBytes = 1 << 24,
    };

    public IndexStore Create() => IndexStore.Create(Options());

    public IndexStore Recover(in StoreToken token) => IndexStore.Recover(Options(), in token);

    public IndexScenario Copy() => new() { Files = Files.Copy(), Model = new(Model) };

    public void AddRandom(IndexStore store, Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            UInt128 key = new((ulong)random.NextInt64(), (ulong)random.Next(4));
            if (random.Next(4) == 0) key &= 0xFF; // often there already
            uint number = (uint)random.Next(1, int.MaxValue);
            bool added = store.TryAdd(key, number, out ulong existing);
            Assert.Equal(!Model.TryGetValue(key, out ulong modelled), added);
            Assert.Equal(modelled, existing);
            if (added) Model.Add(key, number);
        }
    }

    public void AssertHolds(IndexStore store)
    {
        Assert.Equal((ulong)Model.Count, store.Count);
        foreach ((UInt128 key, ulong number) in Model)
        {
            Assert.True(store.TryFind(key, out ulong found));
            Assert.Equal(number, found);
            Assert.False(store.TryFind(~key, out _));
        }
    }
}
