// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

/// <summary>The store on its own threads and on real files.</summary>
public class PageStoreThreadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Writes_reads_and_checkpoints_go_on_beside_each_other_and_recover(bool direct)
    {
        using TemporaryDirectory directory = new();
        Random random = new(1);
        Dictionary<ulong, (int Seed, ulong Height)> model = [];
        StoreToken token = default;
        for (int life = 0; life < 3; life++)
        {
            using Doorbell progress = new();
            PageStoreOptions options = Options(directory.Path, direct, progress);
            using PageStore store = life == 0 ? PageStore.Create(options) : PageStore.Recover(options, in token);
            Dictionary<ulong, (int Seed, ulong Height)> written = new(model);
            using RequestedPages asked = new();
            for (ulong round = 1; round <= 6; round++)
            {
                for (int i = 0; i < 400; i++)
                {
                    PageKey key = new((uint)random.Next(3), (uint)random.Next(300));
                    while (asked.Contains(key)) Await(progress, store, asked); // else it may arrive as it is written now
                    int seed = random.Next();
                    while (!store.TryWrite(key, round, PageScenario.Page(seed))) Await(progress, store, asked);
                    written[key.Packed] = (seed, round);
                    if (random.Next(3) == 0) asked.TryAsk(store, key, seed, round);
                }

                while (!store.TryRequestCheckpoint(round)) Await(progress, store, asked);
                model = new(written);
                StoreCheckpoint done;
                while (!store.TryTakeCheckpoint(out done)) Await(progress, store, asked);
                Assert.Equal(round, done.Id);
                if (token.Sequence != 0) Assert.True(store.TryRelease(in token));
                token = done.Token;
            }

            while (asked.Count > 0) Await(progress, store, asked);
            Assert.True(asked.Arrived > 100);
            byte[] page = new byte[PageStore.PageBytes];
            foreach ((ulong key, (int seed, ulong height)) in written)
            {
                Assert.Equal(height, store.ReadBlocking(PageScenario.Key(key), page));
                Assert.Equal(PageScenario.Page(seed), page);
            }

            Assert.Null(store.Fault);
        }
    }

    [Fact]
    public void A_fault_on_the_store_s_thread_reaches_the_caller_wherever_it_waits()
    {
        SimulatedFileSystem files = new();
        using Doorbell progress = new();
        using PageStore store = PageStore.Create(new PageStoreOptions
        {
            Directory = "/store",
            Files = files,
            LogPageBytes = 1 << 14,
            LogMemoryBytes = 1 << 16,
            SegmentBytes = 1 << 16,
            Progress = progress,
        });
        files.Fault = static (operation, _, _) => operation == "fdatasync" ? 5 : 0;
        Assert.True(store.TryWrite(new PageKey(1, 1), 1, new byte[PageStore.PageBytes]));
        Assert.True(store.TryRequestCheckpoint(1));
        StorageFaultException fault = Assert.Throws<StorageFaultException>(() =>
        {
            while (!store.TryTakeCheckpoint(out _)) Sleep(progress, store);
        });
        Assert.Equal("fdatasync", fault.Operation);
        Assert.Throws<StorageFaultException>(() => { store.ReadBlocking(new PageKey(1, 1), new byte[PageStore.PageBytes]); });
    }

    [Fact]
    public void A_second_owner_of_the_directory_is_refused()
    {
        using TemporaryDirectory directory = new();
        using Doorbell progress = new();
        PageStoreOptions options = Options(directory.Path, direct: false, progress);
        using PageStore store = PageStore.Create(options);
        Assert.Throws<DirectoryInUseException>(() => PageStore.Create(options));
    }

    private static PageStoreOptions Options(string directory, bool direct, Doorbell progress) => new()
    {
        Directory = directory,
        ExpectedPages = 1024,
        LogPageBytes = 1 << 16,
        LogMemoryBytes = 1 << 18,
        SegmentBytes = 1 << 20,
        SyncBytes = 1 << 18,
        WriteRingBytes = 1 << 18,
        DirectIO = direct,
        Progress = progress,
    };

    private static void Await(Doorbell progress, PageStore store, RequestedPages asked)
    {
        if (!asked.TryTake(store)) Sleep(progress, store);
    }

    private static void Sleep(Doorbell progress, PageStore store)
    {
        PageStoreStatistics before = store.Statistics;
        progress.Announce();
        if (store.Statistics == before && store.Fault is null) progress.Sleep(1);
        else progress.StayAwake();
    }
}
