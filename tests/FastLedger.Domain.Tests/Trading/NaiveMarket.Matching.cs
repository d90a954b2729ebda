// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Trading;

// Matching: look at all orders, take the best and oldest, trade, start over.
internal sealed partial class NaiveMarket
{
    private Order? Best(Order incoming)
    {
        Order? best = null;
        foreach (Order order in Orders)
        {
            if (order.Instrument != incoming.Instrument || order.Side == incoming.Side) continue;
            if (incoming.Side == Side.Bid ? order.Price > incoming.Price : order.Price < incoming.Price) continue;
            if (best is null) best = order;
            else if (order.Price == best.Price ? order.Priority < best.Priority : (order.Price < best.Price) == (incoming.Side == Side.Bid)) best = order;
        }

        return best;
    }

    private void Match(Incoming incoming, ulong number)
    {
        Order taker = incoming.Order;
        while (taker.Open != 0 && !incoming.Stopped && Best(taker) is { } maker)
        {
            ulong lots = Math.Min(taker.Open, maker.Open);
            if (Accounts[(int)maker.BaseAccount]!.IsBlocked || Accounts[(int)maker.QuoteAccount]!.IsBlocked)
            {
                incoming.Touched = true;
                Withdraw(maker, maker.Open, CancelReason.AccountUnavailable, taker.Side, number);
            }
            else if (maker.QuoteAccount == taker.QuoteAccount && taker.Prevention != SelfTradePrevention.None)
            {
                if (taker.Prevention == SelfTradePrevention.Decrement)
                {
                    taker.Open -= lots;
                    taker.Total -= lots;
                }

                if (taker.Prevention is SelfTradePrevention.CancelTaker or SelfTradePrevention.CancelBoth) incoming.Stopped = incoming.SelfTrade = true;
                if (taker.Prevention == SelfTradePrevention.CancelTaker) continue;
                incoming.Touched = true;
                Withdraw(
                    maker, taker.Prevention == SelfTradePrevention.Decrement ? lots : maker.Open, CancelReason.SelfTradePrevention, taker.Side, number);
            }
            else
            {
                Trade(incoming, maker, lots, number);
            }
        }
    }

    private void Trade(Incoming incoming, Order maker, ulong wanted, ulong number)
    {
        Order taker = incoming.Order;
        CreateInstrumentCommand instrument = Instruments[(int)taker.Instrument];
        ulong lots = wanted;
        while (lots > 0 && incoming.Budget is { } budget && Cost(lots) > budget) lots--;
        incoming.Stopped = lots < wanted;
        if (lots == 0) return;
        if (incoming.Budget is not null) incoming.Budget -= Cost(lots);

        Int128 notional = (Int128)maker.Price * lots * instrument.TickValue;
        Int128 takerFee = notional * instrument.TakerFeePpm / 1_000_000;
        Int128 makerFee = notional * instrument.MakerFeePpm / 1_000_000;
        (Order buyer, Order seller) = taker.Side == Side.Bid ? (taker, maker) : (maker, taker);
        Events.Add(Tell(OrderEventKind.Fill, maker, lots, taker.Side, number) with
        {
            TradeId = ++Trades,
            MakerFee = makerFee,
            TakerFee = takerFee,
        });
        Reserver(maker).Reserved -= Reservation(maker);
        maker.Open -= lots;
        Reserver(maker).Reserved += Reservation(maker);
        taker.Open -= lots;
        incoming.Traded += lots;
        incoming.Touched = true;
        Pay(seller.BaseAccount, buyer.BaseAccount, (Int128)lots * instrument.LotSize);
        Pay(buyer.QuoteAccount, seller.QuoteAccount, notional);
        Pay(taker.QuoteAccount, instrument.FeeAccount, takerFee);
        Pay(maker.QuoteAccount, instrument.FeeAccount, makerFee);
        if (maker.Open == 0) Remove(maker);

        Int128 Cost(ulong lots)
        {
            Int128 price = (Int128)maker.Price * lots * instrument.TickValue;
            return price + (price * instrument.TakerFeePpm / 1_000_000);
        }
    }

    private void Pay(ulong debit, ulong credit, Int128 amount)
    {
        // Division rounds toward zero, so a rebate is a negative amount rounded the same way; it flows back.
        if (amount < 0) (debit, credit, amount) = (credit, debit, -amount);
        Accounts[(int)debit]!.Debits += amount;
        Accounts[(int)credit]!.Credits += amount;
    }

    /// <summary>Takes lots off a resting order and tells its session.</summary>
    private void Withdraw(Order order, ulong lots, CancelReason reason, Side takerSide, ulong number)
    {
        Events.Add(Tell(OrderEventKind.Cancelled, order, lots, takerSide, number) with { Reason = reason });
        Lose(order, lots);
    }

    /// <summary>Takes lots off a resting order.</summary>
    private void Lose(Order order, ulong lots)
    {
        Reserver(order).Reserved -= Reservation(order);
        order.Open -= lots;
        order.Total -= lots;
        Reserver(order).Reserved += Reservation(order);
        if (order.Open == 0) Remove(order);
    }

    private void Remove(Order order)
    {
        Orders.Remove(order);
        Free.Add(RecordId.Number(order.Id));
    }

    private OrderEvent Tell(OrderEventKind kind, Order order, ulong lots, Side takerSide, ulong number) => new()
    {
        Kind = kind,
        Instrument = order.Instrument,
        OrderId = order.Id,
        OrderNumber = order.Number,
        Session = order.Session,
        TakerSession = Session,
        Sequence = Sequence,
        TakerNumber = number,
        PriceTicks = order.Price,
        QuantityLots = lots,
        RemainingLots = order.Open - lots,
        TakerSide = takerSide,
        UserData64 = order.UserData,
    };
}
