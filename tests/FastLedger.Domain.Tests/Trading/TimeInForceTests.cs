// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>Fill-or-kill, post-only, and the bound on resting orders per command.</summary>
public sealed class TimeInForceTests : IDisposable
{
    private readonly TestMarket _market = new();
    private readonly Trader _ann, _bob;

    public TimeInForceTests()
    {
        _ann = _market.Trader(10);
        _bob = _market.Trader(11);
    }

    public void Dispose() => _market.Dispose();

    [Fact]
    public void Fill_or_kill_takes_all_of_several_levels_or_nothing()
    {
        _ann.Rest(Side.Ask, 100, 3);
        _ann.Rest(Side.Ask, 101, 3);
        _ann.Rest(Side.Ask, 102, 3);

        Assert.Equal(ResultCode.FillOrKillUnfilled, _bob.Place(Side.Bid, 101, 7, TimeInForce.FillOrKill).Code);
        Assert.Empty(_market.Test.Events);
        Assert.Equal(3, _market.Book(Side.Ask).Count);
        Assert.Equal(7UL, TestMarket.Traded(_bob.Place(Side.Bid, 102, 7, TimeInForce.FillOrKill)));
        Assert.Equal(2UL, Assert.Single(_market.Book(Side.Ask)).Lots);
    }

    [Fact]
    public void Fill_or_kill_does_not_count_orders_that_cannot_settle()
    {
        _ann.Rest(Side.Ask, 100, 3);
        Trader carl = _market.Trader(12);
        carl.Rest(Side.Ask, 101, 3);
        _market.Test.Change(_market.Issuer, Opcode.FreezeAccount, _ann.Base);

        Assert.Equal(ResultCode.FillOrKillUnfilled, _bob.Place(Side.Bid, 101, 4, TimeInForce.FillOrKill).Code);
        Assert.Equal(2, _market.Book(Side.Ask).Count);
        Assert.Equal(3UL, TestMarket.Traded(_bob.Place(Side.Bid, 101, 3, TimeInForce.FillOrKill)));
        Assert.Empty(_market.Book(Side.Ask));
    }

    [Theory]
    [InlineData(SelfTradePrevention.None, true)]
    [InlineData(SelfTradePrevention.CancelTaker, false)]
    [InlineData(SelfTradePrevention.CancelMaker, true)]
    [InlineData(SelfTradePrevention.CancelBoth, false)]
    [InlineData(SelfTradePrevention.Decrement, false)]
    public void Fill_or_kill_fails_before_self_trade_prevention_could_take_lots(SelfTradePrevention mode, bool fills)
    {
        _bob.Rest(Side.Ask, 100, 2);
        _ann.Rest(Side.Ask, 101, 9);
        CommandResult result = _bob.Place(Side.Bid, 101, 5, TimeInForce.FillOrKill, mode);

        Assert.Equal(fills ? ResultCode.Ok : ResultCode.FillOrKillUnfilled, result.Code);
        Assert.Equal(fills ? 5UL : 0UL, TestMarket.Traded(result));
        if (!fills) Assert.Equal(2, _market.Book(Side.Ask).Count);
    }

    [Fact]
    public void A_market_bid_fills_or_kills_by_its_funds()
    {
        Trader poor = _market.Trader(12, quoteUnits: 1_499);
        _ann.Rest(Side.Ask, 100, 3);

        Assert.Equal(ResultCode.FillOrKillUnfilled, poor.Place(Side.Bid, 0, 3, TimeInForce.FillOrKill, type: OrderType.Market).Code);
        Assert.Equal(2UL, TestMarket.Traded(poor.Place(Side.Bid, 0, 2, TimeInForce.FillOrKill, type: OrderType.Market)));
    }

    [Theory]
    [InlineData(Side.Bid, 100, true)]
    [InlineData(Side.Bid, 99, false)]
    [InlineData(Side.Ask, 90, true)]
    [InlineData(Side.Ask, 91, false)]
    public void A_post_only_order_rests_or_is_refused(Side side, long price, bool refused)
    {
        _ann.Rest(Side.Ask, 100, 3);
        _ann.Rest(Side.Bid, 90, 3);
        CommandResult result = _bob.Place(side, price, 1, flags: CommandFlags.PostOnly);

        Assert.Equal(refused ? ResultCode.PostOnlyWouldTake : ResultCode.Ok, result.Code);
        Assert.Equal(refused, TestMarket.Id(result) == 0);
        Assert.Empty(_market.Test.Events);
    }

    [Fact]
    public void One_order_meets_a_bounded_number_of_resting_orders()
    {
        int limit = ExecutionContext.MaxMakersPerCommand;
        Command[] asks = Array.ConvertAll(new int[limit + 10], _ =>
        {
            Command command = TestLedger.Of(_ann.Order(Side.Ask, 100, 1));
            command.Number = _market.Test.NextNumber(_ann.Session);
            return command;
        });
        Assert.All(_market.Test.Execute(_ann.Session, asks), result => Assert.Equal(ResultCode.Ok, result.Code));

        Assert.Equal(ResultCode.FillOrKillUnfilled, _bob.Place(Side.Bid, 100, (ulong)limit + 1, TimeInForce.FillOrKill).Code);
        CommandResult result = _bob.Place(Side.Bid, 100, (ulong)limit + 5);
        Assert.Equal((ResultCode.Ok, 0UL, (ulong)limit), (result.Code, TestMarket.Id(result), TestMarket.Traded(result)));
        Assert.Equal(10, _market.Book(Side.Ask).Count);
        Assert.Empty(_market.Book(Side.Bid));
        CommandResult exact = _bob.Place(Side.Bid, 100, 12);
        Assert.Equal(10UL, TestMarket.Traded(exact));
        Assert.NotEqual(0UL, TestMarket.Id(exact));
    }
}
