// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;

namespace FastLedger.Primitives;

/// <summary>A list of bounded capacity in native memory: adds at the end, is cut back or cleared, never moves.</summary>
/// <typeparam name="T">A struct without references.</typeparam>
/// <remarks>Thread: one at a time. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed unsafe class Slab<T> : IDisposable where T : unmanaged
{
    private readonly ReservedMemory _memory;
    private readonly T* _items;

    /// <summary>Reserves room for <paramref name="capacity"/> items.</summary>
    public Slab(int capacity)
    {
        Invariant.Check(capacity > 0);
        Capacity = capacity;
        _memory = new ReservedMemory((nuint)capacity * (uint)sizeof(T));
        _items = (T*)_memory.Pointer;
    }

    /// <summary>Items it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Items it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The items.</summary>
    public Span<T> Items => new(_items, Count);

    /// <summary>One item.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Invariant.Check((uint)index < (uint)Count);
            return ref _items[index];
        }
    }

    /// <summary>Makes room for one more item, whose content is whatever stood there, and returns it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Add()
    {
        Invariant.Check(Count < Capacity);
        return ref _items[Count++];
    }

    /// <summary>Cuts the list back to its first <paramref name="count"/> items.</summary>
    public void Truncate(int count)
    {
        Invariant.Check((uint)count <= (uint)Count);
        Count = count;
    }

    /// <summary>Forgets all items.</summary>
    public void Clear() => Count = 0;

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _memory.Dispose();
}
