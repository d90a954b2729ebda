// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;

namespace FastLedger.Node.Edge;

/// <summary>The connections of this process by slot. An id that outlives its connection finds nothing.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: a short lock on add and remove.</remarks>
internal sealed class ConnectionTable
{
    private readonly ClientConnection?[] _slots;
    private readonly uint[] _generations;
    private readonly int[] _free;
    private readonly Lock _lock = new();
    private int _freeCount;

    public ConnectionTable(int capacity)
    {
        _slots = new ClientConnection?[capacity];
        _generations = new uint[capacity];
        _free = new int[capacity];
        for (int i = 0; i < capacity; i++) _free[i] = capacity - 1 - i;
        _freeCount = capacity;
    }

    /// <summary>Connections that there is room for.</summary>
    public int Free => Volatile.Read(ref _freeCount);

    /// <summary>Connections held.</summary>
    public int Count => _slots.Length - Volatile.Read(ref _freeCount);

    /// <summary>Reserves a slot.</summary>
    /// <returns>False when all are taken.</returns>
    public bool TryReserve(out ConnectionId id)
    {
        lock (_lock)
        {
            if (_freeCount == 0)
            {
                id = ConnectionId.None;
                return false;
            }

            int slot = _free[--_freeCount];
            id = new ConnectionId(slot, ++_generations[slot]);
            return true;
        }
    }

    /// <summary>Puts a connection into its slot.</summary>
    public void Set(ClientConnection connection) => Volatile.Write(ref _slots[connection.Id.Slot], connection);

    /// <summary>Frees the slot of a connection that ended.</summary>
    public void Remove(ConnectionId id)
    {
        lock (_lock)
        {
            Invariant.Check(_generations[id.Slot] == id.Generation);
            Volatile.Write(ref _slots[id.Slot], null);
            _free[_freeCount++] = id.Slot;
        }
    }

    /// <summary>The connection, if it still lives.</summary>
    public ClientConnection? Find(ConnectionId id)
    {
        ClientConnection? connection = id.IsNone ? null : Volatile.Read(ref _slots[id.Slot]);
        return connection is not null && connection.Id == id ? connection : null;
    }

    /// <summary>Calls <paramref name="action"/> for every connection.</summary>
    public void ForEach(Action<ClientConnection> action)
    {
        for (int i = 0; i < _slots.Length; i++)
            if (Volatile.Read(ref _slots[i]) is { } connection) action(connection);
    }
}
