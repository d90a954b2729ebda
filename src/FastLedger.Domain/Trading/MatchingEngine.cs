// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Trading;

/// <summary>
/// One order book without accounts: the ledger's own matching, tables and price index, with nothing to settle. To measure matching alone,
/// and to replay order flow where only the book matters.
/// </summary>
/// <remarks>Thread: one. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class MatchingEngine : IDisposable
{
    private const uint Instrument = 1;

    private readonly UndoLog _undo = new();
    private readonly BookTables _tables;
    private readonly OrderBook<Unsettled> _book;
    private LedgerCounters _counters;

    /// <summary>An empty book.</summary>
    /// <param name="capacity">Orders that may rest at one time.</param>
    /// <param name="maxPriceTicks">Highest price in ticks, at most <see cref="PriceIndex.MaxPriceTicks"/>.</param>
    public MatchingEngine(uint capacity, long maxPriceTicks = PriceIndex.MaxPriceTicks)
    {
        Instruments = new Table<InstrumentRecord>(TableId.Instruments, 2, _undo);
        Levels = new Table<PriceLevelRecord>(TableId.PriceLevels, capacity + 1, _undo);
        Orders = new Table<OrderRecord>(TableId.Orders, capacity + 1, _undo);
        _tables = new BookTables(Instruments, Levels, Orders, _undo, accounts: 1);
        _book = new OrderBook<Unsettled>(_tables);
        Invariant.Check(Instruments.Append() == Instrument);
        Instruments.Change(Instrument).MaxPriceTicks = maxPriceTicks;
        _tables.Prices.Open(Instrument, maxPriceTicks);
    }

    /// <summary>The instrument's record: top of the book and totals.</summary>
    public Table<InstrumentRecord> Instruments { get; }

    /// <summary>Price levels.</summary>
    public Table<PriceLevelRecord> Levels { get; }

    /// <summary>Resting orders.</summary>
    public Table<OrderRecord> Orders { get; }

    /// <summary>Orders that rest.</summary>
    public uint LiveOrders => _counters.LiveOrders;

    /// <summary>Trades so far.</summary>
    public ulong Trades => _counters.Trades;

    /// <summary>Lots traded so far.</summary>
    public UInt128 VolumeLots => Instruments[Instrument].VolumeLots;

    /// <summary>Highest bid in ticks, or 0.</summary>
    public long BestBidTicks => Levels[Instruments[Instrument].BestBid].PriceTicks;

    /// <summary>Lowest ask in ticks, or 0.</summary>
    public long BestAskTicks => Levels[Instruments[Instrument].BestAsk].PriceTicks;

    /// <summary>Places a limit order.</summary>
    /// <param name="side">Bid or ask.</param>
    /// <param name="priceTicks">1 … the highest price.</param>
    /// <param name="quantityLots">At least 1.</param>
    /// <param name="timeInForce">What becomes of the rest.</param>
    /// <param name="tradedLots">Lots traded at once.</param>
    /// <returns>The id of the order when it rests, otherwise 0. An order that could rest is refused, without a trade, when the book is
    /// full.</returns>
    public ulong Place(Side side, long priceTicks, ulong quantityLots, TimeInForce timeInForce, out ulong tradedLots)
    {
        tradedLots = 0;
        if (quantityLots == 0 || priceTicks <= 0 || priceTicks > Instruments[Instrument].MaxPriceTicks) return 0;
        if (timeInForce == TimeInForce.GoodTillCancel && !_book.HasRoom(_counters)) return 0;
        Unsettled settlement = new(this);
        IncomingOrder taker = new()
        {
            Instrument = Instrument,
            Side = side,
            LimitTicks = priceTicks,
            RemainingLots = quantityLots,
        };
        _counters.Sequence++;
        if (timeInForce == TimeInForce.FillOrKill && !_book.CanFill(taker, settlement)) return 0;
        MatchEnd end = _book.Match(ref taker, ref settlement);
        tradedLots = taker.TradedLots;
        if (end != MatchEnd.Open || timeInForce != TimeInForce.GoodTillCancel) return 0;

        uint number = _book.Create(ref _counters);
        ref OrderRecord order = ref Orders.Change(number);
        order.PriceTicks = priceTicks;
        order.RemainingLots = taker.RemainingLots;
        order.QuantityLots = quantityLots;
        order.Sequence = _counters.Sequence;
        order.Instrument = Instrument;
        order.Side = side;
        _book.Enter(number, ref _counters);
        return RecordId.Of(number, order.Generation);
    }

    /// <summary>Cancels an order.</summary>
    /// <returns>The lots it had left; 0 when no order with this id rests.</returns>
    public ulong Cancel(ulong id)
    {
        uint number = RecordId.Number(id);
        if (!Orders.Has(number)) return 0;
        ref readonly OrderRecord order = ref Orders[number];
        if (order.Level == 0 || order.Generation != RecordId.Generation(id)) return 0;
        ulong lots = order.RemainingLots;
        _book.TakeLots(number, lots, executed: false, ref _counters);
        return lots;
    }

    /// <summary>Brings the record of an order near that will be cancelled some commands later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong id) => Orders.Prefetch(RecordId.Number(id));

    /// <summary>Brings the neighbours of an order near that will be cancelled soon. Reads its record: prefetch that one earlier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchNeighbours(ulong id)
    {
        uint number = RecordId.Number(id);
        if (!Orders.Has(number)) return;
        ref readonly OrderRecord order = ref Orders[number];
        if (order.Previous != 0) Orders.Prefetch(order.Previous);
        if (order.Next != 0) Orders.Prefetch(order.Next);
    }

    /// <summary>Frees the book.</summary>
    public void Dispose()
    {
        _tables.Dispose();
        Orders.Dispose();
        Levels.Dispose();
        Instruments.Dispose();
        _undo.Dispose();
    }

    private readonly struct Unsettled(MatchingEngine engine) : ISettlement
    {
        public ref LedgerCounters Counters => ref engine._counters;

        public bool CanSettle(in OrderRecord maker) => true;

        public ulong Afford(ref UInt128 budget, long priceTicks, ulong lots) => lots;

        public void Fill(uint number, in OrderRecord maker, ulong lots) => engine._counters.Trades++;

        public void Cancel(uint number, in OrderRecord maker, ulong lots, CancelReason reason)
        {
            // There is nobody to tell.
        }
    }
}
