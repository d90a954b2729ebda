// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>Orders by example.</summary>
public sealed class OrderTests : IDisposable
{
    private readonly TestMarket _market = new(makerFeePpm: 1_000, takerFeePpm: 2_500);
    private readonly Trader _ann, _bob;

    public OrderTests()
    {
        _ann = _market.Trader(10);
        _bob = _market.Trader(11);
    }

    public void Dispose() => _market.Dispose();

    [Fact]
    public void A_resting_bid_reserves_its_notional_and_the_higher_fee()
    {
        _ann.Rest(Side.Bid, 100, 7);

        UInt128 notional = 100 * 7 * TestMarket.TickValue;
        Assert.Equal(notional + (notional * 2_500 / 1_000_000), _market.Test.Record(_ann.Quote).DebitsPending);
        Assert.Equal(UInt128.Zero, _market.Test.Record(_ann.Base).DebitsPending);
    }

    [Fact]
    public void A_resting_ask_reserves_its_lots()
    {
        _ann.Rest(Side.Ask, 100, 7);

        Assert.Equal((UInt128)(7 * TestMarket.LotSize), _market.Test.Record(_ann.Base).DebitsPending);
    }

    [Fact]
    public void A_trade_moves_both_legs_and_both_fees_at_the_resting_price()
    {
        ulong ask = _ann.Rest(Side.Ask, 1_000, 7);
        CommandResult result = _bob.Place(Side.Bid, 1_200, 5);

        Assert.Equal(0UL, TestMarket.Id(result));
        Assert.Equal(5UL, TestMarket.Traded(result));
        const long Notional = 1_000 * 5 * 5;
        Assert.Equal(1_000_000_000 + Notional - (Notional * 1_000 / 1_000_000), _market.Test.Balance(_ann.Quote));
        Assert.Equal(1_000_000_000 - Notional - (Notional * 2_500 / 1_000_000), _market.Test.Balance(_bob.Quote));
        Assert.Equal(1_000_000 - 50, _market.Test.Balance(_ann.Base));
        Assert.Equal(1_000_000 + 50, _market.Test.Balance(_bob.Base));
        Assert.Equal((Notional * 1_000 / 1_000_000) + (Notional * 2_500 / 1_000_000), _market.Test.Balance(_market.Fees));
        Assert.Equal((UInt128)(2 * TestMarket.LotSize), _market.Test.Record(_ann.Base).DebitsPending);
        Assert.Equal(UInt128.Zero, _market.Test.Record(_bob.Quote).DebitsPending);
        _market.Test.AssertSumsAreZero();

        OrderEvent fill = Assert.Single(_market.Test.Events);
        Assert.Equal(OrderEventKind.Fill, fill.Kind);
        Assert.Equal(ask, fill.OrderId);
        Assert.Equal(_ann.Session, fill.Session);
        Assert.Equal(_bob.Session, fill.TakerSession);
        Assert.Equal(5UL, fill.QuantityLots);
        Assert.Equal(2UL, fill.RemainingLots);
        Assert.Equal(1UL, fill.TradeId);
        Assert.Equal(Notional * 1_000 / 1_000_000, fill.MakerFee);
        Assert.Equal(Notional * 2_500 / 1_000_000, fill.TakerFee);
        Assert.Equal(Side.Bid, fill.TakerSide);
    }

    [Fact]
    public void A_trade_writes_a_history_entry_for_each_leg_and_each_fee()
    {
        ulong ask = _ann.Rest(Side.Ask, 1_000, 5);
        _market.Test.History.Clear();
        _bob.Place(Side.Bid, 1_000, 5);

        HistoryEntry[] entries = [.. _market.Test.History];
        Assert.Equal([HistoryKind.TradeBase, HistoryKind.TradeQuote, HistoryKind.TradeFee, HistoryKind.TradeFee], Array.ConvertAll(entries, e => e.Kind));
        Assert.All(entries, entry => Assert.Equal(ask, entry.Link));
        Assert.Equal((_ann.Base, _bob.Base), (entries[0].DebitAccount, entries[0].CreditAccount));
        Assert.Equal((_bob.Quote, _ann.Quote), (entries[1].DebitAccount, entries[1].CreditAccount));
        Assert.Equal((_bob.Quote, _market.Fees), (entries[2].DebitAccount, entries[2].CreditAccount));
        Assert.Equal((_ann.Quote, _market.Fees), (entries[3].DebitAccount, entries[3].CreditAccount));
    }

