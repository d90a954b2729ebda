// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.State;

namespace FastLedger.Domain.Trading;

/// <summary>
/// Derived: which price level stands at which price of which instrument. One 64-ary trie per instrument over the digits of the price in
/// base 64, at most six for prices up to 2^36 − 1 and only as many as the instrument's highest price has. A node is a bitmap of its
/// occupied places and 64 numbers: nodes below, or price levels in a leaf.
/// </summary>
/// <remarks>
/// Both sides of a book share the trie: a book is never crossed, so every price below the best bid belongs to a bid, every price above the
/// best ask to an ask, and no price to both.
/// <para>Nodes that become empty go back to a free list, so the nodes in use are a function of the occupied prices alone. That makes
/// <see cref="HasRoom"/> the same on every replica, also after <see cref="BookTables.Rebuild"/>; who wants to insert asks it first and
/// answers <see cref="ResultCode.TableFull"/> before anything changed.</para>
/// <para>No path is cached: on a book of 100 levels a trie of six digits is as fast as one of three (57 ns per command of the book stream in
/// both cases), because its few nodes stay in the nearest cache.</para>
/// Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.
/// </remarks>
public sealed unsafe class PriceIndex : IDerivedStructure, IDisposable
{
    /// <summary>Highest price in ticks.</summary>
    public const long MaxPriceTicks = (1L << (DigitBits * MaxDigits)) - 1;

    private const int DigitBits = 6;
    private const int Fanout = 1 << DigitBits;
    private const int MaxDigits = 6;
    private const uint Inserted = 1, Removed = 2;

    private readonly UndoLog _undo;
    private readonly byte _slot;
    private readonly uint _nodeCapacity, _instrumentCapacity;
    private readonly ReservedMemory _childMemory, _occupiedMemory, _rootMemory;
    private readonly uint* _children;
    private readonly ulong* _occupied;
    private readonly Root* _roots;
    private uint _nodeCount = 1;
    private uint _freeNode;

    /// <summary>Creates an empty index.</summary>
    /// <param name="undo">Takes changes back with a failing chain.</param>
    /// <param name="instruments">Instrument numbers, 0 included.</param>
    /// <param name="nodes">Nodes over all instruments, 264 bytes each, backed by memory as they are first used.</param>
    public PriceIndex(UndoLog undo, uint instruments, uint nodes)
    {
        Invariant.Check(nodes > MaxDigits);
        _undo = undo;
        _slot = undo.Attach(this);
        _nodeCapacity = nodes;
        _instrumentCapacity = instruments;
        _childMemory = new ReservedMemory((nuint)nodes * Fanout * sizeof(uint), hugePages: true);
        _occupiedMemory = new ReservedMemory((nuint)nodes * sizeof(ulong));
        _rootMemory = new ReservedMemory((nuint)instruments * (uint)sizeof(Root));
        _children = (uint*)_childMemory.Pointer;
        _occupied = (ulong*)_occupiedMemory.Pointer;
        _roots = (Root*)_rootMemory.Pointer;
    }

    /// <summary>Nodes in use.</summary>
    public uint UsedNodes { get; private set; }

    /// <summary>True when one more price fits for certain.</summary>
    public bool HasRoom => UsedNodes + MaxDigits < _nodeCapacity;

    /// <summary>Prepares the trie of a new instrument.</summary>
    /// <param name="instrument">Its number.</param>
    /// <param name="highestTicks">Its highest price, 1 … <see cref="MaxPriceTicks"/>.</param>
    /// <remarks>Needs no undo: the number of an instrument that a failing chain took back is prepared anew before it is used.</remarks>
    public void Open(uint instrument, long highestTicks)
    {
        Invariant.Check(instrument < _instrumentCapacity && highestTicks is > 0 and <= MaxPriceTicks);
        Invariant.Check(_roots[instrument].Node == 0);
        _roots[instrument].Shift = BitOperations.Log2((ulong)highestTicks) / DigitBits * DigitBits;
    }

    /// <summary>The price level at a price, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Find(uint instrument, long priceTicks)
    {
        Invariant.Check(instrument < _instrumentCapacity);
        Root root = _roots[instrument];
        uint node = root.Node;

        // Node 0 is empty for ever, so a path that ends early runs through it to the answer 0 without a branch per digit.
        for (int shift = root.Shift; shift >= 0; shift -= DigitBits) node = _children[Place(node, priceTicks, shift)];
        return node;
    }

    /// <summary>Adds a price level at a price that has none. Ask <see cref="HasRoom"/> first.</summary>
    public void Insert(uint instrument, long priceTicks, uint level)
    {
        Link(instrument, priceTicks, level);
        if (_undo.IsRecording) _undo.SaveDerived(_slot, Inserted, Key(instrument, priceTicks), level);
    }

    /// <summary>Removes the price level at a price that has one.</summary>
    public void Remove(uint instrument, long priceTicks)
    {
        uint level = Unlink(instrument, priceTicks);
        if (_undo.IsRecording) _undo.SaveDerived(_slot, Removed, Key(instrument, priceTicks), level);
    }

