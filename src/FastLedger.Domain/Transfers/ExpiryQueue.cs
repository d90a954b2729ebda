// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.State;

namespace FastLedger.Domain.Transfers;

/// <summary>
/// Derived: the pending transfers that have a timeout, earliest first, ties by record number. A binary heap with the place of each record
/// kept beside it, so that a resolved transfer leaves at once.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: no. Source: Williams' heap (Knuth, TAOCP 3, 5.2.3).</remarks>
public sealed class ExpiryQueue : IDerivedStructure, IDisposable
{
    private const uint Added = 1, Removed = 2;

    private readonly Table<PendingTransferRecord> _table;
    private readonly UndoLog _undo;
    private readonly byte _slot;
    private readonly Slab<uint> _heap;
    private readonly Slab<long> _times;
    private readonly PlaceMap _places;

    /// <summary>Creates an empty queue over <paramref name="table"/>.</summary>
    public ExpiryQueue(Table<PendingTransferRecord> table, UndoLog undo, int capacity)
    {
        _table = table;
        _undo = undo;
        _slot = undo.Attach(this);
        _heap = new Slab<uint>(capacity);
        _times = new Slab<long>(capacity);
        _places = new PlaceMap(capacity);
    }

    /// <summary>Pending transfers with a timeout.</summary>
    public int Count => _heap.Count;

    /// <summary>Block time at which the first one expires; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextNs => _heap.Count == 0 ? long.MaxValue : _times[0];

    /// <summary>Record number of the first one. The queue must not be empty.</summary>
    public uint First => _heap[0];

    /// <summary>Adds a pending transfer that has a timeout.</summary>
    public void Add(uint number)
    {
        Insert(number, _table[number].ExpiresAtNs);
        if (_undo.IsRecording) _undo.SaveDerived(_slot, Added, number, 0);
    }

    /// <summary>Removes a pending transfer that is in the queue.</summary>
    public void Remove(uint number)
    {
        long time = Delete(number);
        if (_undo.IsRecording) _undo.SaveDerived(_slot, Removed, number, (ulong)time);
    }

    /// <inheritdoc/>
    public void TakeBack(uint kind, ulong first, ulong second)
    {
        if (kind == Added) Delete((uint)first);
        else Insert((uint)first, (long)second);
    }

    /// <summary>Frees the queue.</summary>
    public void Dispose()
    {
        _heap.Dispose();
        _times.Dispose();
        _places.Dispose();
    }

    private void Insert(uint number, long time)
    {
        Invariant.Check(time > 0 && _places[number] == 0);
        int at = _heap.Count;
        _heap.Add() = number;
        _times.Add() = time;
        _places[number] = (uint)at + 1;
        Up(at);
    }

    private long Delete(uint number)
    {
        int at = (int)_places[number] - 1;
        Invariant.Check(at >= 0 && _heap[at] == number);
        long time = _times[at];
        int last = _heap.Count - 1;
        Swap(at, last);
        _heap.Truncate(last);
        _times.Truncate(last);
        _places[number] = 0;
        if (at < last)
        {
            Up(at);
            Down(at);
        }

        return time;
    }

    private void Up(int at)
    {
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (!Before(at, parent)) return;
            Swap(at, parent);
            at = parent;
        }
    }

    private void Down(int at)
    {
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _heap.Count) return;
            if (child + 1 < _heap.Count && Before(child + 1, child)) child++;
            if (!Before(child, at)) return;
            Swap(at, child);
            at = child;
        }
    }

    private bool Before(int a, int b) => _times[a] != _times[b] ? _times[a] < _times[b] : _heap[a] < _heap[b];

    private void Swap(int a, int b)
    {
        (_heap[a], _heap[b]) = (_heap[b], _heap[a]);
        (_times[a], _times[b]) = (_times[b], _times[a]);
        _places[_heap[a]] = (uint)a + 1;
        _places[_heap[b]] = (uint)b + 1;
    }
}
