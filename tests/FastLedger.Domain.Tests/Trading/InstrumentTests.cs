// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Trading;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>Who may list what.</summary>
public sealed class InstrumentTests : IDisposable
{
    private readonly TestMarket _market = new();

    public void Dispose() => _market.Dispose();

    [Fact]
    public void The_issuer_of_the_base_asset_lists_an_instrument()
    {
        CreateInstrumentCommand command = _market.NewInstrument(-500, 1_500);
        command.ExternalId = 77;
        CommandResult result = _market.Test.Execute(_market.Issuer, command);
        Assert.Equal(ResultCode.Ok, result.Code);

        InstrumentRecord record = _market.Ledger.Instruments[(uint)result.Value];
        Assert.Equal((_market.Base, _market.Quote, _market.Fees), (record.BaseAsset, record.QuoteAsset, record.FeeAccount));
        Assert.Equal((TestMarket.LotSize, TestMarket.TickValue, -500, 1_500), (record.LotSize, record.TickValue, record.MakerFeePpm, record.TakerFeePpm));
        Assert.Equal(InstrumentState.Open, record.State);
        CommandResult again = _market.Test.Execute(_market.Issuer, command);
        Assert.Equal((ResultCode.ExternalIdExists, result.Value), (again.Code, again.Value));
    }

    [Fact]
    public void Parameters_out_of_range_are_refused()
    {
        Refused(ResultCode.InvalidInstrument, c => c with { QuoteAsset = c.BaseAsset });
        Refused(ResultCode.InvalidInstrument, c => c with { LotSize = 0 });
        Refused(ResultCode.InvalidInstrument, c => c with { LotSize = (1UL << 40) + 1 });
        Refused(ResultCode.InvalidInstrument, c => c with { TickValue = 0 });
        Refused(ResultCode.InvalidInstrument, c => c with { TickValue = (1UL << 40) + 1 });
        Refused(ResultCode.InvalidInstrument, c => c with { MakerFeePpm = 100_001 });
        Refused(ResultCode.InvalidInstrument, c => c with { MakerFeePpm = int.MinValue });
        Refused(ResultCode.InvalidInstrument, c => c with { TakerFeePpm = -1 });
        Refused(ResultCode.InvalidInstrument, c => c with { TakerFeePpm = 100_001 });
        Refused(ResultCode.InvalidInstrument, c => c with { MakerFeePpm = -11, TakerFeePpm = 10 });
        Refused(ResultCode.InvalidInstrument, c => c with { MaxQuantityLots = 0 });
        Refused(ResultCode.InvalidInstrument, c => c with { MaxQuantityLots = (1UL << 32) + 1 });
        Refused(ResultCode.InvalidInstrument, c => c with { MaxPriceTicks = 0 });
        Refused(ResultCode.InvalidInstrument, c => c with { MaxPriceTicks = PriceIndex.MaxPriceTicks + 1 });
        Refused(ResultCode.ReservedFieldNotZero, c => c with { Reserved0 = 1 });
        Refused(ResultCode.UnknownAsset, c => c with { BaseAsset = 99 });
        Refused(ResultCode.UnknownAccount, c => c with { FeeAccount = 0 });
        Refused(ResultCode.WrongOrderAccount, c => c with { FeeAccount = _market.BaseIssue });
    }

    [Fact]
    public void Others_list_nothing_on_the_asset()
    {
        Trader ann = _market.Trader(10);
        Assert.Equal(ResultCode.Unauthorized, _market.Test.Execute(ann.Session, _market.NewInstrument() with { FeeAccount = ann.Quote }).Code);
        Refused(ResultCode.Unauthorized, c => c with { FeeAccount = ann.Quote });
    }

    [Fact]
    public void A_failing_chain_unlists_the_instrument_and_its_orders()
    {
        uint listed = _market.Ledger.Instruments.Count;
        PlaceOrderCommand order = new()
        {
            Opcode = Opcode.PlaceOrder,
            Instrument = listed,
            Side = Side.Ask,
            PriceTicks = 5,
            QuantityLots = 3,
            BaseAccount = _market.BaseIssue,
            QuoteAccount = _market.QuoteIssue,
        };
        Command[] chain = [TestLedger.Of(_market.NewInstrument()), TestLedger.Of(order), TestLedger.Of(order with { QuantityLots = 0 })];
        for (int i = 0; i < chain.Length; i++)
        {
            chain[i].Number = _market.Test.NextNumber(_market.Issuer);
            if (i < chain.Length - 1) chain[i].Flags = CommandFlags.Linked;
        }

        CommandResult[] results = _market.Test.Execute(_market.Issuer, chain);
        Assert.Equal([ResultCode.LinkedFailed, ResultCode.LinkedFailed, ResultCode.InvalidQuantity], Array.ConvertAll(results, r => r.Code));
        Assert.Equal(listed, _market.Ledger.Instruments.Count);
        Assert.Equal((0u, 0u), (_market.Ledger.Counters.LiveOrders, _market.Ledger.Books.Prices.UsedNodes));
        BookInvariants.Check(_market.Ledger);
        Assert.Equal(listed, _market.CreateInstrument());
        Assert.Equal(ResultCode.Ok, _market.Test.Execute(_market.Issuer, order).Code);
    }

    private void Refused(ResultCode code, Func<CreateInstrumentCommand, CreateInstrumentCommand> change) =>
        Assert.Equal(code, _market.Test.Execute(_market.Issuer, change(_market.NewInstrument())).Code);
}
