// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Domain.Trading;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>A small ledger with one instrument and funded traders, and short ways to send order commands.</summary>
public sealed class TestMarket : IDisposable
{
    public const ulong LotSize = 10;
    public const ulong TickValue = 5;
    public const long MaxPriceTicks = 100_000;
    public const ulong MaxQuantityLots = 1_000_000;

    public TestMarket(int makerFeePpm = 0, int takerFeePpm = 0, Genesis? genesis = null)
    {
        Test = new TestLedger(genesis);
        Issuer = Test.Session(1);
        Base = Test.Asset(Issuer);
        Quote = Test.Asset(Issuer);
        BaseIssue = Test.Account(Issuer, Base, AccountFlags.Unlimited);
        QuoteIssue = Test.Account(Issuer, Quote, AccountFlags.Unlimited);
        Fees = Test.Account(Issuer, Quote);
        Instrument = CreateInstrument(makerFeePpm, takerFeePpm);
    }

    public TestLedger Test { get; }

    public Ledger Ledger => Test.Ledger;

    public uint Issuer { get; }

    public uint Base { get; }

    public uint Quote { get; }

    public ulong BaseIssue { get; }

    public ulong QuoteIssue { get; }

    public ulong Fees { get; }

    public uint Instrument { get; }

    public static ulong Id(CommandResult result) => (ulong)(result.Value & ulong.MaxValue);

    public static ulong Traded(CommandResult result) => (ulong)(result.Value >> 64);

    public CreateInstrumentCommand NewInstrument(int makerFeePpm = 0, int takerFeePpm = 0) => new()
    {
        Opcode = Opcode.CreateInstrument,
        BaseAsset = Base,
        QuoteAsset = Quote,
        LotSize = LotSize,
        TickValue = TickValue,
        FeeAccount = Fees,
        MakerFeePpm = makerFeePpm,
        TakerFeePpm = takerFeePpm,
        MaxQuantityLots = MaxQuantityLots,
        MaxPriceTicks = MaxPriceTicks,
    };

    public uint CreateInstrument(int makerFeePpm = 0, int takerFeePpm = 0)
    {
        CommandResult result = Test.Execute(Issuer, NewInstrument(makerFeePpm, takerFeePpm));
        Assert.Equal(ResultCode.Ok, result.Code);
        return (uint)result.Value;
    }

    public Trader Trader(byte seed, ulong baseUnits = 1_000_000, ulong quoteUnits = 1_000_000_000)
    {
        uint session = Test.Session(seed);
        var trader = new Trader(this, session, Test.Account(session, Base), Test.Account(session, Quote));
        if (baseUnits != 0) Assert.Equal(ResultCode.Ok, Test.Transfer(Issuer, BaseIssue, trader.Base, baseUnits).Code);
        if (quoteUnits != 0) Assert.Equal(ResultCode.Ok, Test.Transfer(Issuer, QuoteIssue, trader.Quote, quoteUnits).Code);
        return trader;
    }

    /// <summary>The resting orders of a side as (price, lots, id), best first, oldest first.</summary>
    public List<(long Price, ulong Lots, ulong Id)> Book(Side side)
    {
        ref readonly InstrumentRecord record = ref Ledger.Instruments[Instrument];
        var orders = new List<(long, ulong, ulong)>();
        for (uint level = side == Side.Bid ? record.BestBid : record.BestAsk; level != 0; level = Ledger.Books.NextLevel(level))
        {
            for (uint number = Ledger.PriceLevels[level].Head; number != 0; number = Ledger.Orders[number].Next)
            {
                ref readonly OrderRecord order = ref Ledger.Orders[number];
                orders.Add((order.PriceTicks, order.RemainingLots, RecordId.Of(number, order.Generation)));
            }
        }

        return orders;
    }

    public void Dispose() => Test.Dispose();
}
