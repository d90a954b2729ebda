// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Trading;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

/// <summary>What must hold for the tables of the books after every command, whatever it was.</summary>
internal static class BookInvariants
{
    /// <summary>Throws with what is wrong.</summary>
    public static void Check(Ledger ledger)
    {
        uint orders = 0, levels = 0;
        for (uint number = 1; number < ledger.Instruments.Count; number++)
        {
            ref readonly InstrumentRecord instrument = ref ledger.Instruments[number];
            uint before = orders;
            long bid = CheckSide(ledger, number, Side.Bid, instrument.BestBid, ref orders, ref levels);
            long ask = CheckSide(ledger, number, Side.Ask, instrument.BestAsk, ref orders, ref levels);
            Demand(bid == 0 || ask == 0 || bid < ask, "the book is crossed");
            Demand(instrument.OrderCount == orders - before, "the instrument counts its orders wrongly");
        }

        Demand(ledger.Counters.LiveOrders == orders, "the live orders are counted wrongly");
        Demand(ledger.Counters.LivePriceLevels == levels, "the live price levels are counted wrongly");
        Demand(FreeCount(ledger.Counters.FreeOrder, at => ledger.Orders[at].Next) == ledger.Orders.Count - 1 - orders, "order records were lost");
        Demand(
            FreeCount(ledger.Counters.FreePriceLevel, at => ledger.PriceLevels[at].NextFree) == ledger.PriceLevels.Count - 1 - levels,
            "price level records were lost");
        CheckAccounts(ledger, orders);
    }

    /// <summary>Throws when <paramref name="holds"/> is false.</summary>
    public static void Demand(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }

    private static long CheckSide(Ledger ledger, uint instrument, Side side, uint best, ref uint orders, ref uint levels)
    {
        long previousPrice = 0;
        for (uint at = best; at != 0; at = ledger.Books.NextLevel(at))
        {
            ref readonly PriceLevelRecord level = ref ledger.PriceLevels[at];
            levels++;
            Demand(level.Instrument == instrument && level.Side == side, "a level stands in the wrong book");
            Demand(ledger.Books.Prices.Find(instrument, level.PriceTicks) == at, "a level is not found by its price");
            Demand(previousPrice == 0 || (side == Side.Bid ? level.PriceTicks < previousPrice : level.PriceTicks > previousPrice), "levels are out of order");
            previousPrice = level.PriceTicks;
            ulong lots = 0, age = 0;
            uint count = 0, last = 0;
            for (uint number = level.Head; number != 0; number = ledger.Orders[number].Next)
            {
                ref readonly OrderRecord order = ref ledger.Orders[number];
                Demand(order.Level == at && order.Previous == last && order.PriceTicks == level.PriceTicks, "an order stands in the wrong queue");
                Demand(order.Side == side && order.Instrument == instrument, "an order stands in the wrong book");
                Demand(order.Sequence > age, "a queue is not in time priority");
                Demand(order.RemainingLots > 0 && order.RemainingLots <= order.QuantityLots, "an order has no lots");
                (age, last) = (order.Sequence, number);
                lots += order.RemainingLots;
                count++;
            }

            Demand(level.Tail == last && level.OrderCount == count && count > 0 && level.QuantityLots == lots, "a level's sums are wrong");
            orders += count;
        }

        return best == 0 ? 0 : ledger.PriceLevels[best].PriceTicks;
    }

    private static void CheckAccounts(Ledger ledger, uint orders)
    {
        Span<Int128> sums = stackalloc Int128[(int)ledger.Assets.Count];
        uint listed = 0;
        for (uint account = 1; account < ledger.Accounts.Count; account++)
        {
            sums[(int)ledger.Accounts[account].Asset] += ledger.Accounts[account].Balance;
            uint last = 0;
            ulong age = 0;
            for (uint number = ledger.Books.AccountOrders.Oldest(account); number != 0; number = ledger.Orders[number].AccountNext)
            {
                ref readonly OrderRecord order = ref ledger.Orders[number];
                Demand(order.QuoteAccount == account && order.AccountPrevious == last && order.Level != 0, "an order stands in the wrong list");
                Demand(order.Sequence > age, "an account's list is not in time priority");
                (age, last) = (order.Sequence, number);
                listed++;
            }

            Demand(ledger.Books.AccountOrders.Newest(account) == last, "an account's newest order is wrong");
        }

        Demand(listed == orders, "an order is missing from its account's list");
        foreach (Int128 sum in sums) Demand(sum == Int128.Zero, "an asset does not sum to zero");
    }

    private static uint FreeCount(uint first, Func<uint, uint> next)
    {
        uint count = 0;
        for (uint at = first; at != 0; at = next(at)) count++;
        return count;
    }
}