    [Fact]
    public void Orders_trade_best_price_first_and_oldest_first_at_one_price()
    {
        ulong second = _ann.Rest(Side.Ask, 101, 1);
        ulong third = _ann.Rest(Side.Ask, 101, 1);
        ulong first = _ann.Rest(Side.Ask, 100, 1);
        Assert.Equal(3UL, TestMarket.Traded(_bob.Place(Side.Bid, 101, 5)));

        Assert.Equal([first, second, third], _market.Test.Events.ConvertAll(e => e.OrderId));
        (long price, ulong lots, _) = Assert.Single(_market.Book(Side.Bid));
        Assert.Equal((101, 2UL), (price, lots));
        Assert.Empty(_market.Book(Side.Ask));
    }

    [Fact]
    public void A_bid_beyond_the_available_funds_is_refused()
    {
        Trader poor = _market.Trader(12, quoteUnits: 1_000);

        Assert.Equal(ResultCode.ExceedsBalance, poor.Place(Side.Bid, 100, 2).Code);
        Assert.Equal(ResultCode.Ok, poor.Place(Side.Bid, 99, 2).Code);
        Assert.Equal(ResultCode.ExceedsBalance, poor.Place(Side.Bid, 1, 2).Code);
    }

    [Fact]
    public void An_immediate_order_leaves_nothing_in_the_book()
    {
        _ann.Rest(Side.Ask, 100, 2);
        CommandResult result = _bob.Place(Side.Bid, 100, 5, TimeInForce.ImmediateOrCancel);

        Assert.Equal((ResultCode.Ok, 0UL, 2UL), (result.Code, TestMarket.Id(result), TestMarket.Traded(result)));
        Assert.Empty(_market.Book(Side.Bid));
        Assert.Equal(UInt128.Zero, _market.Test.Record(_bob.Quote).DebitsPending);
    }

    [Fact]
    public void A_market_bid_buys_the_whole_lots_its_funds_pay_for()
    {
        Trader poor = _market.Trader(12, quoteUnits: 1_502);
        _ann.Rest(Side.Ask, 100, 10);
        CommandResult result = poor.Place(Side.Bid, 0, 10, TimeInForce.ImmediateOrCancel, type: OrderType.Market);

        // Two lots cost 1,000 and a fee of 2; three would cost 1,500 and 3.
        Assert.Equal((ResultCode.Ok, 2UL), (result.Code, TestMarket.Traded(result)));
        Assert.Equal(500, _market.Test.Balance(poor.Quote));
    }

    [Fact]
    public void A_market_order_stops_at_its_worst_price()
    {
        _ann.Rest(Side.Ask, 100, 1);
        _ann.Rest(Side.Ask, 110, 1);
        CommandResult result = _bob.Place(Side.Bid, 105, 2, TimeInForce.ImmediateOrCancel, type: OrderType.Market);

        Assert.Equal(1UL, TestMarket.Traded(result));
        Assert.Single(_market.Book(Side.Ask));
    }

    [Fact]
    public void A_cancel_gives_back_the_reservation_and_ends_the_id()
    {
        ulong id = _ann.Rest(Side.Bid, 100, 7);

        Assert.Equal(ResultCode.Unauthorized, _bob.Cancel(id).Code);
        CommandResult cancelled = _ann.Cancel(id);
        Assert.Equal((ResultCode.Ok, (UInt128)7), (cancelled.Code, cancelled.Value));
        Assert.Equal(UInt128.Zero, _market.Test.Record(_ann.Quote).DebitsPending);
        Assert.Equal(ResultCode.UnknownOrder, _ann.Cancel(id).Code);
        ulong next = _ann.Rest(Side.Bid, 100, 7);
        Assert.NotEqual(id, next);
        Assert.Equal(ResultCode.UnknownOrder, _ann.Cancel(id).Code);
        Assert.Empty(_market.Test.Events);
    }

    [Fact]
    public void A_reduction_keeps_the_place_and_frees_its_share()
    {
        ulong first = _ann.Rest(Side.Bid, 100, 7);
        ulong second = _bob.Rest(Side.Bid, 100, 7);

        Assert.Equal((UInt128)4, _ann.Reduce(first, 4).Value);
        Assert.Equal([first, second], _market.Book(Side.Bid).ConvertAll(o => o.Id));
        UInt128 notional = 100 * 3 * TestMarket.TickValue;
        Assert.Equal(notional + (notional * 2_500 / 1_000_000), _market.Test.Record(_ann.Quote).DebitsPending);
        Assert.Equal((UInt128)3, _ann.Reduce(first, 1_000).Value);
        Assert.Equal([second], _market.Book(Side.Bid).ConvertAll(o => o.Id));
    }

