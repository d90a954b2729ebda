// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

// The order commands, as their documentation says them.
internal sealed partial class NaiveMarket
{
    private sealed class Incoming
    {
        public required Order Order;
        public Int128? Budget;
        public ulong Traded;
        public bool Touched, Stopped, SelfTrade;
    }

    private (ResultCode Code, UInt128 Value) Place(in PlaceOrderCommand command)
    {
        bool market = command.Type == OrderType.Market;
        bool postOnly = (command.Flags & CommandFlags.PostOnly) != 0;
        bool rests = command.TimeInForce == TimeInForce.GoodTillCancel;
        if (market && (rests || postOnly)) return (ResultCode.InvalidOrder, 0);
        if (postOnly && !rests) return (ResultCode.InvalidOrder, 0);
        if (command.Instrument == 0 || command.Instrument >= Instruments.Count) return (ResultCode.UnknownInstrument, 0);
        CreateInstrumentCommand instrument = Instruments[(int)command.Instrument];
        if (States[(int)command.Instrument] == InstrumentState.Halted) return (ResultCode.InstrumentHalted, 0);
        if (command.PriceTicks > instrument.MaxPriceTicks || command.PriceTicks < 0 || (command.PriceTicks == 0 && !market)) return (ResultCode.InvalidPrice, 0);
        if (command.QuantityLots == 0 || command.QuantityLots > instrument.MaxQuantityLots) return (ResultCode.InvalidQuantity, 0);
        ResultCode code = Admit(instrument, command.BaseAccount, command.QuoteAccount);
        if (code != ResultCode.Ok) return (code, 0);

        var incoming = new Incoming
        {
            Order = new Order
            {
                Priority = Sequence,
                BaseAccount = command.BaseAccount,
                QuoteAccount = command.QuoteAccount,
                Number = command.Number,
                UserData = command.UserData64,
                Instrument = command.Instrument,
                Session = Session,
                Side = command.Side,
                Price = command.PriceTicks != 0 ? command.PriceTicks : command.Side == Side.Bid ? instrument.MaxPriceTicks : 1,
                Open = command.QuantityLots,
                Total = command.QuantityLots,
                Prevention = command.SelfTradePrevention,
                PostOnly = postOnly,
            },
        };
        Order order = incoming.Order;
        if (postOnly && Best(order) is not null) return (ResultCode.PostOnlyWouldTake, 0);
        Account quote = Accounts[(int)command.QuoteAccount]!;
        if (!market || command.Side == Side.Ask)
        {
            code = Fund(order, 0);
            if (code != ResultCode.Ok) return (code, 0);
        }
        else if ((quote.Flags & AccountFlags.Unlimited) == 0)
        {
            incoming.Budget = Int128.Max(0, quote.Available);
        }

        if (!market && rests && Orders.Count == _maxOrders) return (ResultCode.TableFull, 0);
        Match(incoming, command.Number);

        // The caller takes everything back when the code is not Ok.
        if (command.TimeInForce == TimeInForce.FillOrKill && incoming.Traded != command.QuantityLots) return (ResultCode.FillOrKillUnfilled, 0);
        if (incoming.SelfTrade && !incoming.Touched) return (ResultCode.SelfTradePrevented, 0);
        if (order.Open != 0 && !incoming.Stopped && rests) Rest(order, Allot());
        return (ResultCode.Ok, new UInt128(incoming.Traded, order.Id));
    }

    private (ResultCode Code, UInt128 Value) Cancel(in ChangeOrderCommand command)
    {
        (ResultCode code, Order? order) = Find(command.OrderId);
        if (order is null) return (code, 0);
        ulong lots = order.Open;
        Lose(order, lots);
        return (ResultCode.Ok, lots);
    }

    private (ResultCode Code, UInt128 Value) Reduce(in ChangeOrderCommand command)
    {
        if (command.QuantityLots == 0) return (ResultCode.InvalidQuantity, 0);
        (ResultCode code, Order? order) = Find(command.OrderId);
        if (order is null) return (code, 0);
        ulong lots = Math.Min(command.QuantityLots, order.Open);
        Lose(order, lots);
        return (ResultCode.Ok, lots);
    }

