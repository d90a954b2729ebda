// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using CsCheck;
using FastLedger.Primitives;

namespace FastLedger.Cryptography.Tests;

public class LogTreeTests
{
    private const int Most = 300;

    [Fact]
    public void Every_root_is_the_hash_that_RFC_6962_defines()
    {
        using LogTree log = Log(Most);
        Hash256[] scratch = new Hash256[(Most + 1) / 2];
        Assert.True(log.RootAt(0).IsZero);
        for (int size = 1; size <= Most; size++)
        {
            Hash256 expected = DefinedRoot(Leaves.AsSpan(0, size));
            Assert.Equal(expected, log.RootAt((ulong)size));
            Assert.Equal(expected, Merkle.RootOf(Leaves.AsSpan(0, size), scratch));
        }
    }

    [Fact]
    public void Appending_in_any_portions_gives_the_same_log() =>
        Gen.Int[0, 60].Array[1, 8].Sample(portions =>
        {
            using LogTree log = new(1000);
            int count = 0;
            foreach (int portion in portions)
            {
                int end = Math.Min(Most, count + portion);
                Assert.True(log.Append(Leaves.AsSpan(count, end - count)));
                count = end;
                Assert.Equal(count == 0 ? default : DefinedRoot(Leaves.AsSpan(0, count)), log.Root);
            }
        }, iter: 200);

    [Fact]
    public void A_full_log_takes_nothing_more()
    {
        using LogTree log = new(4);
        Assert.True(log.Append(Leaves.AsSpan(0, 3)));
        Assert.False(log.Append(Leaves.AsSpan(3, 2)));
        Assert.Equal(3UL, log.Count);
        Assert.True(log.Append(Leaves.AsSpan(3, 1)));
        Assert.Equal(DefinedRoot(Leaves.AsSpan(0, 4)), log.Root);
    }

    [Fact]
    public void Every_leaf_of_every_size_can_be_proven()
    {
        using LogTree log = Log(Most);
        Hash256[] path = new Hash256[MerkleProof.MaxPathLength];
        for (ulong size = 1; size <= Most; size++)
        {
            Hash256 root = log.RootAt(size);
            for (ulong index = 0; index < size; index++)
            {
                int length = log.ProveInclusion(index, size, path);
                Assert.True(MerkleProof.VerifyInclusion(root, size, index, Leaves[index], path.AsSpan(0, length)));
                Assert.False(MerkleProof.VerifyInclusion(root, size, index, Leaves[(index + 1) % Most], path.AsSpan(0, length)));
            }
        }
    }

    [Fact]
    public void Every_size_is_consistent_with_every_larger_one()
    {
        using LogTree log = Log(Most);
        Hash256[] path = new Hash256[MerkleProof.MaxPathLength];
        Hash256[] roots = Enumerable.Range(0, Most + 1).Select(size => log.RootAt((ulong)size)).ToArray();
        for (ulong newSize = 0; newSize <= Most; newSize++)
        {
            for (ulong oldSize = 0; oldSize <= newSize; oldSize++)
            {
                int length = log.ProveConsistency(oldSize, newSize, path);
                ReadOnlySpan<Hash256> proof = path.AsSpan(0, length);
                Assert.True(MerkleProof.VerifyConsistency(roots[oldSize], oldSize, roots[newSize], newSize, proof), $"{oldSize} in {newSize}");
                Hash256 other = Leaves[0] == roots[oldSize] ? Leaves[1] : Leaves[0];
                Assert.False(MerkleProof.VerifyConsistency(other, oldSize, roots[newSize], newSize, proof));
                if (newSize > 0 && oldSize > 0) Assert.False(MerkleProof.VerifyConsistency(roots[oldSize], oldSize, other, newSize, proof) && other != roots[newSize]);
                if (length > 0) Assert.False(MerkleProof.VerifyConsistency(roots[oldSize], oldSize, roots[newSize], newSize, proof[1..]));
            }
        }
    }

    [Fact]
    public void A_smaller_tree_does_not_extend_a_larger_one()
    {
        using LogTree log = Log(8);
        Assert.False(MerkleProof.VerifyConsistency(log.RootAt(8), 8, log.RootAt(4), 4, []));
        Assert.False(MerkleProof.VerifyConsistency(log.RootAt(8), 0, log.RootAt(8), 8, []));
    }

    internal static Hash256[] Leaves { get; } = Enumerable.Range(0, Most).Select(i => Merkle.Leaf(BitConverter.GetBytes(i))).ToArray();

    internal static LogTree Log(int count)
    {
        LogTree log = new(count);
        log.Append(Leaves.AsSpan(0, count));
        return log;
    }

    /// <summary>RFC 6962, section 2.1, word for word.</summary>
    private static Hash256 DefinedRoot(ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.Length == 1) return leaves[0];
        int left = 1;
        while (left * 2 < leaves.Length) left *= 2;
        return Merkle.Node(DefinedRoot(leaves[..left]), DefinedRoot(leaves[left..]));
    }
}
