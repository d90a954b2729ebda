// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Trading;

/// <summary>
/// The books of all instruments in price-time priority. Orders of a price level form a list through their records, oldest first; the
/// instrument knows the best level of each side, the price index all others. This part keeps resting orders, the other one matches.
/// </summary>
/// <typeparam name="TSettlement">Who moves the money; see <see cref="ISettlement"/>.</typeparam>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed partial class OrderBook<TSettlement> where TSettlement : struct, ISettlement
{
    private readonly BookTables _tables;
    private readonly Table<InstrumentRecord> _instruments;
    private readonly Table<PriceLevelRecord> _levels;
    private readonly Table<OrderRecord> _orders;
    private readonly PriceIndex _prices;

    /// <summary>Books over <paramref name="tables"/>.</summary>
    public OrderBook(BookTables tables)
    {
        _tables = tables;
        _instruments = tables.Instruments;
        _levels = tables.Levels;
        _orders = tables.Orders;
        _prices = tables.Prices;
    }

    /// <summary>True when one more order can rest, at whatever price.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasRoom(in LedgerCounters counters) =>
        (counters.FreeOrder != 0 || _orders.Count < _orders.Capacity) && HasRoomForLevel(counters);

    /// <summary>True when an order that has a record can rest at whatever price.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasRoomForLevel(in LedgerCounters counters) =>
        (counters.FreePriceLevel != 0 || _levels.Count < _levels.Capacity) && _prices.HasRoom;

    /// <summary>Gives a new order a record, which <see cref="Enter"/> then puts into the book. Ask <see cref="HasRoom"/> first.</summary>
    /// <returns>The record's number. Its generation is up to date, its other fields are whatever its last use left.</returns>
    public uint Create(ref LedgerCounters counters)
    {
        uint number = counters.FreeOrder;
        if (number != 0) counters.FreeOrder = _orders[number].Next;
        else number = _orders.Append();
        Invariant.Check(number != 0);
        counters.LiveOrders++;
        _orders.Change(number).Generation++;
        return number;
    }

    /// <summary>Frees the record of an order that is not in the book.</summary>
    public void Free(uint number, ref LedgerCounters counters)
    {
        ref OrderRecord order = ref _orders.Change(number);
        Invariant.Check(order.Level == 0);
        order.Next = counters.FreeOrder;
        counters.FreeOrder = number;
        counters.LiveOrders--;
    }

    /// <summary>Puts an order at the end of the queue of its price, and at the end of its account's list.</summary>
    /// <param name="number">A record whose instrument, side, price, remaining lots and accounts are set and which is in no list.</param>
    /// <param name="counters">Free list of the levels.</param>
    public void Enter(uint number, ref LedgerCounters counters)
    {
        ref OrderRecord order = ref _orders.Change(number);
        uint levelNumber = _prices.Find(order.Instrument, order.PriceTicks);
        if (levelNumber == 0) levelNumber = OpenLevel(order, ref counters);
        ref PriceLevelRecord level = ref _levels.Change(levelNumber);
        Invariant.Check(level.Side == order.Side);
        uint tail = level.Tail;
        order.Level = levelNumber;
        order.Previous = tail;
        order.Next = 0;
        if (tail != 0) _orders.Change(tail).Next = number;
        else level.Head = number;
        level.Tail = number;
        level.OrderCount++;
        level.QuantityLots += order.RemainingLots;
        _instruments.Change(order.Instrument).OrderCount++;
        if (order.QuoteAccount != 0) EnterAccount(ref order, number);
    }

    /// <summary>Takes an order out of the book; its record stays in use.</summary>
    public void Leave(uint number, ref LedgerCounters counters)
    {
        ref OrderRecord order = ref _orders.Change(number);
        uint levelNumber = order.Level;
        ref PriceLevelRecord level = ref _levels.Change(levelNumber);
        if (order.Previous != 0) _orders.Change(order.Previous).Next = order.Next;
        else level.Head = order.Next;
        if (order.Next != 0) _orders.Change(order.Next).Previous = order.Previous;
        else level.Tail = order.Previous;
        level.QuantityLots -= order.RemainingLots;
        level.OrderCount--;
        order.Level = 0;
        _instruments.Change(order.Instrument).OrderCount--;
        if (order.QuoteAccount != 0) LeaveAccount(order);
        if (level.OrderCount == 0) CloseLevel(levelNumber, ref counters);
    }

    /// <summary>Takes lots off an order that keeps its place; an order without lots leaves the book and its record is freed.</summary>
    /// <param name="number">A resting order.</param>
    /// <param name="lots">1 … its remaining lots.</param>
    /// <param name="executed">True when they were traded: they stay in the order's total then.</param>
    /// <param name="counters">Free lists.</param>
    public void TakeLots(uint number, ulong lots, bool executed, ref LedgerCounters counters)
    {
        if (_orders[number].RemainingLots == lots)
        {
            Leave(number, ref counters);
            Free(number, ref counters);
            return;
        }

        ref OrderRecord order = ref _orders.Change(number);
        order.RemainingLots -= lots;
        if (!executed) order.QuantityLots -= lots;
        _levels.Change(order.Level).QuantityLots -= lots;
    }

    private uint OpenLevel(in OrderRecord order, ref LedgerCounters counters)
    {
        uint number = counters.FreePriceLevel;
        if (number != 0) counters.FreePriceLevel = _levels[number].NextFree;
        else number = _levels.Append();
        Invariant.Check(number != 0);
        counters.LivePriceLevels++;
        ref PriceLevelRecord level = ref _levels.Change(number);
        level = new PriceLevelRecord { PriceTicks = order.PriceTicks, Instrument = order.Instrument, Side = order.Side };
        _prices.Insert(order.Instrument, order.PriceTicks, number);

        ref InstrumentRecord instrument = ref _instruments.Change(order.Instrument);
        if (order.Side == Side.Bid)
        {
            if (instrument.BestBid == 0 || order.PriceTicks > _levels[instrument.BestBid].PriceTicks) instrument.BestBid = number;
        }
        else if (instrument.BestAsk == 0 || order.PriceTicks < _levels[instrument.BestAsk].PriceTicks)
        {
            instrument.BestAsk = number;
        }

        return number;
    }

    private void CloseLevel(uint number, ref LedgerCounters counters)
    {
        ref PriceLevelRecord level = ref _levels.Change(number);
        ref InstrumentRecord instrument = ref _instruments.Change(level.Instrument);
        if (instrument.BestBid == number) instrument.BestBid = _prices.NextBelow(level.Instrument, level.PriceTicks);
        else if (instrument.BestAsk == number) instrument.BestAsk = _prices.NextAbove(level.Instrument, level.PriceTicks);
        _prices.Remove(level.Instrument, level.PriceTicks);
        level.NextFree = counters.FreePriceLevel;
        counters.FreePriceLevel = number;
        counters.LivePriceLevels--;
    }

    private void EnterAccount(ref OrderRecord order, uint number)
    {
        AccountOrders accounts = _tables.AccountOrders;
        uint newest = accounts.Newest(order.QuoteAccount);
        order.AccountPrevious = newest;
        order.AccountNext = 0;
        if (newest != 0) _orders.Change(newest).AccountNext = number;
        else accounts.SetOldest(order.QuoteAccount, number);
        accounts.SetNewest(order.QuoteAccount, number);
    }

    private void LeaveAccount(in OrderRecord order)
    {
        AccountOrders accounts = _tables.AccountOrders;
        if (order.AccountPrevious != 0) _orders.Change(order.AccountPrevious).AccountNext = order.AccountNext;
        else accounts.SetOldest(order.QuoteAccount, order.AccountNext);
        if (order.AccountNext != 0) _orders.Change(order.AccountNext).AccountPrevious = order.AccountPrevious;
        else accounts.SetNewest(order.QuoteAccount, order.AccountPrevious);
    }
}
