// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using CsCheck;
using FastLedger.Domain.Trading;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>Money arithmetic against big integers.</summary>
public sealed class NotionalTests
{
    private static readonly Gen<long> Prices = Gen.OneOf(Gen.Long[1, 1_000], Gen.Long[1, PriceIndex.MaxPriceTicks]);
    private static readonly Gen<ulong> Lots = Gen.OneOf(Gen.ULong[1, 100], Gen.ULong[1, 1UL << 32]);
    private static readonly Gen<ulong> TickValues = Gen.OneOf(Gen.ULong[1, 100], Gen.ULong[1, 1UL << 40]);
    private static readonly Gen<uint> Rates = Gen.OneOf(Gen.Const(0u), Gen.UInt[0, 100_000]);

    [Fact]
    public void Notional_fee_and_reservation_are_exact() =>
        Gen.Select(Prices, Lots, TickValues, Rates).Sample((price, lots, tickValue, ppm) =>
        {
            BigInteger notional = (BigInteger)price * lots * tickValue;
            UInt128 actual = Notional.Of(price, lots, tickValue);
            Assert.Equal(notional, (BigInteger)actual);
            Assert.Equal(notional * ppm / 1_000_000, (BigInteger)Notional.Fee(actual, ppm));
            Assert.Equal(notional + (notional * ppm / 1_000_000), (BigInteger)Notional.Reservation(price, lots, tickValue, ppm));
            Assert.Equal((BigInteger)lots * tickValue, (BigInteger)Notional.Base(lots, tickValue));
        });

    [Fact]
    public void A_fill_never_costs_more_than_the_reservation_it_frees() =>
        Gen.Select(Prices, Gen.ULong[1, 1_000_000], TickValues, Gen.Int[-100_000, 100_000], Gen.Int[0, 100_000], Gen.ULong, Gen.ULong).Sample(
            (limit, remaining, tickValue, makerPpm, takerPpm, first, second) =>
            {
                takerPpm = Math.Max(takerPpm, -makerPpm);
                uint reserved = Notional.ReservedPpm(makerPpm, takerPpm);
                ulong lots = 1 + (first % remaining);
                long price = 1 + (long)(second % (ulong)limit);
                UInt128 freed = Notional.Reservation(limit, remaining, tickValue, reserved)
                    - Notional.Reservation(limit, remaining - lots, tickValue, reserved);
                UInt128 asTaker = Notional.Of(price, lots, tickValue);
                UInt128 asMaker = Notional.Of(limit, lots, tickValue);
                Assert.True(freed >= asTaker + Notional.Fee(asTaker, (uint)takerPpm));
                Assert.True(freed >= asMaker + Notional.Fee(asMaker, (uint)Math.Max(makerPpm, 0)));
                if (makerPpm < 0) Assert.True(Notional.Fee(asMaker, (uint)takerPpm) >= Notional.Fee(asMaker, (uint)-makerPpm));
            });

    [Fact]
    public void Affordable_lots_are_the_most_that_the_funds_pay_for() =>
        Gen.Select(Prices, Lots, TickValues, Rates, Gen.ULong, Gen.Int[0, 60]).Sample((price, lots, tickValue, ppm, low, shift) =>
        {
            if (Notional.Of(price, lots, tickValue) > Command.MaxAmount) return;
            UInt128 funds = (UInt128)low << (shift / 2);
            ulong affordable = Notional.Affordable(funds, price, lots, tickValue, ppm);
            Assert.InRange(affordable, 0UL, lots);
            Assert.True(Notional.Reservation(price, affordable, tickValue, ppm) <= funds);
            if (affordable < lots) Assert.True(Notional.Reservation(price, affordable + 1, tickValue, ppm) > funds);
        });

    [Fact]
    public void An_order_above_the_largest_amount_of_a_command_is_refused()
    {
        using var market = new TestMarket();
        CreateInstrumentCommand listing = market.NewInstrument();
        listing.TickValue = 1UL << 40;
        listing.MaxQuantityLots = 1UL << 32;
        listing.MaxPriceTicks = PriceIndex.MaxPriceTicks;
        uint instrument = (uint)market.Test.Execute(market.Issuer, listing).Value;
        ulong lots = 1UL << 25;

        // 2^31 ticks × 2^25 lots × 2^40 is the bound itself.
        PlaceOrderCommand order = new()
        {
            Opcode = Opcode.PlaceOrder,
            Instrument = instrument,
            Side = Side.Ask,
            PriceTicks = (1L << 31) + 1,
            QuantityLots = lots,
            BaseAccount = market.BaseIssue,
            QuoteAccount = market.QuoteIssue,
        };
        Assert.Equal(ResultCode.NotionalTooLarge, market.Test.Execute(market.Issuer, order).Code);
        order.Side = Side.Bid;
        Assert.Equal(ResultCode.NotionalTooLarge, market.Test.Execute(market.Issuer, order).Code);
        order.PriceTicks--;
        Assert.Equal(ResultCode.Ok, market.Test.Execute(market.Issuer, order).Code);
        order.Side = Side.Ask;
        Assert.Equal(lots, TestMarket.Traded(market.Test.Execute(market.Issuer, order)));
        market.Test.AssertSumsAreZero();
    }
}
