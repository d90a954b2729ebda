// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.OrderFlow;

/// <summary>The book as the record tells it: it only follows rows and never matches. It serves to judge the record, and to fold the
/// phase before an opening auction into one opening book.</summary>
internal sealed class RecordedBook
{
    private readonly Dictionary<ulong, Order> _orders = [];
    private readonly Dictionary<long, LinkedList<ulong>> _bids = [], _asks = [];
    private readonly SortedSet<long> _bidPrices = [], _askPrices = [];

    /// <summary>An order as it is shown. <see cref="Open"/> falls below zero while more is filled than was shown.</summary>
    internal sealed record Order(Side Side, long PriceTicks, LinkedListNode<ulong> Place)
    {
        public long Open { get; set; }

        /// <summary>It is a later slice of an iceberg.</summary>
        public bool IsSlice { get; init; }
    }

    public Order? Find(ulong order) => _orders.GetValueOrDefault(order);

    /// <summary>Puts an order at the back of its level.</summary>
    public void Add(ulong order, Side side, long priceTicks, ulong size, bool isSlice = false)
    {
        Dictionary<long, LinkedList<ulong>> levels = side == Side.Bid ? _bids : _asks;
        if (!levels.TryGetValue(priceTicks, out LinkedList<ulong>? level))
        {
            levels.Add(priceTicks, level = new LinkedList<ulong>());
            (side == Side.Bid ? _bidPrices : _askPrices).Add(priceTicks);
        }

        _orders.Add(order, new Order(side, priceTicks, level.AddLast(order)) { Open = (long)size, IsSlice = isSlice });
    }

    public void Remove(ulong order)
    {
        if (!_orders.Remove(order, out Order? found)) return;
        LinkedList<ulong> level = found.Place.List!;
        level.Remove(found.Place);
        if (level.Count != 0) return;
        (found.Side == Side.Bid ? _bids : _asks).Remove(found.PriceTicks);
        (found.Side == Side.Bid ? _bidPrices : _askPrices).Remove(found.PriceTicks);
    }

    /// <summary>Changes an order: it keeps its place only at the same price and with no more than its open size.</summary>
    public void Modify(ulong order, Order found, long priceTicks, ulong size)
    {
        if (priceTicks == found.PriceTicks && (long)size <= found.Open)
        {
            found.Open = (long)size;
            return;
        }

        Remove(order);
        Add(order, found.Side, priceTicks, size, isSlice: found.Open <= 0);
    }

    /// <summary>True when the order is the oldest with an open size at the best price of its side.</summary>
    public bool IsFirst(ulong order)
    {
        if (!_orders.TryGetValue(order, out Order? found)) return false;
        SortedSet<long> prices = found.Side == Side.Bid ? _bidPrices : _askPrices;
        Dictionary<long, LinkedList<ulong>> levels = found.Side == Side.Bid ? _bids : _asks;
        foreach (long price in found.Side == Side.Bid ? prices.Reverse() : prices)
        {
            foreach (ulong candidate in levels[price])
            {
                if (candidate == order) return true;
                // What was filled completely leaves with its own row, which follows the fills.
                if (_orders[candidate].Open > 0) return false;
            }
        }

        return false;
    }

    /// <summary>All orders, level by level from the best price, oldest first: bids, then asks.</summary>
    public IEnumerable<(ulong Order, Order State)> InPriority()
    {
        foreach (long price in _bidPrices.Reverse())
        {
            foreach (ulong order in _bids[price]) yield return (order, _orders[order]);
        }

        foreach (long price in _askPrices)
        {
            foreach (ulong order in _asks[price]) yield return (order, _orders[order]);
        }
    }
}
