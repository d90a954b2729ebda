// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Trading;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>The book without accounts.</summary>
public sealed class MatchingEngineTests : IDisposable
{
    private readonly MatchingEngine _engine = new(capacity: 1_000, maxPriceTicks: 10_000);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Orders_rest_trade_and_are_cancelled()
    {
        ulong ask = _engine.Place(Side.Ask, 101, 5, TimeInForce.GoodTillCancel, out ulong traded);
        Assert.NotEqual(0UL, ask);
        Assert.Equal(0UL, traded);
        ulong bid = _engine.Place(Side.Bid, 100, 5, TimeInForce.GoodTillCancel, out _);
        Assert.Equal((100L, 101L, 2u), (_engine.BestBidTicks, _engine.BestAskTicks, _engine.LiveOrders));

        Assert.Equal(0UL, _engine.Place(Side.Bid, 101, 2, TimeInForce.GoodTillCancel, out traded));
        Assert.Equal(2UL, traded);
        Assert.Equal(3UL, _engine.Cancel(ask));
        Assert.Equal(0UL, _engine.Cancel(ask));
        Assert.Equal(0UL, _engine.Place(Side.Ask, 100, 6, TimeInForce.ImmediateOrCancel, out traded));
        Assert.Equal(5UL, traded);
        Assert.Equal(0UL, _engine.Cancel(bid));
        Assert.Equal((2UL, (UInt128)7, 0u), (_engine.Trades, _engine.VolumeLots, _engine.LiveOrders));
        Assert.Equal((0L, 0L), (_engine.BestBidTicks, _engine.BestAskTicks));
    }

    [Fact]
    public void Fill_or_kill_and_a_full_book_change_nothing()
    {
        for (int i = 0; i < 1_000; i++) Assert.NotEqual(0UL, _engine.Place(Side.Ask, 200 + i, 1, TimeInForce.GoodTillCancel, out _));
        Assert.Equal(0UL, _engine.Place(Side.Bid, 300, 1, TimeInForce.GoodTillCancel, out ulong traded));
        Assert.Equal(0UL, traded);
        Assert.Equal(0UL, _engine.Place(Side.Bid, 300, 102, TimeInForce.FillOrKill, out traded));
        Assert.Equal(0UL, traded);
        Assert.Equal(0UL, _engine.Place(Side.Bid, 300, 101, TimeInForce.FillOrKill, out traded));
        Assert.Equal((101UL, 899u, 301L), (traded, _engine.LiveOrders, _engine.BestAskTicks));
    }

    [Fact]
    public void Orders_out_of_range_are_refused()
    {
        Assert.Equal(0UL, _engine.Place(Side.Ask, 0, 1, TimeInForce.GoodTillCancel, out _));
        Assert.Equal(0UL, _engine.Place(Side.Ask, 10_001, 1, TimeInForce.GoodTillCancel, out _));
        Assert.Equal(0UL, _engine.Place(Side.Ask, 10_000, 0, TimeInForce.GoodTillCancel, out _));
        Assert.Equal(0UL, _engine.Cancel(0));
        Assert.Equal(0UL, _engine.Cancel(ulong.MaxValue));
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        var random = new Random(7);
        var ids = new ulong[256];
        long before = 0;
        for (int i = 0; i < 300_000; i++)
        {
            if (i == 50_000) before = GC.GetAllocatedBytesForCurrentThread();
            ref ulong id = ref ids[random.Next(ids.Length)];
            if (id != 0) _engine.Cancel(id);
            id = _engine.Place((Side)random.Next(2), 5_000 + random.Next(40), 1 + (ulong)random.Next(9), (TimeInForce)(random.Next(12) / 5), out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(_engine.Trades > 10_000);
    }
}
