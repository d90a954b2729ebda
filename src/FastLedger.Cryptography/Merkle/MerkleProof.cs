// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// The verifier of every proof about a Merkle tree. It needs nothing but the proof, and answers any bytes with true or false.
/// </summary>
/// <remarks>
/// A table of depth d is a tree of 2^d leaves. Thread: any. Alloc: none. Blocks: no.
/// </remarks>
public static class MerkleProof
{
    /// <summary>No path is longer: leaves are numbered with 64 bits.</summary>
    public const int MaxPathLength = 64;

    /// <summary>Does the tree with this root and size hold <paramref name="leaf"/> at <paramref name="index"/>? RFC 9162, 2.1.3.2.</summary>
    /// <param name="root">Root that the caller trusts.</param>
    /// <param name="size">Leaves in the tree.</param>
    /// <param name="index">Position of the leaf, below <paramref name="size"/>.</param>
    /// <param name="leaf">See <see cref="Merkle.Leaf"/>.</param>
    /// <param name="path">Siblings from the bottom to the top.</param>
    public static bool VerifyInclusion(in Hash256 root, ulong size, ulong index, in Hash256 leaf, ReadOnlySpan<Hash256> path)
    {
        if (index >= size) return false;
        ulong node = index, last = size - 1;
        Hash256 hash = leaf;
        foreach (ref readonly Hash256 sibling in path)
        {
            if (last == 0) return false;
            if ((node & 1) != 0 || node == last)
            {
                hash = Merkle.Node(sibling, hash);
                SkipLevelsWithoutSibling(ref node, ref last);
            }
            else
            {
                hash = Merkle.Node(hash, sibling);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0 && hash == root;
    }

    /// <summary>Is the tree of <paramref name="newSize"/> leaves an extension of the one of <paramref name="oldSize"/>? RFC 9162, 2.1.4.2.</summary>
    /// <param name="oldRoot">Root of the first <paramref name="oldSize"/> leaves.</param>
    /// <param name="oldSize">0 to <paramref name="newSize"/>; the root over no leaves is zero.</param>
    /// <param name="newRoot">Root of all leaves.</param>
    /// <param name="newSize">Leaves in the newer tree.</param>
    /// <param name="path">The proof; empty when the sizes are equal or the older tree is empty.</param>
    public static bool VerifyConsistency(in Hash256 oldRoot, ulong oldSize, in Hash256 newRoot, ulong newSize, ReadOnlySpan<Hash256> path)
    {
        if (oldSize > newSize) return false;
        if (oldSize == 0) return path.IsEmpty && oldRoot.IsZero && (newSize != 0 || newRoot.IsZero);
        if (oldSize == newSize) return path.IsEmpty && oldRoot == newRoot;
        if (path.IsEmpty) return false;

        // A complete older tree is itself the first node; otherwise the proof begins with its lowest right subtree.
        bool isComplete = BitOperations.IsPow2(oldSize);
        Hash256 oldHash = isComplete ? oldRoot : path[0], newHash = oldHash;
        ulong node = oldSize - 1, last = newSize - 1;
        int levels = BitOperations.TrailingZeroCount(oldSize);
        node >>= levels;
        last >>= levels;
        foreach (ref readonly Hash256 sibling in path[(isComplete ? 0 : 1)..])
        {
            if (last == 0) return false;
            if ((node & 1) != 0 || node == last)
            {
                oldHash = Merkle.Node(sibling, oldHash);
                newHash = Merkle.Node(sibling, newHash);
                SkipLevelsWithoutSibling(ref node, ref last);
            }
            else
            {
                newHash = Merkle.Node(newHash, sibling);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0 && oldHash == oldRoot && newHash == newRoot;
    }

    /// <summary>Does the tree hold each of <paramref name="leaves"/> at the index of the same position?</summary>
    /// <param name="root">Root that the caller trusts.</param>
    /// <param name="size">Leaves in the tree.</param>
    /// <param name="indices">At least one, strictly increasing, below <paramref name="size"/>.</param>
    /// <param name="leaves">As many as <paramref name="indices"/>.</param>
    /// <param name="siblings">Roots of the largest subtrees that hold none of the leaves, from left to right; all are needed.</param>
    public static bool VerifyMany(in Hash256 root, ulong size, ReadOnlySpan<ulong> indices, ReadOnlySpan<Hash256> leaves, ReadOnlySpan<Hash256> siblings)
    {
        if (indices.IsEmpty || indices.Length != leaves.Length || indices[^1] >= size) return false;
        for (int i = 1; i < indices.Length; i++)
            if (indices[i] <= indices[i - 1]) return false;
        return Fold(0, size, indices, leaves, ref siblings, out Hash256 hash) && siblings.IsEmpty && hash == root;
    }

    /// <summary>Leaves in the left subtree: the largest power of two below <paramref name="size"/>, which is at least 2.</summary>
    internal static ulong LeftSize(ulong size) => 1UL << BitOperations.Log2(size - 1);

    /// <summary>How many of the increasing <paramref name="indices"/> are below <paramref name="bound"/>.</summary>
    internal static int CountBelow(ReadOnlySpan<ulong> indices, ulong bound)
    {
        int position = indices.BinarySearch(bound);
        return position < 0 ? ~position : position;
    }

    /// <summary>At the right edge of the tree a node moves up unchanged where it has no sibling.</summary>
    private static void SkipLevelsWithoutSibling(ref ulong node, ref ulong last)
    {
        if ((node & 1) != 0 || node == 0) return;
        int levels = BitOperations.TrailingZeroCount(node);
        node >>= levels;
        last >>= levels;
    }

    /// <summary>Recursion is as deep as the tree is high, at most 64.</summary>
    private static bool Fold(
        ulong start, ulong size, ReadOnlySpan<ulong> indices, ReadOnlySpan<Hash256> leaves, ref ReadOnlySpan<Hash256> siblings, out Hash256 hash)
    {
        hash = default;
        if (indices.IsEmpty)
        {
            if (siblings.IsEmpty) return false;
            hash = siblings[0];
            siblings = siblings[1..];
            return true;
        }

        if (size == 1)
        {
            hash = leaves[0];
            return true;
        }

        ulong left = LeftSize(size);
        int split = CountBelow(indices, start + left);
        if (!Fold(start, left, indices[..split], leaves[..split], ref siblings, out Hash256 leftHash)) return false;
        if (!Fold(start + left, size - left, indices[split..], leaves[split..], ref siblings, out Hash256 rightHash)) return false;
        hash = Merkle.Node(leftHash, rightHash);
        return true;
    }
}
