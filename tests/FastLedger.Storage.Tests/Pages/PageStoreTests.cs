// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

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
}
