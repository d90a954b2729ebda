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
/// A table whose pages may leave memory has frames: a frame holds the records of a page, and in a block beside them the levels below the
/// page's root, 64 bytes per record, which leave with the page. They are made again from its records, and that they lead to the same root
/// proves that nothing else came back.
/// <para>The arrays are reserved address space, backed by memory only where nodes exist. A record that was never touched is 32 zero bytes at
/// level 0, and a node over two zeros is zero, so memory that was never written is a correct empty tree.</para>
/// Thread: one at a time (the executor's). Alloc: none after construction. Blocks: no.
/// </remarks>
public sealed unsafe partial class TableTree : IDisposable, IMerkleNodes
{
    /// <summary>Largest capacity, in records.</summary>
    public const long MaxCapacity = 1L << 31;

    private const int PageBytes = 4096;
    private const int NoPages = 31;

    private readonly ReservedMemory _nodes;
    private readonly ReservedMemory? _blocks;
    private readonly ReservedMemory _dirty;
    private readonly ReservedMemory _spare;
    private readonly LaneJob _leafJob;
    private readonly nuint _recordSize;
    private readonly ulong _capacity;
    private readonly int _pageLevel;
    private readonly uint* _frames;
    private uint _count;

    /// <summary>Reserves the tree of a table.</summary>
    /// <param name="recordSize">Bytes per record: a multiple of 64, at most 1,024.</param>
    /// <param name="capacity">Most records that the table can have: 1 to 2^31.</param>
    /// <param name="frames">Null when record i stands at <c>records + i × recordSize</c>. Else the frame of each page, from 1 and at most the
    /// number of pages, or 0 while the page is not in memory: it stands at <c>records + (frame − 1) × 4096</c>, and the nodes below its root
    /// with it. Record sizes are powers of two then.</param>
    public TableTree(int recordSize, long capacity, uint* frames = null)
    {
        Invariant.Check(recordSize is > 0 and <= Blake3Constants.ChunkSize && recordSize % Blake3Constants.BlockSize == 0);
        Invariant.Check(capacity is > 0 and <= MaxCapacity);
        _recordSize = (nuint)recordSize;
        _leafJob = Blake3.RecordJob(recordSize);
        _capacity = BitOperations.RoundUpToPowerOf2((ulong)capacity);
        _frames = frames;
        if (frames != null)
        {
            Invariant.Check(BitOperations.IsPow2(recordSize));
            _pageLevel = BitOperations.Log2((uint)(PageBytes / recordSize));
            _capacity = Math.Max(_capacity, 1UL << _pageLevel);
            _blocks = new ReservedMemory((nuint)_capacity * 2 * Hash256.Size, hugePages: true);
        }

        _nodes = new ReservedMemory((nuint)(_capacity >> _pageLevel) * 2 * Hash256.Size, hugePages: frames == null);
        _dirty = new ReservedMemory((nuint)_capacity * sizeof(uint));
        _spare = new ReservedMemory((nuint)_capacity * sizeof(uint));
    }

    /// <summary>Records in the table.</summary>
    public uint Count => _count;

    /// <summary>Levels between a leaf and the root: the tree has 2^<see cref="Depth"/> leaves, the smallest power of two that holds all records.</summary>
    public int Depth => DepthOf(_count);

    /// <summary>Commits to every record; zero for an empty table.</summary>
    public Hash256 Root => Node(Depth, 0);

    /// <summary>The node over records [index × 2^level, (index + 1) × 2^level): for finding where two tables differ.</summary>
    /// <param name="level">0 (leaves) to <see cref="Depth"/>.</param>
    /// <param name="index">Below 2^(<see cref="Depth"/> − level).</param>
    public Hash256 Node(int level, ulong index)
    {
        Invariant.Check((uint)level <= (uint)Depth && index < 1UL << (Depth - level));
        Invariant.Check(level >= _pageLevel || _frames[index >> (_pageLevel - level)] != 0);
        return *Level(level).Node((uint)index);
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
        _blocks?.Clear();
        _count = 0;
    }

    /// <summary>Unmaps the memory.</summary>
    public void Dispose()
    {
        _nodes.Dispose();
        _blocks?.Dispose();
        _dirty.Dispose();
        _spare.Dispose();
    }

    private static int DepthOf(uint count) => count < 2 ? 0 : BitOperations.Log2(count - 1) + 1;

    private NodeLevel Records(byte* records) => _frames == null
        ? new NodeLevel(records, 0, (uint)_recordSize, NoPages, 0)
        : new NodeLevel(records - PageBytes, 0, (uint)_recordSize, _pageLevel, 12, _frames);

    private NodeLevel Level(int level)
    {
        if (level < _pageLevel)
        {
            uint perBlock = 2u << _pageLevel;
            nuint block = (nuint)NodeBytesPerPage;
            return new NodeLevel(
                _blocks!.Pointer - block, (perBlock - (perBlock >> level)) * Hash256.Size, Hash256.Size, _pageLevel - level, _pageLevel + 6, _frames, block - 1);
        }

        // One level behind the other, each half as long as the one before.
        ulong nodes = 2 * (_capacity >> _pageLevel);
        return new NodeLevel(_nodes.Pointer + ((nodes - (nodes >> (level - _pageLevel))) * Hash256.Size), 0, Hash256.Size, NoPages, 0);
    }
}
