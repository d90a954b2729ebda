// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

public unsafe class PageStoreAllocationTests
{
    [Fact]
    public void Writing_asking_and_taking_allocate_nothing_on_the_caller_s_side()
    {
        using TemporaryDirectory directory = new();
        using PageStore store = PageStore.Create(new PageStoreOptions
        {
            Directory = directory.Path,
            ExpectedPages = 1 << 12,
            LogPageBytes = 1 << 16,
            LogMemoryBytes = 1 << 20,
            SegmentBytes = 1 << 22,
        });
        byte[] page = new byte[PageStore.PageBytes];
        using ReservedMemory destination = new(2 * PageStore.PageBytes);
        ulong asked = 0, taken = 0;
        Turn(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Turn(3000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(6200UL, taken);

        void Turn(int count)
        {
            for (int i = 0; i < count; i++)
            {
                PageKey key = new(3, (uint)i % 1000);
                while (!store.TryWrite(key, 1, page)) Take();
                while (!store.TryRequest(key, destination.Pointer, 1)) Take();
                while (!store.TryRequest(new PageKey(3, (uint)i / 2 % 1000), destination.Pointer + PageStore.PageBytes, 2)) Take();
                Take();
                store.ReadBlocking(key, page);
            }

            asked += 2 * (ulong)count;
            while (taken < asked) Take();
        }

        bool Take()
        {
            if (!store.TryTakeCompletion(out PageRead read)) return false;
            if (read.Key.Table == 3) taken++;
            return true;
        }
    }

    [Fact]
    public void Writes_and_reads_from_memory_allocate_nothing_on_the_store_s_side()
    {
        using TemporaryDirectory directory = new();
        using PageStore store = PageStore.Create(new PageStoreOptions
        {
            Directory = directory.Path,
            ExpectedPages = 1 << 12,
            LogPageBytes = 1 << 20,
            LogMemoryBytes = 1 << 25,
            SegmentBytes = 1 << 25,
            MutableFraction = 0.9,
            OwnThreads = false,
        });
        byte[] page = new byte[PageStore.PageBytes];
        using ReservedMemory destination = new(2 * PageStore.PageBytes);
        Turn(300);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Turn(3000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Turn(int count)
        {
            for (int i = 0; i < count; i++)
            {
                PageKey key = new(3, (uint)i % 300);
                Assert.True(store.TryWrite(key, 1, page));
                Assert.True(store.TryRequest(key, destination.Pointer, 1));
                store.Turn();
                Assert.True(store.TryTakeCompletion(out _));
            }
        }
    }

    [Fact]
    public void Checkpoints_leave_little_to_the_collector()
    {
        const int Checkpoints = 16;
        using TemporaryDirectory directory = new();
        using PageStore store = PageStore.Create(new PageStoreOptions
        {
            Directory = directory.Path,
            ExpectedPages = 1 << 12,
            LogPageBytes = 1 << 16,
            LogMemoryBytes = 1 << 20,
            SegmentBytes = 1 << 22,
            OwnThreads = false,
        });
        byte[] page = new byte[PageStore.PageBytes];
        Take(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong id = 2; id < 2 + Checkpoints; id++) Take(id);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Checkpoints, 0, 64 << 10);

        void Take(ulong id)
        {
            Assert.True(store.TryWrite(new PageKey(3, (uint)id), id, page));
            _ = PageScenario.Checkpoint(store, id);
        }
    }

    [Fact]
    public void An_index_in_memory_allocates_nothing()
    {
        using TemporaryDirectory directory = new();
        using IndexStore store = IndexStore.Create(new IndexStoreOptions { Directory = directory.Path });
        UInt128 key = 0;
        Turn(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Turn(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Turn(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Assert.True(store.TryAdd(++key, 7, out _));
                Assert.True(store.TryFind(key, out _));
                Assert.False(store.TryFind(~key, out _));
            }
        }
    }
}
