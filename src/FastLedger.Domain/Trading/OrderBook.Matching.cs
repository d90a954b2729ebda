// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Execution;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Trading;

// Matching an incoming order.
public sealed partial class OrderBook<TSettlement>
{
    /// <summary>True when an order at this price would meet a resting order of the other side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Crosses(uint instrument, Side side, long limitTicks)
    {
        uint level = side == Side.Bid ? _instruments[instrument].BestAsk : _instruments[instrument].BestBid;
        return level != 0 && Meets(side, limitTicks, _levels[level].PriceTicks);
    }

    /// <summary>Trades the order with what it meets, best price first, oldest order first, at the resting orders' prices.</summary>
    /// <remarks>
    /// Resting orders that cannot settle are cancelled on the way. At most <see cref="ExecutionContext.MaxMakersPerCommand"/> resting orders
    /// are touched; each costs less than 3 KiB of the undo log inside a linked chain, well within
    /// <see cref="State.UndoLog.LargestCommandBytes"/>.
    /// </remarks>
    public MatchEnd Match(ref IncomingOrder taker, ref TSettlement settlement)
    {
        ulong trades = 0, tradedBefore = taker.TradedLots;
        long lastTicks = 0;
        MatchEnd end = MatchEnd.Done;
        while (taker.RemainingLots != 0)
        {
            ref readonly InstrumentRecord top = ref _instruments[taker.Instrument];
            uint levelNumber = taker.Side == Side.Bid ? top.BestAsk : top.BestBid;
            end = MatchEnd.Open;
            if (levelNumber == 0) break;
            ref readonly PriceLevelRecord level = ref _levels[levelNumber];
            if (!Meets(taker.Side, taker.LimitTicks, level.PriceTicks)) break;
            end = MatchEnd.MakerLimit;
            if (taker.Makers == ExecutionContext.MaxMakersPerCommand) break;

            uint number = level.Head;
            ref readonly OrderRecord maker = ref _orders[number];
            if (!settlement.CanSettle(maker))
            {
                Cancel(number, maker, maker.RemainingLots, CancelReason.AccountUnavailable, ref taker, ref settlement);
                end = MatchEnd.Done;
                continue;
            }

            if (taker.SelfTradePrevention != SelfTradePrevention.None && maker.QuoteAccount == taker.QuoteAccount)
            {
                end = PreventSelfTrade(number, maker, ref taker, ref settlement);
                if (end == MatchEnd.SelfTrade) break;
                continue;
            }

            ulong wanted = Math.Min(taker.RemainingLots, maker.RemainingLots);
            ulong lots = settlement.Afford(ref taker.Budget, maker.PriceTicks, wanted);
            end = MatchEnd.Funds;
            if (lots == 0) break;
            settlement.Fill(number, maker, lots);
            taker.Makers++;
            taker.RemainingLots -= lots;
            taker.TradedLots += lots;
            lastTicks = maker.PriceTicks;
            trades++;
            TakeLots(number, lots, executed: true, ref settlement.Counters);
            if (lots < wanted) break;
            end = MatchEnd.Done;
        }

        if (trades != 0)
        {
            ref InstrumentRecord instrument = ref _instruments.Change(taker.Instrument);
            instrument.LastPriceTicks = lastTicks;
            instrument.TradeCount += trades;
            instrument.VolumeLots += taker.TradedLots - tradedBefore;
        }

        return end;
    }

    /// <summary>True when <see cref="Match"/> would trade the whole order. Changes nothing.</summary>
    /// <remarks>
    /// An order that would lose lots to self-trade prevention cannot be filled completely. The budget of a market bid is judged without
    /// what its own resting orders would earn.
    /// </remarks>
    public bool CanFill(in IncomingOrder taker, in TSettlement settlement)
    {
        ulong missing = taker.RemainingLots;
        UInt128 budget = taker.Budget;
        int makers = 0;
        ref readonly InstrumentRecord top = ref _instruments[taker.Instrument];
        for (uint level = taker.Side == Side.Bid ? top.BestAsk : top.BestBid; level != 0; level = _tables.NextLevel(level))
        {
            if (!Meets(taker.Side, taker.LimitTicks, _levels[level].PriceTicks)) return false;
            for (uint number = _levels[level].Head; number != 0; number = _orders[number].Next)
            {
                if (makers++ == ExecutionContext.MaxMakersPerCommand) return false;
                ref readonly OrderRecord maker = ref _orders[number];
                if (!settlement.CanSettle(maker)) continue;
                if (taker.SelfTradePrevention != SelfTradePrevention.None && maker.QuoteAccount == taker.QuoteAccount)
                {
                    if (taker.SelfTradePrevention == SelfTradePrevention.CancelMaker) continue;
                    return false;
                }

                ulong lots = Math.Min(missing, maker.RemainingLots);
                if (settlement.Afford(ref budget, maker.PriceTicks, lots) < lots) return false;
                missing -= lots;
                if (missing == 0) return true;
            }
        }

        return false;
    }

    /// <summary>Cancels a resting order without a command of its owner.</summary>
    public void Cancel(uint number, CancelReason reason, ref IncomingOrder taker, ref TSettlement settlement) =>
        Cancel(number, _orders[number], _orders[number].RemainingLots, reason, ref taker, ref settlement);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Meets(Side side, long limitTicks, long restingTicks) => side == Side.Bid ? restingTicks <= limitTicks : restingTicks >= limitTicks;

    private MatchEnd PreventSelfTrade(uint number, in OrderRecord maker, ref IncomingOrder taker, ref TSettlement settlement)
    {
        switch (taker.SelfTradePrevention)
        {
            case SelfTradePrevention.CancelTaker:
                return MatchEnd.SelfTrade;
            case SelfTradePrevention.CancelMaker:
                Cancel(number, maker, maker.RemainingLots, CancelReason.SelfTradePrevention, ref taker, ref settlement);
                return MatchEnd.Done;
            case SelfTradePrevention.CancelBoth:
                Cancel(number, maker, maker.RemainingLots, CancelReason.SelfTradePrevention, ref taker, ref settlement);
                return MatchEnd.SelfTrade;
            default:
                ulong lots = Math.Min(taker.RemainingLots, maker.RemainingLots);
                Cancel(number, maker, lots, CancelReason.SelfTradePrevention, ref taker, ref settlement);
                taker.RemainingLots -= lots;
                return MatchEnd.Done;
        }
    }

    private void Cancel(
        uint number, in OrderRecord maker, ulong lots, CancelReason reason, ref IncomingOrder taker, ref TSettlement settlement)
    {
        settlement.Cancel(number, maker, lots, reason);
        taker.Makers++;
        TakeLots(number, lots, executed: false, ref settlement.Counters);
    }
}
