// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.State;

namespace FastLedger.Domain.Trading;

/// <summary>
/// What all order books of a ledger consist of: the tables of instruments, price levels and orders, which are part of the state, and the two
/// structures derived from them.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class BookTables : IDisposable
{
    /// <summary>Binds the tables, which must be empty or be followed by <see cref="Rebuild"/>. Does not own them.</summary>
    /// <param name="instruments">Table of instruments.</param>
    /// <param name="levels">Table of price levels.</param>
    /// <param name="orders">Table of orders.</param>
    /// <param name="undo">The undo log of the tables.</param>
    /// <param name="accounts">Account numbers, 0 included.</param>
    public BookTables(
        Table<InstrumentRecord> instruments, Table<PriceLevelRecord> levels, Table<OrderRecord> orders, UndoLog undo, uint accounts)
    {
        Instruments = instruments;
        Levels = levels;
        Orders = orders;

        // A dense book has up to 64 levels per node, a book of scattered prices up to six nodes per level. Two nodes per level serve both;
        // orders at scattered prices may be refused before the table of levels is full.
        Prices = new PriceIndex(undo, instruments.Capacity, (2 * levels.Capacity) + 1024);
        AccountOrders = new AccountOrders(undo, accounts);
    }

    /// <summary>Instruments with the top of their books.</summary>
    public Table<InstrumentRecord> Instruments { get; }

    /// <summary>Price levels of all books.</summary>
    public Table<PriceLevelRecord> Levels { get; }

    /// <summary>Resting orders of all books.</summary>
    public Table<OrderRecord> Orders { get; }

    /// <summary>Price levels by price.</summary>
    public PriceIndex Prices { get; }

    /// <summary>Resting orders by quote account.</summary>
    public AccountOrders AccountOrders { get; }

    /// <summary>The level next after <paramref name="level"/> on its side, away from the best price, or 0.</summary>
    public uint NextLevel(uint level)
    {
        ref readonly PriceLevelRecord record = ref Levels[level];
        return record.Side == Primitives.Commands.Side.Bid
            ? Prices.NextBelow(record.Instrument, record.PriceTicks)
            : Prices.NextAbove(record.Instrument, record.PriceTicks);
    }

    /// <summary>Makes the derived structures anew from the tables.</summary>
    public void Rebuild()
    {
        Prices.Clear();
        AccountOrders.Clear();
        for (uint number = 1; number < Instruments.Count; number++) Prices.Open(number, Instruments[number].MaxPriceTicks);
        for (uint number = 1; number < Levels.Count; number++)
        {
            ref readonly PriceLevelRecord level = ref Levels[number];
            if (level.OrderCount != 0) Prices.Insert(level.Instrument, level.PriceTicks, number);
        }

        for (uint number = 1; number < Orders.Count; number++)
        {
            ref readonly OrderRecord order = ref Orders[number];
            if (order.Level == 0 || order.QuoteAccount == 0) continue;
            if (order.AccountPrevious == 0) AccountOrders.SetOldest(order.QuoteAccount, number);
            if (order.AccountNext == 0) AccountOrders.SetNewest(order.QuoteAccount, number);
        }
    }

    /// <summary>Frees the derived structures.</summary>
    public void Dispose()
    {
        Prices.Dispose();
        AccountOrders.Dispose();
    }
}
