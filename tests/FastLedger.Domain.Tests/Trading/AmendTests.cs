// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>Amendments: who keeps his place in the queue, and what a refused one leaves behind.</summary>
public sealed class AmendTests : IDisposable
{
    private readonly TestMarket _market = new(makerFeePpm: 1_000, takerFeePpm: 2_500);
    private readonly Trader _ann, _bob, _carl;

    public AmendTests()
    {
        _ann = _market.Trader(10);
        _bob = _market.Trader(11);
        _carl = _market.Trader(12);
    }

    public void Dispose() => _market.Dispose();

    // Ann rests 10 lots at 100 in front of Bob; 4 of hers are executed first in the rows that say so.
    [Theory]
    [InlineData(0, 0, CommandFlags.None, 0, true, 10)]
    [InlineData(0, 7, CommandFlags.None, 0, true, 7)]
    [InlineData(100, 10, CommandFlags.None, 0, true, 10)]
    [InlineData(0, 11, CommandFlags.None, 0, false, 11)]
    [InlineData(101, 0, CommandFlags.None, 0, false, 10)]
    [InlineData(99, 5, CommandFlags.None, 0, false, 5)]
    [InlineData(0, 7, CommandFlags.None, 4, true, 3)]
    [InlineData(0, 10, CommandFlags.None, 4, true, 6)]
    [InlineData(0, 11, CommandFlags.None, 4, false, 7)]
    [InlineData(0, 6, CommandFlags.QuantityIsOpen, 4, true, 6)]
    [InlineData(0, 5, CommandFlags.QuantityIsOpen, 4, true, 5)]
    [InlineData(0, 7, CommandFlags.QuantityIsOpen, 4, false, 7)]
    public void Only_an_unchanged_price_without_more_quantity_keeps_the_place(
        long price, ulong lots, CommandFlags flags, ulong executed, bool keeps, ulong open)
    {
        ulong mine = _ann.Rest(Side.Ask, 100, 10);
        if (executed != 0) Assert.Equal(executed, TestMarket.Traded(_carl.Place(Side.Bid, 100, executed)));
        ulong other = _bob.Rest(Side.Ask, 100, 10);
        CommandResult result = _ann.Amend(mine, price, lots, flags);

        Assert.Equal((ResultCode.Ok, mine, 0UL), (result.Code, TestMarket.Id(result), TestMarket.Traded(result)));
        long at = price == 0 ? 100 : price;
        bool first = at < 100 || (at == 100 && keeps);
        Assert.Equal(
            first ? [(at, open, mine), (100, 10UL, other)] : [(100, 10UL, other), (at, open, mine)],
            _market.Book(Side.Ask));
        Assert.Equal((UInt128)(open * TestMarket.LotSize), _market.Test.Record(_ann.Base).DebitsPending);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(3)]
    [InlineData(1)]
    public void A_total_quantity_of_no_more_than_what_is_executed_ends_the_order(ulong total)
    {
        ulong mine = _ann.Rest(Side.Ask, 100, 10);
        _carl.Place(Side.Bid, 100, 4);
        CommandResult result = _ann.Amend(mine, lots: total);

        Assert.Equal((ResultCode.Ok, UInt128.Zero), (result.Code, result.Value));
        Assert.Empty(_market.Book(Side.Ask));
        Assert.Equal(UInt128.Zero, _market.Test.Record(_ann.Base).DebitsPending);
        Assert.Equal(0u, _market.Ledger.Counters.LiveOrders);
    }

    [Fact]
    public void A_new_price_that_crosses_trades_and_the_rest_keeps_the_id()
    {
        ulong ask = _bob.Rest(Side.Ask, 105, 4);
        ulong mine = _ann.Rest(Side.Bid, 100, 10);
        CommandResult result = _ann.Amend(mine, price: 106);

        Assert.Equal((ResultCode.Ok, mine, 4UL), (result.Code, TestMarket.Id(result), TestMarket.Traded(result)));
        Assert.Equal([(106L, 6UL, mine)], _market.Book(Side.Bid));
        Assert.Equal(ask, Assert.Single(_market.Test.Events).OrderId);
        UInt128 notional = 106 * 6 * TestMarket.TickValue;
        Assert.Equal(notional + (notional * 2_500 / 1_000_000), _market.Test.Record(_ann.Quote).DebitsPending);
        Assert.Equal((UInt128)6, _ann.Cancel(mine).Value);
    }

    [Fact]
    public void An_amendment_that_fills_the_order_ends_its_id()
    {
        _bob.Rest(Side.Ask, 105, 10);
        ulong mine = _ann.Rest(Side.Bid, 100, 10);
        CommandResult result = _ann.Amend(mine, price: 105);

        Assert.Equal((ResultCode.Ok, 0UL, 10UL), (result.Code, TestMarket.Id(result), TestMarket.Traded(result)));
        Assert.Equal(ResultCode.UnknownOrder, _ann.Cancel(mine).Code);
        Assert.Equal(UInt128.Zero, _market.Test.Record(_ann.Quote).DebitsPending);
    }

    [Fact]
    public void A_refused_amendment_leaves_the_order_as_it_was()
    {
        Trader poor = _market.Trader(13, quoteUnits: 1_100);
        ulong first = poor.Rest(Side.Bid, 100, 2);
        ulong second = _bob.Rest(Side.Bid, 100, 2);

        Assert.Equal(ResultCode.ExceedsBalance, poor.Amend(first, price: 120).Code);
        Assert.Equal(ResultCode.ExceedsBalance, poor.Amend(first, lots: 3).Code);
        Assert.Equal(ResultCode.InvalidPrice, poor.Amend(first, price: TestMarket.MaxPriceTicks + 1).Code);
        Assert.Equal(ResultCode.InvalidPrice, poor.Amend(first, price: -1).Code);
        Assert.Equal(ResultCode.InvalidQuantity, poor.Amend(first, lots: TestMarket.MaxQuantityLots + 1).Code);
        Assert.Equal(ResultCode.InvalidFlags, poor.Amend(first, flags: CommandFlags.PostOnly).Code);
        Assert.Equal(ResultCode.Unauthorized, _bob.Amend(first, price: 90).Code);
        Assert.Equal([(100L, 2UL, first), (100L, 2UL, second)], _market.Book(Side.Bid));
        Assert.Equal(ResultCode.Ok, poor.Amend(first, price: 109).Code);
    }

    [Fact]
    public void A_post_only_order_cannot_be_amended_into_taking()
    {
        _bob.Rest(Side.Ask, 105, 4);
        CommandResult placed = _ann.Place(Side.Bid, 100, 4, flags: CommandFlags.PostOnly);

        Assert.Equal(ResultCode.PostOnlyWouldTake, _ann.Amend(TestMarket.Id(placed), price: 105).Code);
        Assert.Equal(ResultCode.Ok, _ann.Amend(TestMarket.Id(placed), price: 104).Code);
    }
}
