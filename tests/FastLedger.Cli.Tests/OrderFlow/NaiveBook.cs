// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Primitives.Commands;

namespace FastLedger.Cli.Tests.OrderFlow;

/// <summary>Price-time priority in the plainest form: sorted maps of queues. The reference for real order flow and for the book
/// stream; it knows no accounts, fees or self-trade prevention.</summary>
internal sealed class NaiveBook
{
    private readonly SortedDictionary<long, LinkedList<ulong>> _bids = new(Comparer<long>.Create(static (left, right) => right.CompareTo(left)));
    private readonly SortedDictionary<long, LinkedList<ulong>> _asks = [];
    private readonly Dictionary<ulong, Resting> _orders = [];

    private sealed class Resting
    {
        public required Side Side { get; init; }
        public required long PriceTicks { get; set; }
        public required ulong OpenLots { get; set; }
        public required LinkedListNode<ulong> Place { get; set; }
    }

    public int Count => _orders.Count;

    public bool Contains(ulong order) => _orders.ContainsKey(order);

    /// <summary>Matches, and rests what is left when <paramref name="rests"/>.</summary>
    public ulong Place(ulong order, Side side, long priceTicks, ulong lots, bool rests, Action<ulong, ulong> fill)
    {
        SortedDictionary<long, LinkedList<ulong>> opposite = side == Side.Bid ? _asks : _bids;
        while (lots > 0 && opposite.Count > 0)
        {
            (long best, LinkedList<ulong> level) = opposite.First();
            if (side == Side.Bid ? best > priceTicks : best < priceTicks) break;
            ulong maker = level.First!.Value;
            ulong traded = Math.Min(lots, _orders[maker].OpenLots);
            lots -= traded;
            _orders[maker].OpenLots -= traded;
            if (_orders[maker].OpenLots == 0) Remove(maker);
            fill(maker, traded);
        }

        if (lots == 0 || !rests) return lots;
        SortedDictionary<long, LinkedList<ulong>> own = side == Side.Bid ? _bids : _asks;
        if (!own.TryGetValue(priceTicks, out LinkedList<ulong>? queue)) own.Add(priceTicks, queue = []);
        _orders.Add(order, new Resting { Side = side, PriceTicks = priceTicks, OpenLots = lots, Place = queue.AddLast(order) });
        return lots;
    }

    public bool Cancel(ulong order)
    {
        if (!_orders.ContainsKey(order)) return false;
        Remove(order);
        return true;
    }

    /// <summary>New price and open quantity; the place is kept at the same price and with no more than the open quantity.</summary>
    public bool Amend(ulong order, long priceTicks, ulong openLots, Action<ulong, ulong> fill)
    {
        if (!_orders.TryGetValue(order, out Resting? found)) return false;
        if (found.PriceTicks == priceTicks && openLots <= found.OpenLots)
        {
            found.OpenLots = openLots;
            return true;
        }

        Remove(order);
        Place(order, found.Side, priceTicks, openLots, rests: true, fill);
        return true;
    }

    private void Remove(ulong order)
    {
        _orders.Remove(order, out Resting? found);
        LinkedList<ulong> queue = found!.Place.List!;
        queue.Remove(found.Place);
        if (queue.Count == 0) (found.Side == Side.Bid ? _bids : _asks).Remove(found.PriceTicks);
    }
}
