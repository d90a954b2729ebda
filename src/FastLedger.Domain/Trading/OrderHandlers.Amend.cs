// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Trading;

// Amendments, by the rule of Eurex T7: an order keeps its time priority only if its price stays and its quantity does not rise.
public sealed partial class OrderHandlers
{
    /// <summary>Changes price or quantity of an order. With a new price or a higher quantity it comes in again under its old id.</summary>
    /// <remarks>
    /// A total quantity of no more than what is executed ends the order. A refused amendment leaves the order as it was. Post-only and
    /// self-trade prevention are those it was placed with.
    /// </remarks>
    public ResultCode Amend(in ChangeOrderCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~(CommandFlags.Linked | CommandFlags.QuantityIsOpen)) != 0) return ResultCode.InvalidFlags;
        if (!HasZeroReserve(command)) return ResultCode.ReservedFieldNotZero;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        ResultCode code = Find(command.OrderId, out uint number);
        if (code != ResultCode.Ok) return code;
        ref readonly OrderRecord order = ref _ledger.Orders[number];
        ref readonly InstrumentRecord instrument = ref _ledger.Instruments[order.Instrument];
        if (instrument.State != InstrumentState.Open) return ResultCode.InstrumentHalted;
        long price = command.PriceTicks != 0 ? command.PriceTicks : order.PriceTicks;
        if (price < 1 || price > instrument.MaxPriceTicks) return ResultCode.InvalidPrice;

        ulong executed = order.QuantityLots - order.RemainingLots;
        ulong open = order.RemainingLots;
        if (command.QuantityLots != 0)
        {
            if (command.QuantityLots > instrument.MaxQuantityLots) return ResultCode.InvalidQuantity;
            if ((command.Flags & CommandFlags.QuantityIsOpen) != 0) open = command.QuantityLots;
            else open = command.QuantityLots > executed ? command.QuantityLots - executed : 0;
            if (executed + open > instrument.MaxQuantityLots) return ResultCode.InvalidQuantity;
        }

        if (open != 0 && (price != order.PriceTicks || open > order.RemainingLots)) return Replace(number, price, open, command, ref result);
        if (open < order.RemainingLots) TakeOff(number, order.RemainingLots - open, command.Number);
        result.Value = open == 0 ? UInt128.Zero : command.OrderId;
        return ResultCode.Ok;
    }

    /// <summary>Takes the order out and brings it in again at the end of the queue of its new price.</summary>
    private ResultCode Replace(uint number, long price, ulong open, in ChangeOrderCommand command, ref CommandResult result)
    {
        ref readonly OrderRecord old = ref _ledger.Orders[number];
        ref readonly InstrumentRecord instrument = ref _ledger.Instruments[old.Instrument];
        ResultCode code = CheckAccounts(instrument, old.BaseAccount, old.QuoteAccount);
        if (code != ResultCode.Ok) return code;
        IncomingOrder taker = new()
        {
            Instrument = old.Instrument,
            Side = old.Side,
            SelfTradePrevention = old.SelfTradePrevention,
            LimitTicks = price,
            RemainingLots = open,
            QuoteAccount = old.QuoteAccount,
        };
        if ((old.Flags & CommandFlags.PostOnly) != 0 && _book.Crosses(taker.Instrument, taker.Side, price)) return ResultCode.PostOnlyWouldTake;
        AccountSettlement settlement = new(
            _context, old.Instrument, command.Number, old.Side, old.BaseAccount, old.QuoteAccount, command.Code, bounded: false);
        UInt128 reserved = settlement.Reservation(old.Side, old.PriceTicks, old.RemainingLots);
        code = CheckFunds(instrument, settlement, taker, old.BaseAccount, reserved);
        if (code != ResultCode.Ok) return code;
        ref LedgerCounters counters = ref _ledger.Counters;
        if (!_book.HasRoomForLevel(counters)) return ResultCode.TableFull;

        settlement.Release(old, old.RemainingLots);
        ulong executed = old.QuantityLots - old.RemainingLots;
        _book.Leave(number, ref counters);
        MatchEnd end = _book.Match(ref taker, ref settlement);
        ref OrderRecord order = ref _ledger.Orders.Change(number);
        if (end == MatchEnd.Open)
        {
            order.PriceTicks = price;
            order.RemainingLots = taker.RemainingLots;
            order.QuantityLots = executed + taker.TradedLots + taker.RemainingLots;
            order.Sequence = _context.Sequence;
            _book.Enter(number, ref counters);
            settlement.Reserve(order);
        }
        else
        {
            _book.Free(number, ref counters);
        }

        result.Value = new UInt128(taker.TradedLots, end == MatchEnd.Open ? command.OrderId : 0);
        return ResultCode.Ok;
    }
}