    [Fact]
    public void A_resting_order_of_a_frozen_account_is_cancelled_when_it_is_hit()
    {
        ulong blocked = _ann.Rest(Side.Ask, 100, 3);
        Trader carl = _market.Trader(12);
        ulong next = carl.Rest(Side.Ask, 101, 3);
        Assert.Equal(ResultCode.Ok, _market.Test.Change(_market.Issuer, Opcode.FreezeAccount, _ann.Quote).Code);
        CommandResult result = _bob.Place(Side.Bid, 101, 2);

        Assert.Equal(2UL, TestMarket.Traded(result));
        Assert.Equal([blocked, next], _market.Test.Events.ConvertAll(e => e.OrderId));
        Assert.Equal((OrderEventKind.Cancelled, CancelReason.AccountUnavailable), (_market.Test.Events[0].Kind, _market.Test.Events[0].Reason));
        Assert.Equal(UInt128.Zero, _market.Test.Record(_ann.Base).DebitsPending);
        Assert.Equal(ResultCode.AccountFrozen, _ann.Place(Side.Bid, 99, 1).Code);
    }

    [Fact]
    public void A_blocked_fee_account_stops_new_orders_but_not_cancels()
    {
        ulong id = _ann.Rest(Side.Ask, 100, 3);
        _market.Test.Change(_market.Issuer, Opcode.FreezeAccount, _market.Fees);

        Assert.Equal(ResultCode.FeeAccountUnavailable, _bob.Place(Side.Bid, 100, 3).Code);
        Assert.Equal(ResultCode.Ok, _ann.Cancel(id).Code);
    }

    [Fact]
    public void A_halted_instrument_takes_cancels_and_reductions_only()
    {
        ulong id = _ann.Rest(Side.Ask, 100, 3);
        var halt = new SetInstrumentStateCommand { Opcode = Opcode.SetInstrumentState, Instrument = _market.Instrument, State = InstrumentState.Halted };
        Assert.Equal(ResultCode.Unauthorized, _market.Test.Execute(_ann.Session, halt).Code);
        Assert.Equal(ResultCode.Ok, _market.Test.Execute(_market.Issuer, halt).Code);
        Assert.Equal(ResultCode.AlreadyInState, _market.Test.Execute(_market.Issuer, halt).Code);

        Assert.Equal(ResultCode.InstrumentHalted, _bob.Place(Side.Bid, 100, 3).Code);
        Assert.Equal(ResultCode.InstrumentHalted, _ann.Amend(id, lots: 1).Code);
        Assert.Equal(ResultCode.Ok, _ann.Reduce(id, 1).Code);
        Assert.Equal(ResultCode.Ok, _ann.Cancel(id).Code);
    }

    [Fact]
    public void Contradictory_orders_are_refused()
    {
        Assert.Equal(ResultCode.InvalidOrder, _ann.Place(Side.Bid, 0, 1, TimeInForce.GoodTillCancel, type: OrderType.Market).Code);
        Assert.Equal(ResultCode.InvalidOrder, _ann.Place(Side.Bid, 5, 1, TimeInForce.FillOrKill, flags: CommandFlags.PostOnly).Code);
        Assert.Equal(ResultCode.InvalidOrder, _ann.Place((Side)2, 5, 1).Code);
        Assert.Equal(ResultCode.InvalidOrder, _ann.Place(Side.Bid, 5, 1, (TimeInForce)3).Code);
        Assert.Equal(ResultCode.InvalidOrder, _ann.Place(Side.Bid, 5, 1, prevention: (SelfTradePrevention)5).Code);
        Assert.Equal(ResultCode.InvalidFlags, _ann.Place(Side.Bid, 5, 1, flags: CommandFlags.Pending).Code);
        Assert.Equal(ResultCode.InvalidPrice, _ann.Place(Side.Bid, 0, 1).Code);
        Assert.Equal(ResultCode.InvalidPrice, _ann.Place(Side.Bid, -1, 1).Code);
        Assert.Equal(ResultCode.InvalidPrice, _ann.Place(Side.Bid, TestMarket.MaxPriceTicks + 1, 1).Code);
        Assert.Equal(ResultCode.InvalidQuantity, _ann.Place(Side.Bid, 5, 0).Code);
        Assert.Equal(ResultCode.InvalidQuantity, _ann.Place(Side.Bid, 5, TestMarket.MaxQuantityLots + 1).Code);
        Assert.Equal(ResultCode.WrongOrderAccount, (_ann with { Base = _ann.Quote }).Place(Side.Bid, 5, 1).Code);
        Assert.Equal(ResultCode.Unauthorized, (_ann with { Base = _bob.Base }).Place(Side.Bid, 5, 1).Code);
        Assert.Equal(ResultCode.UnknownAccount, (_ann with { Base = 0 }).Place(Side.Bid, 5, 1).Code);
    }
}
