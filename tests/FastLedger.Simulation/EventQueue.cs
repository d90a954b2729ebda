// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Simulation;

/// <summary>A binary heap of events, by time, then by order of insertion.</summary>
public sealed class EventQueue
{
    private SimulatedEvent[] _heap = new SimulatedEvent[1024];
    private ulong _order;

    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        _order = 0;
    }

    public void Push(ulong timeNs, SimulatedEventKind kind, int instance, int from = 0, int frame = 0, uint incarnation = 0)
    {
        if (Count == _heap.Length) Array.Resize(ref _heap, 2 * Count);
        var entry = new SimulatedEvent(timeNs, _order++, kind, (short)instance, (short)from, frame, incarnation);
        int hole = Count++;
        while (hole > 0)
        {
            int parent = (hole - 1) / 2;
            if (!Before(entry, _heap[parent])) break;
            _heap[hole] = _heap[parent];
            hole = parent;
        }

        _heap[hole] = entry;
    }

    public SimulatedEvent Pop()
    {
        SimulatedEvent first = _heap[0];
        SimulatedEvent last = _heap[--Count];
        int hole = 0;
        while (true)
        {
            int child = 2 * hole + 1;
            if (child >= Count) break;
            if (child + 1 < Count && Before(_heap[child + 1], _heap[child])) child++;
            if (!Before(_heap[child], last)) break;
            _heap[hole] = _heap[child];
            hole = child;
        }

        _heap[hole] = last;
        return first;
    }

    private static bool Before(in SimulatedEvent left, in SimulatedEvent right) =>
        left.TimeNs != right.TimeNs ? left.TimeNs < right.TimeNs : left.Order < right.Order;
}
