// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.IO;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Benchmarks.Storage;

/// <summary>
/// What the page store does in a second on this disk: pages written by a caller that does nothing else, pages read at random from disk,
/// the time of a checkpoint after that, and of a recovery that reads every page. And the same of the index store, per entry.
/// </summary>
internal static unsafe class StoreMeasurement
{
    private const int Tables = 4;

    /// <summary>Rates per second, times in milliseconds. "Longest" is the caller's longest wait for ring room.</summary>
    public sealed record Figures(
        int Pages,
        bool DirectIO,
        double WritesPerSecond,
        double RewritesPerSecond,
        double LongestWriteWaitMs,
        double CheckpointMs,
        double ReadsPerSecond,
        double ReadsPerSecondDuringCheckpoint,
        double RecoverMs,
        double RecoverAllMs,
        long LogMiB,
        double IndexAddsPerSecond,
        double IndexFindsPerSecond,
        double IndexRecoverMs);

    /// <summary>Runs the measurement in a temporary folder of <paramref name="parent"/>.</summary>
    public static Figures Run(string parent, int pages, bool direct)
    {
        string folder = Path.Combine(parent, "store-measurement-" + Environment.ProcessId);
        Directory.CreateDirectory(folder);
        try
        {
            return Measure(folder, pages, direct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Figures Measure(string folder, int pages, bool direct)
    {
        using Doorbell progress = new();
        PageStoreOptions options = new() { Directory = Path.Combine(folder, "pages"), ExpectedPages = pages, DirectIO = direct, Progress = progress };
        byte[] page = new byte[PageStore.PageBytes];
        XorShift random = new(7);
        StoreToken token;
        double first, second, checkpoint, reads, readsDuring, longest = 0;
        long log;
        using (PageStore store = PageStore.Create(options))
        {
            first = pages / Seconds(() => WriteAll(1));
            token = Checkpoint(store, progress, 1);
            second = pages / Seconds(() => WriteAll(2));
            checkpoint = 1000 * Seconds(() => token = Checkpoint(store, progress, 2));
            reads = pages / Seconds(() => ReadRandom(pages));
            WriteAll(3);
            while (!store.TryRequestCheckpoint(3)) Wait(store, progress);
            readsDuring = pages / Seconds(() => ReadRandom(pages));
            StoreCheckpoint done;
            while (!store.TryTakeCheckpoint(out done)) Wait(store, progress);
            token = done.Token;
            log = store.Statistics.LogBytes >> 20;

            void WriteAll(ulong height)
            {
                for (int i = 0; i < pages; i++)
                {
                    page[0] = (byte)i;
                    PageKey key = new((uint)i % Tables, (uint)i / Tables);
                    if (store.TryWrite(key, height, page)) continue;
                    long start = Stopwatch.GetTimestamp();
                    while (!store.TryWrite(key, height, page)) Wait(store, progress);
                    longest = Math.Max(longest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }

            void ReadRandom(int count)
            {
                using ReservedMemory destinations = new(512 * PageStore.PageBytes);
                int asked = 0, arrived = 0;
                while (arrived < count)
                {
                    while (asked < count && asked - arrived < 512)
                    {
                        uint chosen = (uint)(random.Next() % (ulong)pages);
                        if (!store.TryRequest(new PageKey(chosen % Tables, chosen / Tables), destinations.Pointer + (asked % 512 * PageStore.PageBytes), chosen)) break;
                        asked++;
                    }

                    if (!store.TryTakeCompletion(out _))
                    {
                        Wait(store, progress);
                        continue;
                    }

                    arrived++;
                }
            }
        }

        double recover = 1000 * Seconds(() => PageStore.Recover(options, in token).Dispose());
        int seen = 0;
        double recoverAll = 1000 * Seconds(() => PageStore.Recover(options, in token, (_, _, _) => seen++).Dispose());
        if (seen != pages) throw new InvalidOperationException($"{seen} of {pages} pages were recovered");
        (double adds, double finds, double indexRecover) = MeasureIndex(Path.Combine(folder, "index"), pages * 8);
        return new Figures(pages, direct, first, second, longest, checkpoint, reads, readsDuring, recover, recoverAll, log, adds, finds, indexRecover);
    }

    private static (double Adds, double Finds, double RecoverMs) MeasureIndex(string folder, int entries)
    {
        IndexStoreOptions options = new() { Directory = folder, ExpectedEntries = entries, LogMemoryBytes = 1 << 28 };
        StoreToken token;
        double adds, finds;
        using (IndexStore store = IndexStore.Create(options))
        {
            adds = entries / Seconds(() =>
            {
                for (uint i = 1; i <= (uint)entries; i++)
                {
                    if (!store.TryAdd(Key(i), i, out _)) throw new InvalidOperationException("a key was there");
                }
            });
            finds = entries / Seconds(() =>
            {
                for (uint i = 1; i <= (uint)entries; i++)
                {
                    if (!store.TryFind(Key((i * 7) % (uint)entries + 1), out _)) throw new InvalidOperationException("a key was not there");
                }
            });
            token = store.BeginCheckpoint().Complete();
        }

        return (adds, finds, 1000 * Seconds(() => IndexStore.Recover(options, in token).Dispose()));
    }

    private static UInt128 Key(uint i) => new((ulong)i * 0x9E37_79B9_7F4A_7C15, i);

    private static StoreToken Checkpoint(PageStore store, Doorbell progress, ulong id)
    {
        while (!store.TryRequestCheckpoint(id)) Wait(store, progress);
        StoreCheckpoint done;
        while (!store.TryTakeCheckpoint(out done)) Wait(store, progress);
        return done.Token;
    }

    private static void Wait(PageStore store, Doorbell progress)
    {
        PageStoreStatistics before = store.Statistics;
        progress.Announce();
        if (store.Statistics == before && store.Fault is null) progress.Sleep(1);
        else progress.StayAwake();
    }

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private struct XorShift(ulong seed)
    {
        private ulong _state = seed;

        public ulong Next()
        {
            _state ^= _state << 13;
            _state ^= _state >> 7;
            return _state ^= _state << 17;
        }
    }
}
