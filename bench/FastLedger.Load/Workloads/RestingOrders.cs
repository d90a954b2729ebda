// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.Load.Workloads;

/// <summary>A bag of order ids from which any can be drawn in constant time: the last moves into the gap.</summary>
/// <remarks>Thread: one. Alloc: none after construction.</remarks>
internal sealed class RestingOrders(int capacity)
{
    private readonly ulong[] _orders = new ulong[capacity];

    public int Count { get; private set; }

    /// <summary>Adds an order; a full bag forgets it, which leaves it resting for good.</summary>
    public void Add(ulong order)
    {
        if (Count < _orders.Length) _orders[Count++] = order;
    }

    /// <summary>The order at a place, 0 … <see cref="Count"/> − 1.</summary>
    public ulong Peek(uint place)
    {
        Invariant.Check(place < (uint)Count);
        return _orders[place];
    }

    /// <summary>Takes the order at a place out.</summary>
    public ulong Take(uint place)
    {
        ulong order = Peek(place);
        _orders[place] = _orders[--Count];
        return order;
    }
}
