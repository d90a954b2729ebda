// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using Xunit.Abstractions;

namespace FastLedger.Storage.Tests;

/// <summary>All files of a store, at every checkpoint, beside the bound that <see cref="PageStoreOptions.LogGrowth"/> promises.</summary>
public class DiskUseTests(ITestOutputHelper output)
{
    private const int Checkpoints = 120, Tables = 4, PagesPerTable = 200, Pages = Tables * PagesPerTable;

    // What whole segments, log pages and the memory of the log round up, and what FASTER's hash index takes: 256 expected pages, three of them.
    private const long Constant = (6 * PageScenario.SegmentBytes) + (3 * 8192);

    [Theory]
    [InlineData(1, 0.03, 0, false)]
    [InlineData(2, 0.1, 0, true)]
    [InlineData(3, 0.1, 0.9, true)]
    [InlineData(4, 0.4, 0, true)]
    [InlineData(5, 0.4, 0.9, false)]
    [InlineData(6, 1, 0, true)]
    public void Disk_use_is_within_the_bound_from_the_first_checkpoint_to_the_last(int seed, double share, double hot, bool queued)
    {
        PageScenario scenario = new() { Files = new SimulatedFileSystem { HasQueues = queued } };
        using PageStore store = scenario.Create();
        double growth = scenario.Options().LogGrowth;
        Random random = new(seed);
        foreach (PageKey key in All()) scenario.Write(store, key, random.Next(), 1);
        StoreToken older = PageScenario.Checkpoint(store, 1);
        long largest = 0, early = 0, tail = store.Statistics.TailAddress, interval = tail;
        for (ulong height = 2; height <= Checkpoints; height++)
        {
            foreach (PageKey key in Some(random, share, hot)) scenario.Write(store, key, random.Next(), height);
            StoreToken newer = PageScenario.Checkpoint(store, height);
            interval = Math.Max(interval, newer.TailAddress - tail);
            tail = newer.TailAddress;
            long bytes = BytesOf(scenario.Files);
            Assert.True(bytes <= Bound(growth, interval), $"seed {seed}: {bytes} bytes at checkpoint {height}, of a bound of {Bound(growth, interval)}");
            Assert.True(bytes <= Bound(growth + 2, 0), $"seed {seed}: {bytes} bytes at checkpoint {height}, of a bound of {Bound(growth + 2, 0)}");
            Assert.True(store.TryRelease(in older)); // no turn follows: what is to be done is done while the next pages are written
            older = newer;
            largest = Math.Max(largest, bytes);
            if (height == Checkpoints / 3) early = largest;
        }

        PageStoreStatistics statistics = store.Statistics;
        output.WriteLine($"seed {seed}: {largest} bytes at most, {early} in the first third, of a bound of {Bound(growth, interval)}; {LiveBytes} live; "
            + $"{(double)statistics.PagesMoved / statistics.PagesWritten:0.00} pages moved per page written");
        Assert.True(largest <= early + PageScenario.SegmentBytes, $"seed {seed}: {early} bytes at most in the first third, {largest} in all");
        Assert.True(statistics.PagesMoved <= 2 * statistics.PagesWritten, $"seed {seed}: {statistics.PagesMoved} pages moved for {statistics.PagesWritten} written");
        Assert.True(statistics.TailAddress > largest + (Pages * (long)PageLog.RecordBytes)); // more was written than ever stood there
        scenario.AssertHolds(store);
        PageScenario copy = scenario.Copy();
        using PageStore recovered = copy.Recover(in older);
        copy.AssertHolds(recovered);
    }

    [Fact]
    public void A_page_that_was_overwritten_in_the_older_part_of_the_log_is_found_before_it_is_moved()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        Random random = new(9);
        foreach (PageKey key in All()) scenario.Write(store, key, random.Next(), 1);
        PageScenario.Checkpoint(store, 1);
        scenario.Files.Names[PageScenario.Segment(0)].Write(new byte[5], 5000);
        StoreDamagedException damage = Assert.Throws<StoreDamagedException>(() =>
        {
            for (int i = 0; i < 4 * Pages; i++) scenario.Write(store, new PageKey(0, (uint)(Pages / Tables / 2) + ((uint)i % 50)), i, 2);
        });
        Assert.Equal(PageScenario.Segment(0), damage.File);
    }

    [Fact]
    public void Live_records_are_counted_as_a_dictionary_of_them_says()
    {
        const int LogPage = 1000;
        Random random = new(10);
        LiveRecords live = new(LogPage);
        SortedSet<long> model = [];
        long end = 0;
        for (int i = 0; i < 200_000; i++)
        {
            end += random.Next(100) == 0 ? random.Next(200_000) : random.Next(500);
            if (random.Next(3) > 0 && model.Add(end)) live.Add(end);
            while (model.Count > 500)
            {
                long gone = random.Next(3) > 0 ? model.Min : model.GetViewBetween(model.Min + (long)(random.NextDouble() * (end - model.Min)), end).Min;
                model.Remove(gone);
                live.Remove(gone);
            }

            if (i % 50 != 0) continue;
            Assert.Equal(model.Count == 0 ? end : model.Min / LogPage * LogPage, live.First(end));
            long from = (long)(random.NextDouble() * end);
            SortedSet<long> behind = model.GetViewBetween(from / LogPage * LogPage, end);
            Assert.Equal(behind.Count == 0 ? end : behind.Min / LogPage * LogPage, live.FirstFrom(from, end));
            Assert.Equal(model.GetViewBetween(from / LogPage * LogPage, (from / LogPage * LogPage) + LogPage - 1).Count, live.In(from));
        }
    }

    private static int RecordsPerLogPage => PageScenario.LogPageBytes / PageLog.RecordBytes;

    private static long Bound(double growth, long interval) => (long)(growth * LiveBytes) + (2 * interval) + Constant + (3 * DirectoryBytes);

    /// <summary>A log page ends with what has no room for one more record.</summary>
    private static long LiveBytes => (long)Pages * PageScenario.LogPageBytes / RecordsPerLogPage;

    private static long DirectoryBytes => (16L * Pages) + 1024;

    private static IEnumerable<PageKey> All()
    {
        for (uint page = 0; page < Pages; page++) yield return new PageKey(page % Tables, page / Tables);
    }

    /// <summary>Different pages, a tenth of which are that likely.</summary>
    private static IEnumerable<PageKey> Some(Random random, double share, double hot)
    {
        List<PageKey> keys = [.. All()];
        List<(double Order, PageKey Key)> drawn = [];
        for (int i = 0; i < keys.Count; i++) drawn.Add((Math.Pow(random.NextDouble(), i % 10 == 0 ? 1 - hot : 1 + hot), keys[i]));
        drawn.Sort((a, b) => b.Order.CompareTo(a.Order));
        int count = (int)(share * Pages);
        for (int i = 0; i < count; i++)
        {
            int other = random.Next(i, count);
            (drawn[i], drawn[other]) = (drawn[other], drawn[i]);
            yield return drawn[i].Key;
        }
    }

    private static long BytesOf(SimulatedFileSystem files)
    {
        long bytes = 0;
        foreach (SimulatedContent content in files.Names.Values) bytes += content.Length;
        return bytes;
    }
}
