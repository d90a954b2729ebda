// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading;

namespace FastLedger.Network.Peers;

/// <summary>
/// The connections that did not prove themselves yet: a bounded number. When it is full a new one pushes the oldest out: a peer needs two
/// round trips, while junk stays, so a flood must bring the whole table's worth of connections within a peer's two round trips.
/// </summary>
/// <remarks>Thread: any. Blocks: a short lock.</remarks>
internal sealed class HalfOpenTable(int capacity)
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
    /// <returns>True when the oldest had to go for it.</returns>
    public bool Add(ulong id, Socket socket, long nowNs)
    {
        lock (_lock)
        {
            bool full = _byAge.Count == capacity;
            if (full) Close(_byAge.First!);
            _byId[id] = _byAge.AddLast(new Entry(id, socket, nowNs));
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

    /// <summary>Closes all.</summary>
    public void CloseAll() => CloseBefore(long.MaxValue);

    private void Close(LinkedListNode<Entry> node)
    {
        _byAge.Remove(node);
        _byId.Remove(node.Value.Id);
        node.Value.Socket.Dispose();
    }

    private readonly record struct Entry(ulong Id, Socket Socket, long SinceNs);
}
