// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>What is refused because a bound is reached, before anything changes.</summary>
public sealed class OrderLimitTests
{
    [Fact]
    public void A_full_table_refuses_orders_that_could_rest_and_no_others()
    {
        using var market = new TestMarket(genesis: TestLedger.Small with { MaxOrders = 4 });
        Trader ann = market.Trader(10), bob = market.Trader(11);
        ulong first = ann.Rest(Side.Ask, 100, 2);
        ann.Rest(Side.Ask, 101, 2);
        ann.Rest(Side.Ask, 102, 2);

        Assert.Equal(ResultCode.TableFull, bob.Place(Side.Bid, 100, 1).Code);
        Assert.Equal(1UL, TestMarket.Traded(bob.Place(Side.Bid, 100, 1, TimeInForce.ImmediateOrCancel)));
        Assert.Equal(ResultCode.Ok, ann.Amend(first, price: 99).Code);
        Assert.Equal(ResultCode.Ok, ann.Cancel(first).Code);
        Assert.Equal(ResultCode.Ok, bob.Place(Side.Bid, 98, 1).Code);
    }

    [Fact]
    public void Scattered_prices_are_refused_when_the_price_index_has_no_room()
    {
        using var market = new TestMarket(genesis: TestLedger.Small with { MaxPriceLevels = 2_000, MaxOrders = 4_000 });
        CreateInstrumentCommand listing = market.NewInstrument() with { MaxPriceTicks = (1L << 36) - 1, TickValue = 1 };
        uint instrument = (uint)market.Test.Execute(market.Issuer, listing).Value;
        PlaceOrderCommand order = new()
        {
            Opcode = Opcode.PlaceOrder,
            Instrument = instrument,
            Side = Side.Ask,
            QuantityLots = 1,
            BaseAccount = market.BaseIssue,
            QuoteAccount = market.QuoteIssue,
        };
        int rested = 0;
        CommandResult result;
        do result = market.Test.Execute(market.Issuer, order with { PriceTicks = (1L << 36) - 1 - (rested++ * (1L << 24)) });
        while (result.Code == ResultCode.Ok && rested < 1_900);

        // Each price needs three nodes of its own, and 2 × 2,000 + 1,024 nodes serve all.
        Assert.Equal(ResultCode.TableFull, result.Code);
        Assert.InRange(rested, 1_200, 1_800);
        BookInvariants.Check(market.Ledger);
    }

    [Fact]
    public void An_account_at_its_turnover_limit_places_no_orders_but_is_still_settled()
    {
        using var market = new TestMarket();
        Trader ann = market.Trader(10), bob = market.Trader(11);
        ulong id = ann.Rest(Side.Ask, 100, 2);
        ref AccountRecord account = ref market.Ledger.Accounts.Change((uint)ann.Quote);
        account.CreditsPosted += AccountRecord.TurnoverLimit;
        account.DebitsPosted += AccountRecord.TurnoverLimit;

        Assert.Equal(ResultCode.TurnoverLimit, ann.Place(Side.Bid, 90, 1).Code);
        Assert.Equal(ResultCode.TurnoverLimit, ann.Amend(id, price: 101).Code);
        Assert.Equal(1UL, TestMarket.Traded(bob.Place(Side.Bid, 100, 1)));
        Assert.Equal(ResultCode.Ok, ann.Reduce(id, 1).Code);
    }

    [Fact]
    public void A_batch_that_caused_as_many_events_as_it_may_refuses_what_could_cause_more()
    {
        const int lots = ExecutionContext.MaxMakersPerCommand;
        const int takers = (ExecutionContext.MaxEventsPerBatch / lots) + 2;
        using var market = new TestMarket(genesis: TestLedger.Small with { MaxOrders = 1 << 20 });
        Trader ann = market.Trader(10, 1_000_000_000), bob = market.Trader(11, quoteUnits: 1_000_000_000_000);
        Command[] asks = [.. Enumerable.Range(0, takers * lots).Select(_ => TestLedger.Of(ann.Order(Side.Ask, 100, 1)))];
        foreach (Command[] batch in asks.Chunk(Executor.MaxBatchCommands))
        {
            for (int i = 0; i < batch.Length; i++) batch[i].Number = market.Test.NextNumber(ann.Session);
            Assert.All(market.Test.Execute(ann.Session, batch), result => Assert.Equal(ResultCode.Ok, result.Code));
        }

        var bids = new Command[takers];
        for (int i = 0; i < bids.Length; i++)
        {
            bids[i] = TestLedger.Of(bob.Order(Side.Bid, 100, lots));
            bids[i].Number = market.Test.NextNumber(bob.Session);
        }

        CommandResult[] results = market.Test.Execute(bob.Session, bids);
        Assert.All(results[..^1], result => Assert.Equal((ResultCode.Ok, (ulong)lots), (result.Code, TestMarket.Traded(result))));
        Assert.Equal(ResultCode.Overloaded, results[^1].Code);
        Assert.Equal(ResultCode.Ok, bob.Place(Side.Bid, 100, 1).Code);
    }
}
