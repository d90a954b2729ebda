// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// The Merkle tree over a table of fixed-size records. Every node is kept, in one flat array per level, so that after a block only the
/// touched leaves and the nodes above them are hashed again, many at a time.
/// </summary>
/// <remarks>
/// <code>
/// level 0   leaf hashes              capacity × 32 bytes    node (level, i) is over records [i × 2^level, (i + 1) × 2^level)
/// level 1   nodes over two leaves    capacity / 2 × 32      and stands beside its sibling: the two are one aligned 64-byte
/// …                                                         line, which is exactly the block that their parent hashes.
/// </code>
/// A table whose pages may leave memory has frames (<c>TableTree.Pages.cs</c>). Of its tree only the roots of the pages and what is above
/// groups of eight of them are kept, 40 bytes per page; the nodes in between are made from the records when they are needed, since memory that
/// they took would be memory that pages lack.
/// <para>The arrays are reserved address space, backed by memory only where nodes exist. A record that was never touched is 32 zero bytes at
/// level 0, and a node over two zeros is zero, so memory that was never written is a correct empty tree.</para>
/// Thread: one at a time (the executor's). Alloc: none after construction. Blocks: no.
/// </remarks>
public sealed unsafe partial class TableTree : IDisposable, IMerkleNodes
{
    /// <summary>Largest capacity, in records.</summary>
    public const long MaxCapacity = 1L << 31;

    /// <summary>Bytes of a page of a table whose pages may leave memory.</summary>
    public const int PageBytes = 1024;

    private const int GroupShift = 3; // pages per group, as a power of two

    private readonly ReservedMemory _nodes;
    private readonly ReservedMemory? _pageRoots;
    private readonly ReservedMemory _dirty;
    private readonly ReservedMemory _spare;
    private readonly LaneJob _leafJob;
    private readonly nuint _recordSize;
    private readonly ulong _capacity;
    private readonly int _pageLevel, _lowest; // levels of the pages' roots, and of the lowest nodes that stand in arrays
    private readonly uint* _frames;
    private readonly byte* _records;
    private Hash256 _root;
    private uint _count;

    /// <summary>Reserves the tree of a table.</summary>
    /// <param name="recordSize">Bytes per record: a multiple of 64, at most 1,024.</param>
    /// <param name="capacity">Most records that the table can have: 1 to 2^31.</param>
    public TableTree(int recordSize, long capacity)
    {
        Invariant.Check(recordSize is > 0 and <= Blake3Constants.ChunkSize && recordSize % Blake3Constants.BlockSize == 0);
        Invariant.Check(capacity is > 0 and <= MaxCapacity);
        _recordSize = (nuint)recordSize;
        _leafJob = Blake3.RecordJob(recordSize);
        _capacity = BitOperations.RoundUpToPowerOf2((ulong)capacity);
        _nodes = new ReservedMemory((nuint)_capacity * 2 * Hash256.Size, hugePages: true);
        _dirty = new ReservedMemory((nuint)_capacity * sizeof(uint));
        _spare = new ReservedMemory((nuint)_capacity * sizeof(uint));
    }

    /// <summary>Records in the table.</summary>
    public uint Count => _count;

    /// <summary>Levels between a leaf and the root: the tree has 2^<see cref="Depth"/> leaves, the smallest power of two that holds all records.</summary>
    public int Depth => DepthOf(_count);

    /// <summary>Commits to every record; zero for an empty table.</summary>
    public Hash256 Root => _frames == null ? Node(Depth, 0) : _root;

    /// <summary>The node over records [index × 2^level, (index + 1) × 2^level): for finding where two tables differ.</summary>
    /// <param name="level">0 (leaves) to <see cref="Depth"/>.</param>
    /// <param name="index">Below 2^(<see cref="Depth"/> − level).</param>
    public Hash256 Node(int level, ulong index)
    {
        Invariant.Check((uint)level <= (uint)Depth && index < 1UL << (Depth - level));
        if (level >= _lowest) return *Level(level).Node((uint)index);
        return level < _pageLevel ? NodeInPage(level, (uint)index) : NodeInGroup(level, (uint)index);
    }

    /// <summary>The inclusion proof of one record, for <see cref="MerkleProof.VerifyInclusion"/> with size 2^<see cref="Depth"/>.</summary>
    /// <param name="record">Below <see cref="Count"/>.</param>
    /// <param name="path">At least <see cref="Depth"/> long; receives the siblings from the bottom to the top.</param>
    /// <returns>How many were written: <see cref="Depth"/>.</returns>
    public int Prove(uint record, Span<Hash256> path)
    {
        Invariant.Check(record < _count && path.Length >= Depth);
        return MerkleProver.Inclusion(this, 0, 1UL << Depth, record, path);
    }

    /// <summary>One proof of many records, for <see cref="MerkleProof.VerifyMany"/> with size 2^<see cref="Depth"/>.</summary>
    /// <param name="records">At least one, strictly increasing, below <see cref="Count"/>.</param>
    /// <param name="siblings">Receives the proof; <see cref="Depth"/> per record is always enough.</param>
    /// <returns>How many were written, or −1 when <paramref name="siblings"/> is too short.</returns>
    public int ProveMany(ReadOnlySpan<ulong> records, Span<Hash256> siblings)
    {
        Invariant.Check(!records.IsEmpty && records[^1] < _count);
        return MerkleProver.Many(this, 0, 1UL << Depth, records, siblings);
    }

    /// <summary>Forgets every record.</summary>
    public void Clear()
    {
        _nodes.Clear();
        _pageRoots?.Clear();
        _root = default;
        _count = 0;
    }

    /// <summary>Unmaps the memory.</summary>
    public void Dispose()
    {
        _nodes.Dispose();
        _pageRoots?.Dispose();
        _dirty.Dispose();
        _spare.Dispose();
    }

    private static int DepthOf(uint count) => count < 2 ? 0 : BitOperations.Log2(count - 1) + 1;

    private NodeLevel Level(int level)
    {
        // One level behind the other, each half as long as the one before.
        ulong nodes = 2 * (_capacity >> _lowest);
        return new NodeLevel(_nodes.Pointer + ((nodes - (nodes >> (level - _lowest))) * Hash256.Size), Hash256.Size);
    }
}
