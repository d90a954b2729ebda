// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

/// <summary>Pages that the store copies when it comes to them, writes from the log's own memory, and segment files used again.</summary>
public unsafe class LaterPageTests
{
    [Fact]
    public void A_page_given_for_later_is_copied_in_its_turn_and_counted()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        using ReservedMemory memory = new(65 * PageStore.PageBytes);
        PageCopier copier = (page, destination) => Page(memory, page).CopyTo(new Span<byte>(destination, PageStore.PageBytes));
        Assert.True(store.TryWriteLater(2, new PageRun(0, 0b1011), 7, copier));
        Assert.True(store.TryWriteLater(2, new PageRun(64, 1), 7, copier));
        Assert.True(store.TryWrite(new PageKey(2, 3), 8, PageScenario.Page(99)));
        for (uint page = 0; page < 65; page++) PageScenario.Page((int)page).CopyTo(Page(memory, page));
        Assert.Equal(0UL, store.CopiedRuns);
        while (store.Turn())
        {
        }

        Assert.Equal(2UL, store.CopiedRuns);
        Assert.Equal((4L, 5UL, 0UL), (store.Statistics.Pages, store.Statistics.PagesWritten, store.Statistics.WritesInFlight));
        Page(memory, 1).Clear();
        byte[] read = new byte[PageStore.PageBytes];
        Assert.Equal(7UL, store.ReadBlocking(new PageKey(2, 1), read));
        Assert.Equal(PageScenario.Page(1), read);
        Assert.Equal(7UL, store.ReadBlocking(new PageKey(2, 64), read));
        Assert.Equal(PageScenario.Page(64), read);
        Assert.Equal(8UL, store.ReadBlocking(new PageKey(2, 3), read));
        Assert.Equal(PageScenario.Page(99), read);
    }

    [Fact]
    public void A_read_waits_for_a_page_given_for_later()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        PageCopier copier = static (page, destination) => PageScenario.Page((int)page).CopyTo(new Span<byte>(destination, PageStore.PageBytes));
        Assert.True(store.TryWrite(new PageKey(1, 5), 1, new byte[PageStore.PageBytes]));
        Assert.True(store.TryWriteLater(1, PageRun.Of(5), 2, copier));
        byte[] read = new byte[PageStore.PageBytes];
        Assert.Equal(2UL, store.ReadBlocking(new PageKey(1, 5), read));
        Assert.Equal(PageScenario.Page(5), read);
    }

    [Fact]
    public void Writes_under_way_from_the_log_s_memory_reach_the_device_as_they_were()
    {
        PageScenario scenario = new() { Files = new SimulatedFileSystem { HasQueues = true }, LogMemoryBytes = 32 * PageScenario.LogPageBytes };
        Random random = new(4);
        StoreToken token = default;
        using (PageStore store = scenario.Create())
        {
            for (ulong height = 1; height <= 12; height++)
            {
                scenario.WriteRandom(store, random, 300, height, pagesPerTable: 64);
                token = PageScenario.Checkpoint(store, height);
            }

            scenario.AssertHolds(store);
        }

        using PageStore recovered = scenario.Recover(in token);
        scenario.AssertHolds(recovered);
    }

    [Fact]
    public void Segments_that_no_checkpoint_needs_become_the_next_ones()
    {
        PageScenario scenario = new();
        Random random = new(5);
        HashSet<SimulatedContent> files = [];
        int deleted = 0;
        scenario.Files.Fault = (operation, path, _) =>
        {
            if (operation == "unlink" && !path.Contains("checkpoint", StringComparison.Ordinal)) deleted++;
            return 0;
        };
        StoreToken older = default, newer = default;
        using (PageStore store = scenario.Create())
        {
            for (ulong height = 1; height <= 30; height++)
            {
                scenario.WriteRandom(store, random, 100, height);
                (older, newer) = (newer, PageScenario.Checkpoint(store, height));
                if (height > 1) Assert.True(store.TryRelease(in older));
                while (store.Turn())
                {
                }

                foreach (string path in Segments(scenario, spares: true)) files.Add(scenario.Files.Names[path]);
            }

            scenario.AssertHolds(store);
        }

        Assert.Equal(0, deleted);
        Assert.True(files.Count < newer.TailAddress / PageScenario.SegmentBytes / 2, $"{files.Count} files for {newer.TailAddress} bytes");
        using PageStore recovered = scenario.Recover(in newer);
        Assert.Equal(Segments(scenario, spares: false), Segments(scenario, spares: true)); // it is not known whether they are zero
        scenario.AssertHolds(recovered);
    }

    private static List<string> Segments(PageScenario scenario, bool spares) =>
    [
        .. scenario.Files.Names.Keys.Where(path => !path.Contains("checkpoint", StringComparison.Ordinal)
            && (path.EndsWith(".log", StringComparison.Ordinal) || (spares && path.Contains("spare", StringComparison.Ordinal)))),
    ];

    private static Span<byte> Page(ReservedMemory memory, uint page) => new(memory.Pointer + (page * PageStore.PageBytes), PageStore.PageBytes);
}
