// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Storage.Tests;

/// <summary>A page store in simulated files, turned by the test, beside a model of it.</summary>
internal sealed class PageScenario
{
    public const string Directory = "/store";
    public const int LogPageBytes = 1 << 14; // three pages of the ledger each
    public const int SegmentBytes = 1 << 16;

    public SimulatedFileSystem Files { get; set; } = new();

    /// <summary>Seed and height of every page, as of the last write.</summary>
    public SortedDictionary<ulong, (int Seed, ulong Height)> Model { get; private set; } = [];

    /// <summary>So much is written to one log.</summary>
    public long RenewalBytes { get; set; } = 1L << 46;

    /// <summary>Memory of the log.</summary>
    public long LogMemoryBytes { get; init; } = 4 * LogPageBytes;

    public static string Segment(int number) => $"{Directory}/pages-{number:D10}.log";

    public static string CheckpointFile(ulong sequence, string kind) => $"{Directory}/pages-checkpoint-{sequence:D10}.{kind}";

    public PageStoreOptions Options() => new()
    {
        Directory = Directory,
        Files = Files,
        MaximumTables = 8,
        MaximumPagesPerTable = 1 << 10,
        ExpectedPages = 256,
        LogMemoryBytes = LogMemoryBytes,
        LogPageBytes = LogPageBytes,
        SegmentBytes = SegmentBytes,
        MutableFraction = 0.5,
        WriteRingBytes = 1 << 17,
        MaximumRequests = 64,
        RenewalBytes = RenewalBytes,
        SyncBytes = 3 * LogPageBytes,
        DirectIO = Files.HasQueues,
        OwnThreads = false,
    };

    public PageStore Create() => PageStore.Create(Options());

    public PageStore Recover(in StoreToken token) => PageStore.Recover(Options(), in token);

    public PageScenario Copy() => new() { Files = Files.Copy(), Model = new(Model) };

    public static PageKey Key(ulong packed) => new((uint)(packed >> 32), (uint)packed);

    /// <summary>The bytes that a seed stands for.</summary>
    public static byte[] Page(int seed)
    {
        byte[] page = new byte[PageStore.PageBytes];
        new Random(seed).NextBytes(page);
        return page;
    }

    /// <summary>Writes a page and notes it.</summary>
    public void Write(PageStore store, PageKey key, int seed, ulong height)
    {
        while (!store.TryWrite(key, height, Page(seed))) store.Turn();
        Model[key.Packed] = (seed, height);
    }

    /// <summary>Writes random pages of four tables.</summary>
    public void WriteRandom(PageStore store, Random random, int count, ulong height, int pagesPerTable = 24)
    {
        for (int i = 0; i < count; i++)
            Write(store, new PageKey((uint)random.Next(4), (uint)random.Next(pagesPerTable)), random.Next(), height);
    }

    public static StoreToken Checkpoint(PageStore store, ulong id)
    {
        while (!store.TryRequestCheckpoint(id)) store.Turn();
        StoreCheckpoint done;
        while (!store.TryTakeCheckpoint(out done)) store.Turn();
        Assert.Equal(id, done.Id);
        return done.Token;
    }

    /// <summary>Reads every page of the model and compares it.</summary>
    public void AssertHolds(PageStore store)
    {
        byte[] page = new byte[PageStore.PageBytes];
        foreach ((ulong key, (int seed, ulong height)) in Model)
        {
            Assert.Equal(height, store.ReadBlocking(Key(key), page));
            Assert.Equal(Page(seed), page);
        }

        Assert.Equal(Model.Count, store.Statistics.Pages);
    }
}
