// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>Mass cancels: who may, which orders, in which order, how many.</summary>
public sealed class MassCancelTests : IDisposable
{
    private readonly TestMarket _market = new();
    private readonly Trader _ann, _bob;

    public MassCancelTests()
    {
        _ann = _market.Trader(10);
        _bob = _market.Trader(11);
    }

    public void Dispose() => _market.Dispose();

    [Fact]
    public void An_account_cancels_its_own_orders_oldest_first()
    {
        ulong first = _ann.Rest(Side.Ask, 110, 1);
        ulong second = _ann.Rest(Side.Bid, 90, 1);
        ulong third = _ann.Rest(Side.Ask, 105, 1);
        ulong others = _bob.Rest(Side.Ask, 106, 1);

        // A higher quantity renews the time stamp, so the first order becomes the youngest.
        _ann.Amend(first, lots: 2);
        CommandResult result = _ann.MassCancel(_ann.Quote);

        Assert.Equal((ResultCode.Ok, (UInt128)3), (result.Code, result.Value));
        Assert.Equal([second, third, first], _market.Test.Events.Select(e => e.OrderId));
        Assert.All(_market.Test.Events, e => Assert.Equal((OrderEventKind.Cancelled, CancelReason.MassCancel), (e.Kind, e.Reason)));
        Assert.Equal(others, Assert.Single(_market.Book(Side.Ask)).Id);
        Assert.Equal(UInt128.Zero, _market.Test.Record(_ann.Base).DebitsPending);
        Assert.Equal(UInt128.Zero, _market.Test.Record(_ann.Quote).DebitsPending);
    }

    [Fact]
    public void The_creator_of_an_instrument_cancels_its_orders_oldest_first_over_all_prices()
    {
        ulong[] ids = [_ann.Rest(Side.Ask, 110, 1), _bob.Rest(Side.Bid, 90, 1), _ann.Rest(Side.Ask, 105, 1), _bob.Rest(Side.Ask, 110, 1), _ann.Rest(Side.Bid, 80, 1)];

        Assert.Equal(ResultCode.Unauthorized, _ann.MassCancel(instrument: _market.Instrument).Code);
        CommandResult result = _market.Test.Execute(_market.Issuer, new MassCancelCommand { Opcode = Opcode.MassCancel, Instrument = _market.Instrument });
        Assert.Equal((ResultCode.Ok, (UInt128)5), (result.Code, result.Value));
        Assert.Equal(ids, _market.Test.Events.Select(e => e.OrderId));
        Assert.Equal(0u, _market.Ledger.Counters.LiveOrders);
    }

    [Fact]
    public void An_account_in_an_instrument_is_cancelled_by_its_owner_or_by_the_creator()
    {
        uint second = _market.CreateInstrument();
        ulong here = _ann.Rest(Side.Ask, 110, 1);
        PlaceOrderCommand there = _ann.Order(Side.Ask, 110, 1);
        there.Instrument = second;
        Assert.Equal(ResultCode.Ok, _market.Test.Execute(_ann.Session, there).Code);

        Assert.Equal(ResultCode.Unauthorized, _bob.MassCancel(_ann.Quote, second).Code);
        Assert.Equal(ResultCode.Unauthorized, _bob.MassCancel(_ann.Quote).Code);
        Assert.Equal((UInt128)1, _ann.MassCancel(_ann.Quote, second).Value);
        Assert.Equal(here, Assert.Single(_market.Book(Side.Ask)).Id);
        var byCreator = new MassCancelCommand { Opcode = Opcode.MassCancel, Instrument = _market.Instrument, QuoteAccount = _ann.Quote };
        Assert.Equal((UInt128)1, _market.Test.Execute(_market.Issuer, byCreator).Value);
        Assert.Equal(ResultCode.InvalidOrder, _ann.MassCancel().Code);
        Assert.Equal(ResultCode.UnknownInstrument, _ann.MassCancel(instrument: 99).Code);
        Assert.Equal(ResultCode.UnknownAccount, _ann.MassCancel(quoteAccount: 9_999).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_mass_cancel_stops_at_its_bound_and_says_so(bool byAccount)
    {
        int limit = ExecutionContext.MaxMakersPerCommand;
        Command[] asks = Enumerable.Range(0, limit + 7).Select(i =>
        {
            Command command = TestLedger.Of(_ann.Order(i % 2 == 0 ? Side.Ask : Side.Bid, i % 2 == 0 ? 200 + (i % 50) : 100 - (i % 50), 1));
            command.Number = _market.Test.NextNumber(_ann.Session);
            return command;
        }).ToArray();
        Assert.All(_market.Test.Execute(_ann.Session, asks), result => Assert.Equal(ResultCode.Ok, result.Code));

        CommandResult first = Cancel(), second = Cancel(), third = Cancel();
        Assert.Equal((ResultCode.MassCancelPartial, (UInt128)limit), (first.Code, first.Value));
        Assert.Equal((ResultCode.Ok, (UInt128)7), (second.Code, second.Value));
        Assert.Equal((ResultCode.Ok, UInt128.Zero), (third.Code, third.Value));
        ulong[] ages = [.. _market.Test.Events.Select(e => e.OrderNumber)];
        Assert.Equal(ages.Order(), ages);
        BookInvariants.Check(_market.Ledger);

        CommandResult Cancel() => byAccount
            ? _ann.MassCancel(_ann.Quote)
            : _market.Test.Execute(_market.Issuer, new MassCancelCommand { Opcode = Opcode.MassCancel, Instrument = _market.Instrument });
    }
}
