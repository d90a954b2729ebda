// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;

namespace FastLedger.Network;

/// <summary>
/// The connections that did not prove themselves yet: a bounded number. When it is full a new one pushes the oldest out: who means it
/// needs two round trips, while junk stays, so a flood must bring the whole table's worth of connections within two round trips.
/// </summary>
/// <typeparam name="T">A connection.</typeparam>
/// <param name="capacity">Connections held at most, at least 1.</param>
/// <param name="close">Closes one that must go; called under the table's lock, so it must return at once.</param>
/// <remarks>Thread: any. Blocks: a short lock.</remarks>
public sealed class HalfOpenTable<T>(int capacity, Action<T> close)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, LinkedListNode<Entry>> _byId = [];
    private readonly LinkedList<Entry> _byAge = [];

    /// <summary>Connections held.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _byAge.Count;
        }
    }

    /// <summary>Adds a connection.</summary>
    /// <param name="id">Its number, never used before.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="nowNs">The time, nanoseconds of a clock that never goes back.</param>
    /// <returns>True when the oldest had to go for it.</returns>
    public bool Add(ulong id, T connection, long nowNs)
    {
        lock (_lock)
        {
            bool full = _byAge.Count == capacity;
            if (full) Close(_byAge.First!);
            _byId[id] = _byAge.AddLast(new Entry(id, connection, nowNs));
            return full;
        }
    }

    /// <summary>The connection proved itself or ended by itself.</summary>
    /// <returns>False when it had been closed from here before.</returns>
    public bool Remove(ulong id)
    {
        lock (_lock)
        {
            if (!_byId.Remove(id, out LinkedListNode<Entry>? node)) return false;
            _byAge.Remove(node);
            return true;
        }
    }

    /// <summary>Closes what came before a time.</summary>
    /// <returns>How many.</returns>
    public int CloseBefore(long timeNs)
    {
        int closed = 0;
        lock (_lock)
        {
            for (; _byAge.First is { } oldest && oldest.Value.SinceNs < timeNs; closed++) Close(oldest);
        }

        return closed;
    }

    /// <summary>Closes the oldest one.</summary>
    /// <returns>False when there is none.</returns>
    public bool CloseOldest()
    {
        lock (_lock)
        {
            if (_byAge.First is not { } oldest) return false;
            Close(oldest);
            return true;
        }
    }

    /// <summary>Closes all.</summary>
    public void CloseAll() => CloseBefore(long.MaxValue);

    private void Close(LinkedListNode<Entry> node)
    {
        _byAge.Remove(node);
        _byId.Remove(node.Value.Id);
        close(node.Value.Connection);
    }

    private readonly record struct Entry(ulong Id, T Connection, long SinceNs);
}
