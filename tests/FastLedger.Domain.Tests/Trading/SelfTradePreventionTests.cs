// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>The five modes, with the other side's order behind the own one.</summary>
public sealed class SelfTradePreventionTests : IDisposable
{
    private readonly TestMarket _market = new();
    private readonly Trader _ann, _bob;

    public SelfTradePreventionTests()
    {
        _ann = _market.Trader(10);
        _bob = _market.Trader(11);
    }

    public void Dispose() => _market.Dispose();

    // Ann's ask of 4 lots at 100, then Bob's of 4 at 101; Ann bids at 101.
    [Theory]
    [InlineData(SelfTradePrevention.None, 6, ResultCode.Ok, 6, 0, 0, 2)]
    [InlineData(SelfTradePrevention.CancelTaker, 6, ResultCode.SelfTradePrevented, 0, 0, 4, 4)]
    [InlineData(SelfTradePrevention.CancelMaker, 6, ResultCode.Ok, 4, 2, 0, 0)]
    [InlineData(SelfTradePrevention.CancelBoth, 6, ResultCode.Ok, 0, 0, 0, 4)]
    [InlineData(SelfTradePrevention.Decrement, 6, ResultCode.Ok, 2, 0, 0, 2)]
    [InlineData(SelfTradePrevention.Decrement, 3, ResultCode.Ok, 0, 0, 1, 4)]
    [InlineData(SelfTradePrevention.Decrement, 9, ResultCode.Ok, 4, 1, 0, 0)]
    public void The_mode_of_the_incoming_order_decides(
        SelfTradePrevention mode, ulong lots, ResultCode code, ulong traded, ulong rests, ulong own, ulong other)
    {
        ulong mine = _ann.Rest(Side.Ask, 100, 4);
        ulong others = _bob.Rest(Side.Ask, 101, 4);
        CommandResult result = _ann.Place(Side.Bid, 101, lots, prevention: mode);

        Assert.Equal((code, traded), (result.Code, TestMarket.Traded(result)));
        Assert.Equal(rests, rests == 0 ? TestMarket.Id(result) : Assert.Single(_market.Book(Side.Bid)).Lots);
        Assert.Equal(own, _market.Book(Side.Ask).Find(o => o.Id == mine).Lots);
        Assert.Equal(other, _market.Book(Side.Ask).Find(o => o.Id == others).Lots);
        Assert.Equal((UInt128)(own * TestMarket.LotSize), _market.Test.Record(_ann.Base).DebitsPending);
        _market.Test.AssertSumsAreZero();
    }

    [Fact]
    public void A_prevented_trade_is_told_with_what_the_resting_order_lost()
    {
        ulong mine = _ann.Rest(Side.Ask, 100, 4);
        _ann.Place(Side.Bid, 100, 3, prevention: SelfTradePrevention.Decrement);

        OrderEvent told = Assert.Single(_market.Test.Events);
        Assert.Equal((OrderEventKind.Cancelled, CancelReason.SelfTradePrevention, mine, 3UL, 1UL), (told.Kind, told.Reason, told.OrderId, told.QuantityLots, told.RemainingLots));
        Assert.Equal(0UL, told.TradeId);
    }

    [Fact]
    public void Its_scope_is_the_quote_account_not_the_owner()
    {
        _ann.Rest(Side.Ask, 100, 4);
        Trader second = _ann with { Quote = _market.Test.Account(_ann.Session, _market.Quote) };
        _market.Test.Transfer(_ann.Session, _ann.Quote, second.Quote, 1_000_000);

        Assert.Equal(4UL, TestMarket.Traded(second.Place(Side.Bid, 100, 4, prevention: SelfTradePrevention.CancelTaker)));
    }

    [Fact]
    public void What_was_traded_before_the_own_order_was_met_stands()
    {
        _bob.Rest(Side.Ask, 99, 2);
        ulong mine = _ann.Rest(Side.Ask, 100, 4);
        CommandResult result = _ann.Place(Side.Bid, 100, 6, prevention: SelfTradePrevention.CancelTaker);

        Assert.Equal((ResultCode.Ok, 0UL, 2UL), (result.Code, TestMarket.Id(result), TestMarket.Traded(result)));
        Assert.Equal([(100L, 4UL, mine)], _market.Book(Side.Ask));
        Assert.Empty(_market.Book(Side.Bid));
    }
}
