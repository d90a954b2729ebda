// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// The one way to hash leaves and nodes of every Merkle tree of the ledger. A leaf is the plain BLAKE3 digest of its bytes (so
/// <c>b3sum</c> can compute it), a node is BLAKE3's parent compression of two children <em>without</em> the root flag. No digest of any
/// message is computed with those flags, which keeps leaves and nodes apart.
/// </summary>
/// <remarks>
/// Shape: RFC 6962, section 2.1, the left subtree is the largest power of two of leaves smaller than the whole. Absent leaves of a sparse
/// table are 32 zero bytes, and the node over two such children is 32 zero bytes again. Thread: any. Alloc: none. Blocks: no.
/// </remarks>
public static unsafe class Merkle
{
    /// <summary>The leaf that stands for <paramref name="content"/>.</summary>
    public static Hash256 Leaf(ReadOnlySpan<byte> content) => Blake3.Hash(content);

    /// <summary>The node over two children; zero when both are.</summary>
    [SkipLocalsInit] // written before it is read
    public static Hash256 Node(in Hash256 left, in Hash256 right)
    {
        if (left.IsZero && right.IsZero) return default;
        Hash256* children = stackalloc Hash256[2] { left, right };
        Unsafe.SkipInit(out Hash256 parent);
        Blake3Lanes.HashStrided((byte*)children, Blake3Constants.BlockSize, 1, Blake3.ParentJob, (byte*)&parent);
        return parent;
    }

    /// <summary>The root over <paramref name="leaves"/>, for example the receipts of one block.</summary>
    /// <param name="leaves">Any number, none of them zero; the root over none is zero, the root over one is itself.</param>
    /// <param name="scratch">At least half as many as the leaves, rounded up.</param>
    public static Hash256 RootOf(ReadOnlySpan<Hash256> leaves, Span<Hash256> scratch)
    {
        if (leaves.Length < 2) return leaves.Length == 0 ? default : leaves[0];
        Invariant.Check(scratch.Length >= (leaves.Length + 1) / 2);
        // A value without a sibling moves up unchanged: level by level, that is the shape of RFC 6962.
        ReadOnlySpan<Hash256> level = leaves;
        while (level.Length > 1)
        {
            int pairs = level.Length / 2;
            fixed (Hash256* children = &MemoryMarshal.GetReference(level))
            fixed (Hash256* parents = &MemoryMarshal.GetReference(scratch))
                Blake3Lanes.HashStrided((byte*)children, Blake3Constants.BlockSize, (nuint)pairs, Blake3.ParentJob, (byte*)parents);
            if (level.Length % 2 != 0) scratch[pairs] = level[^1];
            level = scratch[..(pairs + (level.Length % 2))];
        }

        return level[0];
    }
}
