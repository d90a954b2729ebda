// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

/// <summary>The receipts of one block and the tree over them, kept level by level, so that a path is a few reads.</summary>
/// <remarks>Thread: execution. Alloc: at construction. Blocks: no.</remarks>
internal sealed class ReceiptTree(int capacity) : IDisposable
{
    /// <summary>No path is longer.</summary>
    public const int MaxPathLength = 16;

    private readonly Slab<BatchReceipt> _receipts = new(capacity);
    private readonly Slab<Hash256> _nodes = new((2 * capacity) + MaxPathLength + 1);
    private int _leaves;

    /// <summary>Receipts so far.</summary>
    public int Count => _receipts.Count;

    /// <summary>Root over the receipts, once it was computed.</summary>
    public Hash256 Root { get; private set; }

    /// <summary>A receipt of the block.</summary>
    public ref readonly BatchReceipt this[int index] => ref _receipts[index];

    /// <summary>Siblings on the way from a leaf to the root in a tree of <paramref name="count"/> leaves.</summary>
    public static int PathLength(int index, int count)
    {
        int length = 0;
        for (; count > 1; index /= 2, count = (count + 1) / 2)
            if ((index ^ 1) < count) length++;
        return length;
    }

    public void Clear() => _receipts.Clear();

    public void Add(in BatchReceipt receipt) => _receipts.Add() = receipt;

    /// <summary>Hashes the receipts and builds the tree.</summary>
    public Hash256 Build()
    {
        _leaves = _receipts.Count;
        _nodes.Clear();
        for (int i = 0, total = TotalNodes(_leaves); i < total; i++) _nodes.Add();
        Span<Hash256> level = _nodes.Items[.._leaves];
        Blake3.HashMany(MemoryMarshal.AsBytes(_receipts.Items), BatchReceipt.Size, level);
        int next = _leaves;
        while (level.Length > 1)
        {
            Span<Hash256> parents = _nodes.Items.Slice(next, (level.Length + 1) / 2);
            for (int i = 0; i + 1 < level.Length; i += 2) parents[i / 2] = Merkle.Node(level[i], level[i + 1]);
            if (level.Length % 2 != 0) parents[^1] = level[^1];
            next += parents.Length;
            level = parents;
        }

        return Root = level[0];
    }

    /// <summary>The siblings of a leaf from the bottom to the top: RFC 6962, 2.1.1.</summary>
    /// <returns>How many were written.</returns>
    public int Path(int index, Span<PathNode> path)
    {
        int length = 0, start = 0;
        for (int count = _leaves; count > 1; start += count, count = (count + 1) / 2, index /= 2)
            if ((index ^ 1) < count) path[length++].Hash = _nodes[start + (index ^ 1)];
        return length;
    }

    public void Dispose()
    {
        _receipts.Dispose();
        _nodes.Dispose();
    }

    private static int TotalNodes(int leaves)
    {
        int total = leaves;
        for (; leaves > 1; leaves = (leaves + 1) / 2) total += (leaves + 1) / 2;
        return total;
    }
}
