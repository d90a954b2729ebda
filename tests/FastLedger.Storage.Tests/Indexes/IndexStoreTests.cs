// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Storage.Tests;

public class IndexStoreTests
{
    [Fact]
    public void A_key_is_added_once_and_found_from_memory_and_from_disk()
    {
        IndexScenario scenario = new();
        using IndexStore store = scenario.Create();
        scenario.AddRandom(store, new Random(1), 5000);
        scenario.AssertHolds(store);
    }

    [Fact]
    public void Checkpoints_recover_exactly_over_restarts()
    {
        IndexScenario scenario = new();
        Random random = new(2);
        StoreToken token = default;
        for (int life = 0; life < 8; life++)
        {
            using IndexStore store = life == 0 ? scenario.Create() : scenario.Recover(in token);
            scenario.AssertHolds(store);
            for (int round = 0; round < 4; round++)
            {
                scenario.AddRandom(store, random, random.Next(1, 300));
                token = store.BeginCheckpoint().Complete();
            }

            scenario.AssertHolds(store);
        }
    }

    [Fact]
    public void What_was_added_after_a_checkpoint_is_absent_after_recovery_and_can_be_added_again()
    {
        IndexScenario scenario = new();
        Random random = new(3);
        StoreToken token;
        SortedDictionary<UInt128, ulong> model;
        using (IndexStore store = scenario.Create())
        {
            scenario.AddRandom(store, random, 1000);
            token = store.BeginCheckpoint().Complete();
            model = new(scenario.Model);
            scenario.AddRandom(store, random, 1000);
        }

        scenario.Model.Clear();
        foreach ((UInt128 key, ulong number) in model) scenario.Model.Add(key, number);
        using IndexStore recovered = scenario.Recover(in token);
        scenario.AssertHolds(recovered);
        scenario.AddRandom(recovered, random, 1000);
        scenario.AssertHolds(recovered);
    }

    [Fact]
    public void All_entries_are_read_in_the_order_of_their_additions_also_after_recovery()
    {
        IndexScenario scenario = new();
        List<(UInt128, ulong)> added = [];
        StoreToken token;
        using (IndexStore store = scenario.Create())
        {
            for (ulong i = 1; i <= 3000; i++)
            {
                UInt128 key = new(i * 0x9E37_79B9_7F4A_7C15, i);
                added.Add((key, i << 40));
                Assert.True(store.TryAdd(key, i << 40, out _));
                if (i % 700 == 0) _ = store.BeginCheckpoint().Complete();
            }

            Assert.Equal(added, ReadAll(store));
            token = store.BeginCheckpoint().Complete();
        }

        using IndexStore recovered = scenario.Recover(in token);
        Assert.Equal(added, ReadAll(recovered));
        int read = 0;
        recovered.ReadAll((_, _) => ++read < 5);
        Assert.Equal(5, read);

        static List<(UInt128, ulong)> ReadAll(IndexStore store)
        {
            List<(UInt128, ulong)> entries = [];
            store.ReadAll((key, value) =>
            {
                entries.Add((key, value));
                return true;
            });
            return entries;
        }
    }

    [Fact]
    public void A_checkpoint_without_changes_is_the_last_one_again()
    {
        IndexScenario scenario = new();
        using IndexStore store = scenario.Create();
        scenario.AddRandom(store, new Random(4), 10);
        StoreToken token = store.BeginCheckpoint().Complete();
        Assert.Equal(token, store.BeginCheckpoint().Complete());
        Assert.Equal(1UL, token.Sequence);
    }

    [Fact]
    public void An_empty_store_can_be_checkpointed_and_recovered()
    {
        IndexScenario scenario = new();
        StoreToken token;
        using (IndexStore store = scenario.Create()) token = store.BeginCheckpoint().Complete();
        using IndexStore recovered = scenario.Recover(in token);
        scenario.AssertHolds(recovered);
        scenario.AddRandom(recovered, new Random(5), 100);
        scenario.AssertHolds(recovered);
    }

    [Fact]
    public void Released_checkpoints_leave_no_files()
    {
        IndexScenario scenario = new();
        using IndexStore store = scenario.Create();
        Random random = new(6);
        StoreToken token = default;
        for (int i = 0; i < 5; i++)
        {
            scenario.AddRandom(store, random, 50);
            token = store.BeginCheckpoint().Complete();
        }

        store.Release(in token);
        Assert.DoesNotContain(IndexScenario.CheckpointFile(4, "description"), scenario.Files.Names.Keys);
        Assert.Contains(IndexScenario.CheckpointFile(5, "description"), scenario.Files.Names.Keys);
    }
}
