// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Domain.Trading;

/// <summary>
/// The orders of one instrument, oldest time priority first: a merge of the queues of its price levels through a binary heap of their
/// heads. Filled anew for each use, so ordinary commands keep no list per instrument.
/// </summary>
/// <remarks>
/// <see cref="Fill"/> takes time in the price levels of the instrument, each <see cref="TryTakeOldest"/> in their logarithm. Thread: executor
/// only. Alloc: none after construction. Blocks: page faults on first touch. Source: Floyd's heap construction (Knuth, TAOCP 3, 5.2.3).
/// </remarks>
internal sealed class AgeQueue : IDisposable
{
    private readonly BookTables _tables;
    private readonly Slab<uint> _heads;

    public AgeQueue(BookTables tables)
    {
        _tables = tables;
        _heads = new Slab<uint>((int)tables.Levels.Capacity);
    }

    /// <summary>Forgets what was left and starts with all orders of <paramref name="instrument"/>.</summary>
    public void Fill(uint instrument)
    {
        _heads.Clear();
        AddSide(_tables.Instruments[instrument].BestBid);
        AddSide(_tables.Instruments[instrument].BestAsk);
        for (int at = (_heads.Count / 2) - 1; at >= 0; at--) Down(at);
    }

    /// <summary>Takes the oldest order out of the queue; it may be cancelled then.</summary>
    public bool TryTakeOldest(out uint order)
    {
        if (_heads.Count == 0)
        {
            order = 0;
            return false;
        }

        order = _heads[0];
        uint next = _tables.Orders[order].Next;
        if (next != 0)
        {
            _heads[0] = next;
        }
        else
        {
            _heads[0] = _heads[_heads.Count - 1];
            _heads.Truncate(_heads.Count - 1);
        }

        Down(0);
        return true;
    }

    /// <summary>Frees the queue.</summary>
    public void Dispose() => _heads.Dispose();

    private void AddSide(uint level)
    {
        for (; level != 0; level = _tables.NextLevel(level)) _heads.Add() = _tables.Levels[level].Head;
    }

    private void Down(int at)
    {
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _heads.Count) return;
            if (child + 1 < _heads.Count && Age(child + 1) < Age(child)) child++;
            if (Age(at) <= Age(child)) return;
            (_heads[at], _heads[child]) = (_heads[child], _heads[at]);
            at = child;
        }
    }

    private ulong Age(int at) => _tables.Orders[_heads[at]].Sequence;
}
