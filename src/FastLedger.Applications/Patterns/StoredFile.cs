// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>
/// A file that somebody keeps for another: the root over its chunks stands in a storage contract (an object of a provable class), and the
/// keeper shows the chunk that the ledger asks for.
/// </summary>
public sealed class StoredFile
{
    private readonly Hash256[] _leaves;

    /// <param name="chunks">The chunks, at least one.</param>
    public StoredFile(IEnumerable<byte[]> chunks)
    {
        _leaves = [.. chunks.Select(c => Merkle.Leaf(c))];
        ArgumentOutOfRangeException.ThrowIfZero(_leaves.Length, nameof(chunks));
    }

    /// <summary>Number of chunks.</summary>
    public int Count => _leaves.Length;

    /// <summary>What the contract holds.</summary>
    public Hash256 Root => Merkle.RootOf(_leaves, new Hash256[_leaves.Length]);

    /// <summary>Digest of a chunk.</summary>
    public Hash256 Leaf(int chunk) => _leaves[chunk];

    /// <summary>The siblings of a chunk, from the bottom to the top, in the shape of RFC 6962.</summary>
    public IReadOnlyList<Hash256> Path(int chunk)
    {
        var path = new List<Hash256>();
        Hash256[] level = _leaves;
        for (int at = chunk; level.Length > 1; at /= 2)
        {
            // A value without a sibling moves up unchanged.
            int sibling = at ^ 1;
            if (sibling < level.Length) path.Add(level[sibling]);
            level = Above(level);
        }

        return path;
    }

    /// <summary>Adds the proof of a chunk to a chain. What follows in the chain is approved by the contract's proof policy.</summary>
    /// <param name="chain">Where the commands go.</param>
    /// <param name="contract">The storage contract.</param>
    /// <param name="index">The chunk that the ledger asks for.</param>
    /// <param name="leaf">Digest of the chunk.</param>
    /// <param name="path">Its siblings.</param>
    public static void Show(CommandChain chain, ulong contract, ulong index, in Hash256 leaf, IReadOnlyList<Hash256> path)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(path);
        Hash256[] hashes = [leaf, .. path];
        for (int i = 0; i < hashes.Length; i += 2)
        {
            bool two = i + 1 < hashes.Length;
            chain.Add(new CheckPathCommand
            {
                Object = contract,
                Index = index,
                Part = (uint)i / 2,
                Count = (ushort)(two ? 2 : 1),
                Last = (ushort)(i + 2 >= hashes.Length ? 1 : 0),
                Hash0 = hashes[i],
                Hash1 = two ? hashes[i + 1] : default,
            });
        }
    }

    private static Hash256[] Above(Hash256[] level)
    {
        var parents = new Hash256[(level.Length + 1) / 2];
        for (int i = 0; i < parents.Length; i++) parents[i] = (2 * i) + 1 < level.Length ? Merkle.Node(level[2 * i], level[(2 * i) + 1]) : level[2 * i];
        return parents;
    }
}
