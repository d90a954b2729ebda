// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Runtime.InteropServices;
using CsCheck;
using FastLedger.Primitives;

namespace FastLedger.Cryptography.Tests;

/// <summary>Proofs that were tampered with: one flipped bit anywhere must make them false.</summary>
public class MerkleProofTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(37)]
    [InlineData(64)]
    public void Every_flipped_bit_of_an_inclusion_proof_is_noticed(int size)
    {
        using LogTree log = LogTreeTests.Log(size);
        Hash256[] path = new Hash256[MerkleProof.MaxPathLength];
        for (ulong index = 0; index < (ulong)size; index += 5)
        {
            Hash256 root = log.Root, leaf = LogTreeTests.Leaves[index];
            Hash256[] proof = path[..log.ProveInclusion(index, (ulong)size, path)];
            Assert.True(MerkleProof.VerifyInclusion(root, (ulong)size, index, leaf, proof));
            for (int bit = 0; bit < 64; bit++) Assert.False(MerkleProof.VerifyInclusion(root, (ulong)size, index ^ (1UL << bit), leaf, proof));
            AssertBitsMatter(ref root, () => MerkleProof.VerifyInclusion(root, (ulong)size, index, leaf, proof));
            AssertBitsMatter(ref leaf, () => MerkleProof.VerifyInclusion(root, (ulong)size, index, leaf, proof));
            for (int i = 0; i < proof.Length; i++) AssertBitsMatter(ref proof[i], () => MerkleProof.VerifyInclusion(root, (ulong)size, index, leaf, proof));
            Assert.False(MerkleProof.VerifyInclusion(root, (ulong)size, index, leaf, [.. proof, leaf]));
            if (proof.Length > 0) Assert.False(MerkleProof.VerifyInclusion(root, (ulong)size, index, leaf, proof.AsSpan(1)));
            if (proof.Length > 0) Assert.False(MerkleProof.VerifyInclusion(root, (ulong)size, index, leaf, proof.AsSpan(0, proof.Length - 1)));
        }
    }

    [Theory]
    [InlineData(3, 7)]
    [InlineData(4, 7)]
    [InlineData(6, 8)]
    [InlineData(16, 37)]
    public void Every_flipped_bit_of_a_consistency_proof_is_noticed(ulong oldSize, ulong newSize)
    {
        using LogTree log = LogTreeTests.Log((int)newSize);
        Hash256 oldRoot = log.RootAt(oldSize), newRoot = log.Root;
        Hash256[] path = new Hash256[MerkleProof.MaxPathLength];
        Hash256[] proof = path[..log.ProveConsistency(oldSize, newSize, path)];
        bool Verify() => MerkleProof.VerifyConsistency(oldRoot, oldSize, newRoot, newSize, proof);
        Assert.True(Verify());
        AssertBitsMatter(ref oldRoot, Verify);
        AssertBitsMatter(ref newRoot, Verify);
        for (int i = 0; i < proof.Length; i++) AssertBitsMatter(ref proof[i], Verify);
    }

    [Fact]
    public void Every_flipped_bit_of_a_multi_proof_is_noticed()
    {
        ulong[] indices = [0, 3, 4, 17, 36];
        using LogTree log = LogTreeTests.Log(37);
        Hash256 root = log.Root;
        Hash256[] leaves = indices.Select(index => LogTreeTests.Leaves[index]).ToArray(), room = new Hash256[64];
        Hash256[] proof = room[..log.ProveMany(indices, 37, room)];
        bool Verify() => MerkleProof.VerifyMany(root, 37, indices, leaves, proof);
        Assert.True(Verify());
        AssertBitsMatter(ref root, Verify);
        for (int i = 0; i < proof.Length; i++) AssertBitsMatter(ref proof[i], Verify);
        for (int i = 0; i < leaves.Length; i++) AssertBitsMatter(ref leaves[i], Verify);
        for (int i = 0; i < indices.Length; i++)
        {
            for (int bit = 0; bit < 64; bit++)
            {
                indices[i] ^= 1UL << bit;
                Assert.False(Verify());
                indices[i] ^= 1UL << bit;
            }
        }

        Assert.False(MerkleProof.VerifyMany(root, 37, indices, leaves, [.. proof, root]));
        Assert.False(MerkleProof.VerifyMany(root, 37, indices, leaves, proof.AsSpan(0, proof.Length - 1)));
        Assert.False(MerkleProof.VerifyMany(root, 37, [], [], [root]));
        Assert.Equal(-1, log.ProveMany(indices, 37, room.AsSpan(0, proof.Length - 1)));
    }

    [Fact]
    public void Any_set_of_leaves_of_any_log_can_be_proven_at_once() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, 299].Array[1, 40]).Sample((size, picks) =>
        {
            ulong[] indices = picks.Select(pick => (ulong)(pick % size)).Distinct().Order().ToArray();
            using LogTree log = LogTreeTests.Log(size);
            Hash256[] siblings = new Hash256[indices.Length * 9];
            int length = log.ProveMany(indices, (ulong)size, siblings);
            Hash256[] leaves = indices.Select(index => LogTreeTests.Leaves[index]).ToArray();
            Assert.True(MerkleProof.VerifyMany(log.Root, (ulong)size, indices, leaves, siblings.AsSpan(0, length)));
            Array.Reverse(leaves);
            Assert.Equal(leaves.Length == 1, MerkleProof.VerifyMany(log.Root, (ulong)size, indices, leaves, siblings.AsSpan(0, length)));
        }, iter: 300);

    [Fact]
    public unsafe void Records_of_a_table_can_be_proven_at_once()
    {
        using TableTree tree = TableTreeTests.Table(37, out ReservedMemory memory);
        using (memory)
        {
            ulong[] records = [1, 2, 30, 36];
            Hash256[] room = new Hash256[records.Length * tree.Depth];
            Hash256[] proof = room[..tree.ProveMany(records, room)];
            Hash256[] leaves = records.Select(record => Merkle.Leaf(new ReadOnlySpan<byte>(memory.Pointer + (record * 128), 128))).ToArray();
            Assert.True(MerkleProof.VerifyMany(tree.Root, 1UL << tree.Depth, records, leaves, proof));
            leaves[2] = leaves[1];
            Assert.False(MerkleProof.VerifyMany(tree.Root, 1UL << tree.Depth, records, leaves, proof));
        }
    }

    [Fact]
    public void Random_proofs_are_answered_not_thrown_at() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.Int[0, 70]).Sample((a, b, c, length) =>
        {
            Hash256[] noise = Enumerable.Range(0, length).Select(i => LogTreeTests.Leaves[i]).ToArray();
            Hash256 root = LogTreeTests.Leaves[99], leaf = LogTreeTests.Leaves[98];
            Assert.False(MerkleProof.VerifyInclusion(root, a, b, leaf, noise));
            if (a != b && Math.Min(a, b) != 0) Assert.False(MerkleProof.VerifyConsistency(root, Math.Min(a, b), leaf, Math.Max(a, b), noise));
            Assert.False(MerkleProof.VerifyMany(root, a, [Math.Min(b, c), Math.Max(b, c)], [leaf, root], noise));
        }, iter: 5000);

    private static void AssertBitsMatter(ref Hash256 hash, Func<bool> verify)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<Hash256>(ref hash));
        for (int bit = 0; bit < 256; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(verify());
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(verify());
    }
}
