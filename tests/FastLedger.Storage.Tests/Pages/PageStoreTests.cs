// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;

namespace FastLedger.Storage.Tests;

public class PageStoreTests
{
    [Fact]
    public void What_was_written_is_read_from_memory_and_from_disk()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        scenario.WriteRandom(store, new Random(1), 300, height: 7);
        scenario.AssertHolds(store);
    }

    [Fact]
    public void A_checkpoint_recovers_what_was_written_before_it_and_nothing_after()
    {
        PageScenario scenario = new();
        Random random = new(2);
        StoreToken token;
        SortedDictionary<ulong, (int, ulong)> model;
        using (PageStore store = scenario.Create())
        {
            scenario.WriteRandom(store, random, 200, 1);
            token = PageScenario.Checkpoint(store, 1);
            model = new(scenario.Model);
            scenario.WriteRandom(store, random, 200, 2, pagesPerTable: 40);
            scenario.AssertHolds(store);
        }

        scenario.Model.Clear();
        foreach ((ulong key, (int, ulong) value) in model) scenario.Model.Add(key, value);
        using PageStore recovered = scenario.Recover(in token);
        scenario.AssertHolds(recovered);
        scenario.WriteRandom(recovered, random, 200, 3);
        scenario.AssertHolds(recovered);
    }

    [Fact]
    public void Checkpoints_follow_one_another_over_restarts_and_each_recovers_exactly()
    {
        PageScenario scenario = new();
        Random random = new(3);
        StoreToken token = default;
        for (ulong life = 1; life <= 6; life++)
        {
            using PageStore store = life == 1 ? scenario.Create() : scenario.Recover(in token);
            scenario.AssertHolds(store);
            for (ulong round = 0; round < 5; round++)
            {
                scenario.WriteRandom(store, random, random.Next(1, 60), (life * 10) + round);
                token = PageScenario.Checkpoint(store, round);
                Assert.Equal(((life - 1) * 5) + round + 1, token.Sequence);
            }

            scenario.AssertHolds(store);
        }
    }

    [Fact]
    public void The_visitor_of_a_recovery_gets_every_page_once()
    {
        PageScenario scenario = new();
        StoreToken token;
        using (PageStore store = scenario.Create())
        {
            for (ulong round = 1; round < 5; round++)
            {
                scenario.WriteRandom(store, new Random((int)round), 100, round);
                token = PageScenario.Checkpoint(store, round);
            }

            token = PageScenario.Checkpoint(store, 9);
        }

        SortedDictionary<ulong, (byte[] Page, ulong Height)> seen = [];
        using (PageStore.Recover(scenario.Options(), in token, (key, height, page) => seen.Add(key.Packed, (page.ToArray(), height))))
        {
        }

        Assert.Equal(scenario.Model.Count, seen.Count);
        foreach ((ulong key, (int seed, ulong height)) in scenario.Model)
        {
            Assert.Equal(height, seen[key].Height);
            Assert.Equal(PageScenario.Page(seed), seen[key].Page);
        }
    }

    [Fact]
    public void An_empty_store_can_be_checkpointed_and_recovered()
    {
        PageScenario scenario = new();
        StoreToken token;
        using (PageStore store = scenario.Create()) token = PageScenario.Checkpoint(store, 1);
        using PageStore recovered = scenario.Recover(in token);
        scenario.AssertHolds(recovered);
        scenario.WriteRandom(recovered, new Random(5), 100, 1);
        PageScenario.Checkpoint(recovered, 2);
        scenario.AssertHolds(recovered);
    }

    [Fact]
    public void A_checkpoint_without_changes_is_the_last_one_again()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        scenario.WriteRandom(store, new Random(4), 10, 1);
        StoreToken token = PageScenario.Checkpoint(store, 1);
        Assert.Equal(token, PageScenario.Checkpoint(store, 2));
        Assert.Equal(1UL, token.Sequence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_sees_the_last_write_accepted_before_it(bool queued)
    {
        PageScenario scenario = new() { Files = new SimulatedFileSystem { HasQueues = queued } };
        using PageStore store = scenario.Create();
        Random random = new(6);
        using RequestedPages asked = new();
        for (int i = 0; i < 3000; i++)
        {
            if (random.Next(2) == 0)
            {
                scenario.WriteRandom(store, random, 1, (ulong)i);
            }
            else if (scenario.Model.Count > 0)
            {
                PageKey key = new((uint)random.Next(4), (uint)random.Next(24));
                if (scenario.Model.TryGetValue(key.Packed, out (int Seed, ulong Height) page)) asked.TryAsk(store, key, page.Seed, page.Height);
            }

            if (random.Next(8) == 0) store.Turn();
            while (random.Next(2) == 0 && asked.TryTake(store))
            {
            }
        }

        Assert.True(store.Statistics.PagesRead > 500);
    }

    [Fact]
    public void A_full_ring_refuses_and_takes_again_after_a_turn()
    {
        PageScenario scenario = new();
        using PageStore store = scenario.Create();
        byte[] page = PageScenario.Page(1);
        uint accepted = 0;
        while (store.TryWrite(new PageKey(0, accepted), 1, page)) accepted++;
        Assert.InRange(accepted, 100U, 120U); // 128 KiB of entries of 1,152 bytes
        while (store.Turn())
        {
        }

        Assert.True(store.TryWrite(new PageKey(0, accepted), 1, page));
        using RequestedPages asked = new();
        while (asked.TryAsk(store, new PageKey(0, 0), 1, 1))
        {
        }

        Assert.InRange(asked.Count, 32, 128);
    }

    [Fact]
    public void The_older_of_two_kept_checkpoints_still_recovers_after_the_newer_one_and_much_more_was_written()
    {
        PageScenario scenario = new();
        Random random = new(8);
        StoreToken older;
        SortedDictionary<ulong, (int, ulong)> model;
        using (PageStore store = scenario.Create())
        {
            for (uint page = 0; page < 100; page++) scenario.Write(store, new PageKey(5, page), random.Next(), 1);
            older = PageScenario.Checkpoint(store, 1);
            model = new(scenario.Model);
            for (ulong height = 2; height < 20; height++)
            {
                scenario.WriteRandom(store, random, 80, height);
                StoreToken newer = PageScenario.Checkpoint(store, height);
                SortedDictionary<ulong, (int, ulong)> newerModel = new(scenario.Model);
                Assert.True(store.TryRelease(in older));
                scenario.WriteRandom(store, random, 80, height);
                if (height == 19) break;
                (older, model) = (newer, newerModel);
            }
        }

        using PageStore recovered = PageStore.Recover(scenario.Options(), in older);
        byte[] bytes = new byte[PageStore.PageBytes];
        foreach ((ulong key, (int seed, ulong height)) in model)
        {
            Assert.Equal(height, recovered.ReadBlocking(PageScenario.Key(key), bytes));
            Assert.Equal(PageScenario.Page(seed), bytes);
        }
    }

    [Fact]
    public void Pages_whose_keys_share_a_place_in_the_hash_index_are_told_apart()
    {
        PageScenario scenario = new();
        StoreToken token;
        using (PageStore store = scenario.Create())
        {
            // 128 pages per bucket, and 14 bits in which they differ: dozens of pairs share one chain.
            for (uint page = 0; page < 8192; page++) scenario.Write(store, new PageKey(page % 8, page / 8), (int)page, 1);
            token = PageScenario.Checkpoint(store, 1);
            scenario.AssertHolds(store);
        }

        using PageStore recovered = scenario.Recover(in token);
        scenario.AssertHolds(recovered);
    }

    [Fact]
    public void A_copy_of_a_checkpoint_s_files_made_while_the_store_goes_on_is_a_backup_of_it()
    {
        PageScenario scenario = new();
        Random random = new(9);
        using PageStore store = scenario.Create();
        for (ulong height = 1; height < 6; height++)
        {
            scenario.WriteRandom(store, random, 60, height);
            PageScenario.Checkpoint(store, height);
        }

        StoreToken token = PageScenario.Checkpoint(store, 6);
        PageScenario backup = new();
        foreach ((ulong key, (int, ulong) page) in scenario.Model) backup.Model.Add(key, page);
        scenario.WriteRandom(store, random, 30, 7);
        foreach (string path in PageStore.ListFiles(scenario.Options(), in token))
        {
            backup.Files.SetBytes(path, scenario.Files.Bytes(path));
            scenario.WriteRandom(store, random, 30, 7);
        }

        using PageStore restored = backup.Recover(in token);
        backup.AssertHolds(restored);
    }

    [Fact]
    public void A_log_that_nears_the_end_of_its_addresses_is_renewed_with_all_its_pages()
    {
        PageScenario scenario = new() { RenewalBytes = 64 * PageScenario.LogPageBytes };
        Random random = new(10);
        StoreToken older = default, newer = default;
        SortedDictionary<ulong, (int, ulong)> olderModel = [];
        for (int life = 0; life < 3; life++)
        {
            using PageStore store = life == 0 ? scenario.Create() : scenario.Recover(in newer);
            using RequestedPages asked = new();
            scenario.AssertHolds(store);
            for (ulong round = 0; round < 20; round++)
            {
                scenario.WriteRandom(store, random, 240, (ulong)life);
                while (!store.TryRequestCheckpoint(round)) store.Turn();
                store.Turn();
                (ulong first, (int seed, ulong height)) = scenario.Model.First();
                Assert.True(asked.TryAsk(store, PageScenario.Key(first), seed, height)); // reads go on beside the copying
                StoreCheckpoint done;
                while (!store.TryTakeCheckpoint(out done)) store.Turn();
                while (!asked.TryTake(store)) store.Turn();
                (older, newer) = (newer, done.Token);
                if (older.Sequence != 0) Assert.True(store.TryRelease(in older));
                if (round < 19) olderModel = new(scenario.Model);
            }

            while (store.Turn())
            {
            }

            Assert.True(store.Statistics.TailAddress < 3 * scenario.RenewalBytes);
        }

        Assert.True(newer.Generation > 8, $"{newer} is of generation {newer.Generation}");
        Assert.DoesNotContain(PageScenario.Segment(0), scenario.Files.Names.Keys);
        string prefix = $"{PageScenario.Directory}/pages{older.Generation}-";
        string prefixNewer = $"{PageScenario.Directory}/pages{newer.Generation}-";
        Assert.All(scenario.Files.Names.Keys, path => Assert.True(path.StartsWith(prefix, StringComparison.Ordinal) || path.StartsWith(prefixNewer, StringComparison.Ordinal), path));
        using (PageStore store = scenario.Recover(in newer)) scenario.AssertHolds(store);
        scenario.Model.Clear();
        foreach ((ulong key, (int, ulong) page) in olderModel) scenario.Model.Add(key, page);
        using (PageStore store = scenario.Recover(in older)) scenario.AssertHolds(store);
    }
}
