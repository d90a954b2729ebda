// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Order books with continuous matching; every fill settles at once.</summary>
internal static class MarketSteps
{
    private const ulong MaxLots = 1UL << 32;

    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep("opens the market {name} for {asset} in {asset}[, in lots of {amount}], with a tick of {amount} and at most {amount}",
            "Creates an instrument. The price is for one lot (the smallest unit of the first asset unless it is said) and moves in ticks up to the highest one.",
            d =>
            {
                Money tick = d.Money(4), most = d.Money(5);
                string name = d.Name(0);
                var terms = new MarketTerms(d.Asset(1), d.Asset(2), d.Has(3) ? d.Money(3).Minor : 1, tick);
                d.World.Terms[name] = terms;
                d.SendNamed(
                    new CreateInstrumentCommand
                    {
                        BaseAsset = terms.Base.Number,
                        QuoteAsset = terms.Quote.Number,
                        LotSize = (ulong)terms.Lot,
                        TickValue = (ulong)tick.Minor,
                        FeeAccount = d.World.Account($"{d.Sender.Name}'s {terms.Quote.Code}"),
                        MaxQuantityLots = MaxLots,
                        MaxPriceTicks = (long)(most.Minor / tick.Minor),
                    },
                    Kinds.Instrument,
                    name);
            }),
        new ActionStep("bids {amount} each for {amount} on {name}[ as {name}]", "Places a limit order to buy; it trades at its price or better, the rest waits in the book.", d => Place(d, Side.Bid)),
        new ActionStep("offers {amount} each for {amount} on {name}[ as {name}]", "Places a limit order to sell.", d => Place(d, Side.Ask)),
        new ActionStep("cancels the order {name}", "Takes an order out of the book.", d =>
            d.Send(new ChangeOrderCommand { Opcode = Opcode.CancelOrder, OrderId = d.World.Thing(Kinds.Order, d.Name(0)) })),
        new ActionStep("halts the market {name}", "No new orders until the market opens again.", d => SetState(d, InstrumentState.Halted)),
        new ActionStep("resumes the market {name}", "Ends a halt.", d => SetState(d, InstrumentState.Open)),
        new FreeStep("{amount} of the order {name} remain[s]", "Checks what still waits in the book.", async a =>
        {
            Money expected = a.Money(0);
            OrderAnswer order = await a.World.Observer.GetOrderAsync(a.World.Thing(Kinds.Order, a.Name(1)), a.World.CancellationToken).ConfigureAwait(false);
            var found = new Money(expected.Asset, order.RemainingLots * a.World.Terms.Values.First(t => t.Base == expected.Asset).Lot);
            return found == expected ? found.ToString() : throw new ScenarioException($"{found} remain.");
        }),
    ];

    private static void Place(Deed d, Side side)
    {
        Money price = d.Money(0), quantity = d.Money(1);
        string market = d.Name(2);
        MarketTerms terms = d.World.Terms.TryGetValue(market, out MarketTerms? found) ? found : throw new ScenarioException($"The scenario has no market {market}.");
        if (price.Minor % terms.Tick.Minor != 0) throw new ScenarioException($"{price} is no multiple of the tick {terms.Tick}.");
        if (quantity.Minor % terms.Lot != 0) throw new ScenarioException($"{quantity} is no multiple of the lot.");
        var order = new PlaceOrderCommand
        {
            Instrument = (uint)d.World.Thing(Kinds.Instrument, market),
            Side = side,
            SelfTradePrevention = SelfTradePrevention.CancelTaker,
            PriceTicks = (long)(price.Minor / terms.Tick.Minor),
            QuantityLots = (ulong)(quantity.Minor / terms.Lot),
            BaseAccount = d.World.Account($"{d.Sender.Name}'s {terms.Base.Code}"),
            QuoteAccount = d.World.Account($"{d.Sender.Name}'s {terms.Quote.Code}"),
        };
        string? name = d.Has(3) ? d.Name(3) : null;
        d.Send(in order, r =>
        {
            if (name is not null) d.World.Name(Kinds.Order, name, (ulong)r.Value);
        });
    }

    private static void SetState(Deed d, InstrumentState state) =>
        d.Send(new SetInstrumentStateCommand { Instrument = (uint)d.World.Thing(Kinds.Instrument, d.Name(0)), State = state });
}
