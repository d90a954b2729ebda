// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using FastLedger.Domain.Trading;
using FastLedger.State;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>The price index against a sorted set.</summary>
public sealed class PriceIndexTests
{
    private const uint Instrument = 3;

    // Prices close together, prices that differ in every digit, and the ends of the range.
    private static readonly Gen<long> Prices = Gen.OneOf(
        Gen.Long[0, 200],
        Gen.Long[0, PriceIndex.MaxPriceTicks],
        Gen.Long[PriceIndex.MaxPriceTicks - 70, PriceIndex.MaxPriceTicks]);

    [Fact]
    public void Random_insertions_and_removals_find_what_a_sorted_set_finds() =>
        Prices.Array[1, 300].Sample(
            prices =>
            {
                using var undo = new UndoLog();
                using var index = new PriceIndex(undo, 8, 4_096);
                index.Open(Instrument, PriceIndex.MaxPriceTicks);
                var model = new SortedDictionary<long, uint>();
                uint level = 0;
                foreach (long price in prices)
                {
                    if (model.Remove(price))
                    {
                        index.Remove(Instrument, price);
                    }
                    else
                    {
                        model.Add(price, ++level);
                        index.Insert(Instrument, price, level);
                    }

                    foreach (long asked in new[] { price, price / 2, prices[0] })
                    {
                        Assert.Equal(model.GetValueOrDefault(asked), index.Find(Instrument, asked));
                        Assert.Equal(model.FirstOrDefault(entry => entry.Key > asked).Value, index.NextAbove(Instrument, asked));
                        Assert.Equal(model.LastOrDefault(entry => entry.Key < asked).Value, index.NextBelow(Instrument, asked));
                    }
                }

                foreach (long price in model.Keys) index.Remove(Instrument, price);
                Assert.Equal(0u, index.UsedNodes);
            },
            iter: 300,
            threads: 1);

    [Fact]
    public void A_failing_chain_takes_the_index_back() =>
        Gen.Select(Prices.Array[0, 60], Prices.Array[1, 60]).Sample(
            (before, during) =>
            {
                using var undo = new UndoLog();
                using var index = new PriceIndex(undo, 8, 4_096);
                index.Open(Instrument, PriceIndex.MaxPriceTicks);
                var model = new SortedDictionary<long, uint>();
                Toggle(before, model, index);
                uint nodes = index.UsedNodes;
                undo.Begin();
                Toggle(during, new SortedDictionary<long, uint>(model), index);
                undo.Rollback();
                Assert.Equal(nodes, index.UsedNodes);
                Assert.All(before.Concat(during), price => Assert.Equal(model.GetValueOrDefault(price), index.Find(Instrument, price)));
            },
            iter: 200,
            threads: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(4_095)]
    [InlineData(4_096)]
    [InlineData(PriceIndex.MaxPriceTicks)]
    public void Every_highest_price_is_within_reach(long highest)
    {
        using var undo = new UndoLog();
        using var index = new PriceIndex(undo, 8, 64);
        index.Open(Instrument, highest);
        index.Insert(Instrument, highest, 7);
        Assert.Equal(7u, index.Find(Instrument, highest));
        Assert.Equal(7u, index.NextAbove(Instrument, highest - 1));
        Assert.Equal(0u, index.NextBelow(Instrument, highest));
    }

    [Fact]
    public void An_index_says_before_its_nodes_run_out_that_it_has_no_room()
    {
        using var undo = new UndoLog();
        using var index = new PriceIndex(undo, 8, 64);
        index.Open(Instrument, PriceIndex.MaxPriceTicks);
        var prices = new List<long>();
        for (long price = 1; index.HasRoom; price += 1L << 30)
        {
            index.Insert(Instrument, price, (uint)prices.Count + 1);
            prices.Add(price);
        }

        Assert.InRange(prices.Count, 10, 14);
        for (int i = 0; i < prices.Count; i++) Assert.Equal((uint)i + 1, index.Find(Instrument, prices[i]));
        index.Remove(Instrument, prices[0]);
        Assert.True(index.HasRoom);
    }

    private static void Toggle(long[] prices, SortedDictionary<long, uint> model, PriceIndex index)
    {
        foreach (long price in prices)
        {
            if (model.Remove(price))
            {
                index.Remove(Instrument, price);
            }
            else
            {
                model.Add(price, (uint)price % 1_000_003 + 1);
                index.Insert(Instrument, price, (uint)price % 1_000_003 + 1);
            }
        }
    }
}
