// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using FastLedger.Primitives;

namespace FastLedger.Cryptography.Tests;

/// <summary>The hot paths allocate nothing.</summary>
public unsafe class AllocationTests
{
    private const int Warm = 50;
    private const int Measured = 2000;

    [Fact]
    public void Hashing_allocates_nothing()
    {
        byte[] input = new byte[100_000];
        Hash256[] hashes = new Hash256[512], parents = new Hash256[256];
        AssertNoAllocation(() =>
        {
            Blake3.Hash(input.AsSpan(0, 5000));
            Blake3.HashMany(input.AsSpan(0, 512 * 128), 128, hashes);
            Blake3.HashParents(hashes, parents);
            Blake3Hasher hasher = Blake3Hasher.Create();
            hasher.Update(input.AsSpan(0, 3000));
            hasher.Finish();
        });
    }

    [Fact]
    public void Trees_and_proofs_allocate_nothing()
    {
        using TableTree tree = new(128, 4096);
        using ReservedMemory table = new(4096 * 128);
        using LogTree log = new(1 << 20);
        uint[] touched = Enumerable.Range(0, 200).Select(i => (uint)(i * 7919 % 4096)).Distinct().ToArray();
        Hash256[] leaves = LogTreeTests.Leaves[..20], path = new Hash256[64], scratch = new Hash256[10];
        ulong[] records = [1, 5, 900];
        AssertNoAllocation(() =>
        {
            tree.Update(table.Pointer, touched, 4096);
            log.Append(leaves);
            Merkle.RootOf(leaves, scratch);
            int length = tree.Prove(touched[3], path);
            MerkleProof.VerifyInclusion(tree.Root, 4096, touched[3], leaves[0], path.AsSpan(0, length));
            length = log.ProveConsistency(5, log.Count, path);
            MerkleProof.VerifyConsistency(log.RootAt(5), 5, log.Root, log.Count, path.AsSpan(0, length));
            length = tree.ProveMany(records, path);
            MerkleProof.VerifyMany(tree.Root, 4096, records, leaves.AsSpan(0, 3), path.AsSpan(0, length));
        });
    }

    [Fact]
    public void Signing_and_verifying_allocate_nothing()
    {
        using SigningKey key = SigningKey.Generate();
        byte[] message = new byte[100], signature = new byte[64];
        Hash256 publicKey = key.PublicKey;
        RecurringKeys recurring = new(2);
        AssertNoAllocation(() =>
        {
            key.Sign(message, signature);
            Ed25519.Verify(publicKey.Bytes, message, signature);
            Invariant.Check(recurring.Verify(publicKey, message, signature));
            fixed (byte* k = publicKey.Bytes, m = message, s = signature)
            {
                SignedMessage item = new(k, m, (nuint)message.Length, s);
                bool valid = false;
                Ed25519.VerifyBatch(new ReadOnlySpan<SignedMessage>(in item), new Span<bool>(ref valid));
                Invariant.Check(valid);
            }
        }, 300);
    }

    private static void AssertNoAllocation(Action work, int repetitions = Measured)
    {
        for (int i = 0; i < Warm; i++) work();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < repetitions; i++) work();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