    /// <summary>The level at the lowest occupied price above a price, or 0.</summary>
    public uint NextAbove(uint instrument, long priceTicks)
    {
        Invariant.Check(instrument < _instrumentCapacity && priceTicks is >= 0 and <= MaxPriceTicks);
        Root root = _roots[instrument];
        uint node = root.Node, fork = 0;
        int forkShift = 0;
        ulong forkPlaces = 0;
        for (int shift = root.Shift; shift >= 0; shift -= DigitBits)
        {
            // Twice by one, because a shift by 64 is a shift by 0.
            ulong higher = _occupied[node] & (ulong.MaxValue << Digit(priceTicks, shift) << 1);
            if (higher != 0) (fork, forkShift, forkPlaces) = (node, shift, higher);
            node = _children[Place(node, priceTicks, shift)];
        }

        if (forkPlaces == 0) return 0;
        node = _children[((nuint)fork * Fanout) + (uint)BitOperations.TrailingZeroCount(forkPlaces)];
        for (int shift = forkShift - DigitBits; shift >= 0; shift -= DigitBits)
            node = _children[((nuint)node * Fanout) + (uint)BitOperations.TrailingZeroCount(_occupied[node])];
        return node;
    }

    /// <summary>The level at the highest occupied price below a price, or 0.</summary>
    public uint NextBelow(uint instrument, long priceTicks)
    {
        Invariant.Check(instrument < _instrumentCapacity && priceTicks is >= 0 and <= MaxPriceTicks);
        Root root = _roots[instrument];
        uint node = root.Node, fork = 0;
        int forkShift = 0;
        ulong forkPlaces = 0;
        for (int shift = root.Shift; shift >= 0; shift -= DigitBits)
        {
            ulong lower = _occupied[node] & ~(ulong.MaxValue << Digit(priceTicks, shift));
            if (lower != 0) (fork, forkShift, forkPlaces) = (node, shift, lower);
            node = _children[Place(node, priceTicks, shift)];
        }

        if (forkPlaces == 0) return 0;
        node = _children[((nuint)fork * Fanout) + (uint)BitOperations.Log2(forkPlaces)];
        for (int shift = forkShift - DigitBits; shift >= 0; shift -= DigitBits)
            node = _children[((nuint)node * Fanout) + (uint)BitOperations.Log2(_occupied[node])];
        return node;
    }

    /// <inheritdoc/>
    public void TakeBack(uint kind, ulong first, ulong second)
    {
        uint instrument = (uint)(first >> (DigitBits * MaxDigits));
        long priceTicks = (long)first & MaxPriceTicks;
        if (kind == Inserted) Invariant.Check(Unlink(instrument, priceTicks) == (uint)second);
        else Link(instrument, priceTicks, (uint)second);
    }

    /// <summary>Forgets all prices and instruments.</summary>
    public void Clear()
    {
        _childMemory.Clear();
        _occupiedMemory.Clear();
        _rootMemory.Clear();
        _nodeCount = 1;
        _freeNode = 0;
        UsedNodes = 0;
    }

    /// <summary>Frees the index.</summary>
    public void Dispose()
    {
        _childMemory.Dispose();
        _occupiedMemory.Dispose();
        _rootMemory.Dispose();
    }

    private static ulong Key(uint instrument, long priceTicks) => ((ulong)instrument << (DigitBits * MaxDigits)) | (ulong)priceTicks;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Digit(long priceTicks, int shift) => (int)((priceTicks >> shift) & (Fanout - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Place(uint node, long priceTicks, int shift) => unchecked(((nuint)node << DigitBits) | (uint)Digit(priceTicks, shift));

    private void Link(uint instrument, long priceTicks, uint level)
    {
        Invariant.Check(instrument < _instrumentCapacity && level != 0);
        ref Root root = ref _roots[instrument];
        Invariant.Check(priceTicks >= 0 && priceTicks >> root.Shift < Fanout);
        if (root.Node == 0) root.Node = Take();
        uint node = root.Node;
        for (int shift = root.Shift; ; shift -= DigitBits)
        {
            ref uint child = ref _children[Place(node, priceTicks, shift)];
            _occupied[node] |= 1UL << Digit(priceTicks, shift);
            if (shift == 0)
            {
                Invariant.Check(child == 0);
                child = level;
                return;
            }

            if (child == 0) child = Take();
            node = child;
        }
    }

    private uint Unlink(uint instrument, long priceTicks)
    {
        Invariant.Check(instrument < _instrumentCapacity);
        ref Root root = ref _roots[instrument];
        uint* path = stackalloc uint[MaxDigits];
        int depth = 0;
        uint node = root.Node;
        for (int shift = root.Shift; shift >= 0; shift -= DigitBits)
        {
            path[depth++] = node;
            node = _children[Place(node, priceTicks, shift)];
        }

        uint level = node;
        Invariant.Check(level != 0);
        for (int shift = 0; depth > 0; shift += DigitBits)
        {
            node = path[--depth];
            _children[Place(node, priceTicks, shift)] = 0;
            ulong occupied = _occupied[node] & ~(1UL << Digit(priceTicks, shift));
            _occupied[node] = occupied;
            if (occupied != 0) return level;
            GiveBack(node);
        }

        root.Node = 0;
        return level;
    }

    private uint Take()
    {
        UsedNodes++;
        if (_freeNode == 0)
        {
            Invariant.Check(_nodeCount < _nodeCapacity);
            return _nodeCount++;
        }

        uint node = _freeNode;
        _freeNode = _children[(nuint)node * Fanout];
        _children[(nuint)node * Fanout] = 0;
        return node;
    }

    private void GiveBack(uint node)
    {
        // All 64 places of an empty node are zero; the first one holds the free list meanwhile.
        _children[(nuint)node * Fanout] = _freeNode;
        _freeNode = node;
        UsedNodes--;
    }

    [StructLayout(LayoutKind.Sequential, Size = 8)]
    private struct Root
    {
        public uint Node;
        /// <summary>Bits below the first digit.</summary>
        public int Shift;
    }
}
