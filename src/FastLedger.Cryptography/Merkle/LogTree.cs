// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// An append-only Merkle tree (RFC 6962, section 2.1) over receipts or events, with inclusion proofs and proofs that a longer log
/// extends a shorter one, for every size that it ever had.
/// </summary>
/// <remarks>
/// Complete nodes are kept, in one flat array per level of reserved address space; appending n leaves hashes n nodes, many at a time.
/// Thread: one at a time. Alloc: none after construction. Blocks: no.
/// </remarks>
public sealed unsafe class LogTree : IDisposable, IMerkleNodes
{
    /// <summary>Largest capacity, in leaves.</summary>
    public const long MaxCapacity = 1L << 36;

    private readonly ReservedMemory _nodes;
    private readonly ulong _capacity;

    /// <summary>Reserves a log.</summary>
    /// <param name="capacity">Most leaves that it can have: 1 to 2^36.</param>
    public LogTree(long capacity)
    {
        Invariant.Check(capacity is > 0 and <= MaxCapacity);
        _capacity = BitOperations.RoundUpToPowerOf2((ulong)capacity);
        _nodes = new ReservedMemory((nuint)_capacity * 2 * Hash256.Size);
    }

    /// <summary>Leaves in the log.</summary>
    public ulong Count { get; private set; }

    /// <summary>Commits to every leaf and their order; zero for an empty log.</summary>
    public Hash256 Root => RootAt(Count);

    /// <summary>Appends leaves.</summary>
    /// <param name="leaves">Made with <see cref="Merkle.Leaf"/>; none is zero.</param>
    /// <returns>False, and nothing happened, when the capacity would be exceeded.</returns>
    public bool Append(ReadOnlySpan<Hash256> leaves)
    {
        ulong before = Count, after = before + (uint)leaves.Length;
        if (after > _capacity) return false;
        leaves.CopyTo(new Span<Hash256>(Level(0) + before, leaves.Length));
        for (int level = 0; after >> (level + 1) != 0; level++)
        {
            ulong first = before >> (level + 1), end = after >> (level + 1);
            byte* children = (byte*)(Level(level) + (first * 2));
            Blake3Lanes.HashStrided(children, Blake3Constants.BlockSize, (nuint)(end - first), Blake3.ParentJob, (byte*)(Level(level + 1) + first));
        }

        Count = after;
        return true;
    }

    /// <summary>The root that the log had when it held <paramref name="size"/> leaves.</summary>
    /// <param name="size">At most <see cref="Count"/>.</param>
    public Hash256 RootAt(ulong size)
    {
        Invariant.Check(size <= Count);
        return size == 0 ? default : MerkleProver.Subtree(this, 0, size);
    }

    /// <summary>The inclusion proof of a leaf in the log of <paramref name="size"/> leaves, for <see cref="MerkleProof.VerifyInclusion"/>.</summary>
    /// <param name="index">Below <paramref name="size"/>.</param>
    /// <param name="size">At most <see cref="Count"/>.</param>
    /// <param name="path">Receives the proof; <see cref="MerkleProof.MaxPathLength"/> is always enough.</param>
    /// <returns>How many were written.</returns>
    public int ProveInclusion(ulong index, ulong size, Span<Hash256> path)
    {
        Invariant.Check(index < size && size <= Count);
        return MerkleProver.Inclusion(this, 0, size, index, path);
    }

    /// <summary>The proof that the log of <paramref name="newSize"/> leaves extends that of <paramref name="oldSize"/>, for <see cref="MerkleProof.VerifyConsistency"/>.</summary>
    /// <param name="oldSize">At most <paramref name="newSize"/>.</param>
    /// <param name="newSize">At most <see cref="Count"/>.</param>
    /// <param name="path">Receives the proof; <see cref="MerkleProof.MaxPathLength"/> is always enough.</param>
    /// <returns>How many were written.</returns>
    public int ProveConsistency(ulong oldSize, ulong newSize, Span<Hash256> path)
    {
        Invariant.Check(oldSize <= newSize && newSize <= Count);
        return oldSize == 0 ? 0 : MerkleProver.Consistency(this, 0, newSize, oldSize, true, path);
    }

    /// <summary>One proof of many leaves of the log of <paramref name="size"/> leaves, for <see cref="MerkleProof.VerifyMany"/>.</summary>
    /// <param name="indices">At least one, strictly increasing, below <paramref name="size"/>.</param>
    /// <param name="size">At most <see cref="Count"/>.</param>
    /// <param name="siblings">Receives the proof.</param>
    /// <returns>How many were written, or −1 when <paramref name="siblings"/> is too short.</returns>
    public int ProveMany(ReadOnlySpan<ulong> indices, ulong size, Span<Hash256> siblings)
    {
        Invariant.Check(!indices.IsEmpty && indices[^1] < size && size <= Count);
        return MerkleProver.Many(this, 0, size, indices, siblings);
    }

    /// <summary>Unmaps the memory.</summary>
    public void Dispose() => _nodes.Dispose();

    Hash256 IMerkleNodes.Node(int level, ulong index)
    {
        Invariant.Check((index + 1) << level <= Count);
        return Level(level)[index];
    }

    private Hash256* Level(int level) => (Hash256*)_nodes.Pointer + ((2 * _capacity) - ((2 * _capacity) >> level));
}
