// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>Takes proofs from stored nodes: RFC 6962, section 2.1, and the multi-proofs that <see cref="MerkleProof"/> describes.</summary>
internal static class MerkleProver
{
    /// <summary>The hash of <paramref name="size"/> leaves from <paramref name="start"/> on, which is a multiple of the size rounded up to a power of two.</summary>
    public static Hash256 Subtree<T>(T nodes, ulong start, ulong size) where T : IMerkleNodes, allows ref struct
    {
        if (BitOperations.IsPow2(size))
        {
            int level = BitOperations.Log2(size);
            return nodes.Node(level, start >> level);
        }

        ulong left = MerkleProof.LeftSize(size);
        return Merkle.Node(Subtree(nodes, start, left), Subtree(nodes, start + left, size - left));
    }

    /// <summary>RFC 6962, 2.1.1: the siblings of leaf <paramref name="index"/> from the bottom to the top.</summary>
    /// <returns>How many were written.</returns>
    public static int Inclusion<T>(T nodes, ulong start, ulong size, ulong index, Span<Hash256> path) where T : IMerkleNodes, allows ref struct
    {
        if (size == 1) return 0;
        ulong left = MerkleProof.LeftSize(size);
        bool isLeft = index < left;
        int length = isLeft
            ? Inclusion(nodes, start, left, index, path)
            : Inclusion(nodes, start + left, size - left, index - left, path);
        path[length] = isLeft ? Subtree(nodes, start + left, size - left) : Subtree(nodes, start, left);
        return length + 1;
    }

    /// <summary>RFC 6962, 2.1.2, SUBPROOF: the nodes that tie the tree of the first <paramref name="oldSize"/> leaves to the whole.</summary>
    /// <returns>How many were written.</returns>
    public static int Consistency<T>(T nodes, ulong start, ulong size, ulong oldSize, bool isOldRoot, Span<Hash256> path)
        where T : IMerkleNodes, allows ref struct
    {
        if (oldSize == size)
        {
            if (isOldRoot) return 0; // the verifier has it
            path[0] = Subtree(nodes, start, size);
            return 1;
        }

        ulong left = MerkleProof.LeftSize(size);
        bool isInLeft = oldSize <= left;
        int length = isInLeft
            ? Consistency(nodes, start, left, oldSize, isOldRoot, path)
            : Consistency(nodes, start + left, size - left, oldSize - left, false, path);
        path[length] = isInLeft ? Subtree(nodes, start + left, size - left) : Subtree(nodes, start, left);
        return length + 1;
    }

    /// <summary>The roots of the largest subtrees without any of the leaves <paramref name="indices"/>, from left to right.</summary>
    /// <returns>How many were written, or −1 when <paramref name="siblings"/> is too short.</returns>
    public static int Many<T>(T nodes, ulong start, ulong size, ReadOnlySpan<ulong> indices, Span<Hash256> siblings)
        where T : IMerkleNodes, allows ref struct
    {
        if (indices.IsEmpty)
        {
            if (siblings.IsEmpty) return -1;
            siblings[0] = Subtree(nodes, start, size);
            return 1;
        }

        if (size == 1) return 0;
        ulong left = MerkleProof.LeftSize(size);
        int split = MerkleProof.CountBelow(indices, start + left);
        int fromLeft = Many(nodes, start, left, indices[..split], siblings);
        if (fromLeft < 0) return -1;
        int fromRight = Many(nodes, start + left, size - left, indices[split..], siblings[fromLeft..]);
        return fromRight < 0 ? -1 : fromLeft + fromRight;
    }
}
