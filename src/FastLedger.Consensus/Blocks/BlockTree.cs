// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Blocks;

/// <summary>
/// The blocks above the newest committed one (the root), each linked to its parent. Bounded: when it is full, the lowest
/// uncertified leaf makes room.
/// </summary>
/// <remarks>Thread: one. Alloc: nodes at construction; their bytes grow to the largest block they have held.</remarks>
public sealed class BlockTree
{
    private readonly BlockNode[] _nodes;
    private readonly int[] _buckets;
    private readonly int[] _free;
    private readonly BlockNode[] _used;
    private int _freeCount;

    /// <param name="capacity">Most blocks held, the root included.</param>
    public BlockTree(int capacity)
    {
        _nodes = new BlockNode[capacity];
        _used = new BlockNode[capacity];
        _free = new int[capacity];
        _buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
        for (int i = 0; i < capacity; i++) _nodes[i] = new BlockNode { Slot = i };
        Root = _nodes[0];
        ResetPool();
    }

    /// <summary>The newest committed block.</summary>
    public BlockNode Root { get; private set; }

    /// <summary>Blocks held.</summary>
    public int Count { get; private set; }

    /// <summary>Most blocks that may be held.</summary>
    public int Capacity => _nodes.Length;

    /// <summary>Block <paramref name="index"/> of those held, in no particular order.</summary>
    public BlockNode At(int index) => _used[index];

    /// <summary>Empties the tree and sets its root.</summary>
    public BlockNode Reset(in Hash256 id, in BlockHeader header, int authors)
    {
        ResetPool();
        Root = Take(id, header, null, authors);
        Root.LastBatch.Clear();
        Root.Image.Clear();
        Root.Certified = true;
        Root.Persisted = true;
        return Root;
    }

    /// <summary>The block with this id, or null.</summary>
    public BlockNode? Find(in Hash256 id)
    {
        for (int i = _buckets[BucketOf(id)] - 1; i >= 0; i = _nodes[i].NextInBucket)
        {
            if (_nodes[i].Id == id) return _nodes[i];
        }

        return null;
    }

    /// <summary>Adds a child of <paramref name="parent"/>.</summary>
    /// <param name="id">The block's id, not in the tree yet.</param>
    /// <param name="block">The block.</param>
    /// <param name="parent">A block of the tree.</param>
    /// <param name="keep">A block that, with its ancestors, may not make room.</param>
    /// <param name="belowView">Only blocks of lower views may make room.</param>
    /// <returns>The node, or null when the tree is full.</returns>
    public BlockNode? Add(in Hash256 id, in BlockImage block, BlockNode parent, BlockNode? keep, ulong belowView)
    {
        if (_freeCount == 0 && !Evict(parent, keep, belowView)) return null;
        BlockNode node = Take(id, block.Header, parent, parent.LastBatch.Length);
        parent.LastBatch.CopyTo(node.LastBatch);
        for (int i = 0; i < block.BatchCount; i++)
        {
            BatchReference batch = block.Batch(i);
            node.LastBatch[batch.Author] = batch.Number;
        }

        node.Image.CopyFrom(block.Bytes);
        node.EpochEnding = parent.EpochEnding || !block.Header.NextSetDigest.IsZero;
        return node;
    }

    /// <summary>Makes <paramref name="root"/> the root and drops everything that does not descend from it.</summary>
    public void AdvanceRoot(BlockNode root)
    {
        Root = root;
        for (int i = Count - 1; i >= 0; i--)
        {
            if (!Descends(_used[i], root)) _used[i].Children = -1;
        }

        for (int i = Count - 1; i >= 0; i--)
        {
            if (_used[i].Children == -1) Release(_used[i]);
        }

        root.Parent = null;
    }

    /// <summary>True when <paramref name="node"/> is <paramref name="ancestor"/> or descends from it.</summary>
    public static bool Descends(BlockNode node, BlockNode ancestor)
    {
        BlockNode? walk = node;
        while (walk is not null && walk.Height > ancestor.Height) walk = walk.Parent;
        return ReferenceEquals(walk, ancestor);
    }

    private bool Evict(BlockNode parent, BlockNode? keep, ulong belowView)
    {
        BlockNode? victim = null;
        for (int i = 0; i < Count; i++)
        {
            BlockNode node = _used[i];
            if (node.Children == 0 && !node.Certified && node.View < belowView && node != parent && node != keep && node != Root
                && (victim is null || node.View < victim.View)) victim = node;
        }

        if (victim is null) return false;
        victim.Parent!.Children--;
        Release(victim);
        return true;
    }

    private BlockNode Take(in Hash256 id, in BlockHeader header, BlockNode? parent, int authors)
    {
        Invariant.Check(_freeCount > 0);
        BlockNode node = _nodes[_free[--_freeCount]];
        node.Id = id;
        node.Header = header;
        node.Parent = parent;
        node.Children = 0;
        node.EntryView = node.EntryHighQcView = 0;
        node.Proposed = node.Certified = node.Persisted = node.EpochEnding = false;
        node.MissingBatches = 0;
        node.SetAuthors(authors);
        int bucket = BucketOf(id);
        node.NextInBucket = _buckets[bucket] - 1;
        _buckets[bucket] = node.Slot + 1;
        node.UsedPosition = Count;
        _used[Count++] = node;
        if (parent is not null) parent.Children++;
        return node;
    }

    private void Release(BlockNode node)
    {
        int bucket = BucketOf(node.Id);
        if (_buckets[bucket] - 1 == node.Slot)
        {
            _buckets[bucket] = node.NextInBucket + 1;
        }
        else
        {
            BlockNode before = _nodes[_buckets[bucket] - 1];
            while (before.NextInBucket != node.Slot) before = _nodes[before.NextInBucket];
            before.NextInBucket = node.NextInBucket;
        }

        BlockNode last = _used[--Count];
        _used[node.UsedPosition] = last;
        last.UsedPosition = node.UsedPosition;
        node.Parent = null;
        node.Children = 0;
        _free[_freeCount++] = node.Slot;
    }

    private void ResetPool()
    {
        Array.Clear(_buckets);
        Count = 0;
        _freeCount = _nodes.Length;
        for (int i = 0; i < _nodes.Length; i++)
        {
            _free[i] = _nodes.Length - 1 - i;
            _nodes[i].Parent = null;
        }
    }

    private int BucketOf(in Hash256 id) =>
        (int)(System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(id.Bytes) & (uint)(_buckets.Length - 1));
}