    private (ResultCode Code, UInt128 Value) Amend(in ChangeOrderCommand command)
    {
        (ResultCode code, Order? order) = Find(command.OrderId);
        if (order is null) return (code, 0);
        CreateInstrumentCommand instrument = Instruments[(int)order.Instrument];
        if (States[(int)order.Instrument] == InstrumentState.Halted) return (ResultCode.InstrumentHalted, 0);
        long price = command.PriceTicks == 0 ? order.Price : command.PriceTicks;
        if (price < 0 || price > instrument.MaxPriceTicks) return (ResultCode.InvalidPrice, 0);
        if (command.QuantityLots > instrument.MaxQuantityLots) return (ResultCode.InvalidQuantity, 0);
        ulong executed = order.Total - order.Open;
        ulong total = (command.QuantityLots, command.Flags & CommandFlags.QuantityIsOpen) switch
        {
            (0, _) => order.Total,
            (_, CommandFlags.QuantityIsOpen) => executed + command.QuantityLots,
            _ => command.QuantityLots,
        };
        if (total > instrument.MaxQuantityLots) return (ResultCode.InvalidQuantity, 0);
        if (total <= executed)
        {
            Lose(order, order.Open);
            return (ResultCode.Ok, 0);
        }

        if (price == order.Price && total <= order.Total)
        {
            if (total < order.Total) Lose(order, order.Total - total);
            return (ResultCode.Ok, command.OrderId);
        }

        code = Admit(instrument, order.BaseAccount, order.QuoteAccount);
        if (code != ResultCode.Ok) return (code, 0);
        Int128 reserved = Reservation(order);
        ulong id = order.Id;
        Order again = order.Copy();
        again.Price = price;
        again.Open = total - executed;
        again.Total = total;
        again.Priority = Sequence;
        if (again.PostOnly && Best(again) is not null) return (ResultCode.PostOnlyWouldTake, 0);
        code = Fund(again, reserved);
        if (code != ResultCode.Ok) return (code, 0);

        Orders.Remove(order);
        Reserver(order).Reserved -= reserved;
        var incoming = new Incoming { Order = again };
        Match(incoming, command.Number);
        if (again.Open != 0 && !incoming.Stopped) Rest(again, id);
        else Free.Add(RecordId.Number(id));
        bool resting = again.Open != 0 && !incoming.Stopped;
        return (ResultCode.Ok, new UInt128(incoming.Traded, resting ? id : 0));
    }

    private (ResultCode Code, UInt128 Value) MassCancel(MassCancelCommand command)
    {
        if (command.QuoteAccount == 0 && command.Instrument == 0) return (ResultCode.InvalidOrder, 0);
        bool owner = command.QuoteAccount != 0 && Accounts[(int)command.QuoteAccount]!.Policy == Policy;
        bool creator = command.Instrument != 0 && Creators[(int)command.Instrument] == Policy;
        if (!owner && !creator) return (ResultCode.Unauthorized, 0);
        Order[] named = [.. Orders
            .Where(o => command.QuoteAccount == 0 || o.QuoteAccount == command.QuoteAccount)
            .Where(o => command.Instrument == 0 || o.Instrument == command.Instrument)
            .OrderBy(o => o.Priority)];
        foreach (Order order in named) Withdraw(order, order.Open, CancelReason.MassCancel, Side.Bid, command.Number);
        return (ResultCode.Ok, (ulong)named.Length);
    }

    private ResultCode Admit(in CreateInstrumentCommand instrument, ulong baseAccount, ulong quoteAccount)
    {
        if (baseAccount == 0 || quoteAccount == 0 || baseAccount >= (ulong)Accounts.Count || quoteAccount >= (ulong)Accounts.Count) return ResultCode.UnknownAccount;
        Account @base = Accounts[(int)baseAccount]!, quote = Accounts[(int)quoteAccount]!;
        if (@base.Asset != instrument.BaseAsset || quote.Asset != instrument.QuoteAsset) return ResultCode.WrongOrderAccount;
        if (((@base.Flags | quote.Flags) & AccountFlags.CreditsMustNotExceedDebits) != 0) return ResultCode.WrongOrderAccount;
        if (@base.Policy != Policy || quote.Policy != Policy) return ResultCode.Unauthorized;
        if (((@base.Flags | quote.Flags) & AccountFlags.Closed) != 0) return ResultCode.AccountClosed;
        if (@base.IsBlocked || quote.IsBlocked) return ResultCode.AccountFrozen;
        return Accounts[(int)instrument.FeeAccount]!.IsBlocked ? ResultCode.FeeAccountUnavailable : ResultCode.Ok;
    }

    private ResultCode Fund(Order order, Int128 reserved)
    {
        Int128 needed = Reservation(order);
        if (needed > (Int128)Command.MaxAmount) return ResultCode.NotionalTooLarge;
        if ((Int128)order.Price * order.Open * Instruments[(int)order.Instrument].TickValue > (Int128)Command.MaxAmount) return ResultCode.NotionalTooLarge;
        Account account = Reserver(order);
        bool covered = (account.Flags & AccountFlags.Unlimited) != 0 || account.Available + reserved >= needed;
        return covered ? ResultCode.Ok : ResultCode.ExceedsBalance;
    }

    private (ResultCode Code, Order? Order) Find(ulong id)
    {
        Order? order = Orders.Find(o => o.Id == id);
        if (order is null) return (ResultCode.UnknownOrder, null);
        return Accounts[(int)order.QuoteAccount]!.Policy == Policy ? (ResultCode.Ok, order) : (ResultCode.Unauthorized, null);
    }

    private ulong Allot()
    {
        uint number;
        if (Free.Count != 0)
        {
            number = Free[^1];
            Free.RemoveAt(Free.Count - 1);
        }
        else
        {
            number = (uint)Generations.Count + 1;
        }

        Generations[number] = Generations.GetValueOrDefault(number) + 1;
        return RecordId.Of(number, Generations[number]);
    }

    private void Rest(Order order, ulong id)
    {
        order.Id = id;
        Orders.Add(order);
        Reserver(order).Reserved += Reservation(order);
    }

    private Account Reserver(Order order) => Accounts[(int)(order.Side == Side.Bid ? order.QuoteAccount : order.BaseAccount)]!;
}
