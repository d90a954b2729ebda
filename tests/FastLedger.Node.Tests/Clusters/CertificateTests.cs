// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Tests.Clusters;

public sealed class CertificateTests
{
    [Fact]
    public void Clients_check_the_very_statement_that_validators_sign()
    {
        Hash256 chain = Blake3.Hash("chain"u8), block = Blake3.Hash("block"u8), state = Blake3.Hash("state"u8), receipts = Blake3.Hash("receipts"u8), set = Blake3.Hash("set"u8);
        byte[] client = new byte[SignedMessages.StateBytes];
        SignedMessages.State(client, chain, new StateCertificateHead
        {
            Epoch = 3,
            Height = 77,
            BlockId = block,
            StateRoot = state,
            ReceiptsRoot = receipts,
            NextSetDigest = set,
            Signers = 7,
        });
        byte[] buffer = new byte[Statement.MaxSize];
        Assert.Equal(Statement.State(buffer, chain, 3, new StateCommitment(77, block, state, receipts, set)).ToArray(), client);
    }

    [Fact]
    public void Every_receipt_of_a_block_has_a_path_to_its_root_and_to_no_other()
    {
        using var tree = new ReceiptTree(64);
        for (int count = 1; count <= 64; count++)
        {
            tree.Clear();
            for (int i = 0; i < count; i++) tree.Add(new BatchReceipt { Session = (uint)i + 1, Count = (uint)count });
            Hash256 root = tree.Build();
            for (int i = 0; i < count; i++)
            {
                var path = new PathNode[ReceiptTree.PathLength(i, count)];
                Assert.Equal(path.Length, tree.Path(i, path));
                var proof = new ReceiptProofHead { Height = 1, LeafIndex = (uint)i, LeafCount = (uint)count, Receipt = tree[i] };
                Assert.True(ValidatorKeys.Verify(root, proof, path));
                proof.Receipt.OkCount++;
                Assert.False(ValidatorKeys.Verify(root, proof, path));
                proof.Receipt.OkCount--;
                proof.LeafIndex++;
                Assert.False(ValidatorKeys.Verify(root, proof, path));
            }
        }
    }

    [Fact]
    public void A_certificate_needs_a_quorum_of_distinct_validators_over_the_same_bytes()
    {
        SigningKey[] keys = [.. Enumerable.Range(1, 4).Select(seed => TestReplica.Key((byte)seed))];
        Hash256 chain = Blake3.Hash("chain"u8);
        var validators = new ValidatorKeys(chain, [.. keys.Select(key => key.PublicKey)]);
        var head = new StateCertificateHead { Epoch = 1, Height = 5, StateRoot = chain, Signers = 0b1101 };
        byte[] message = new byte[SignedMessages.StateBytes];
        SignedMessages.State(message, chain, head);
        var signatures = new CertificateSignature[3];
        int at = 0;
        foreach (int signer in new[] { 0, 2, 3 }) keys[signer].Sign(message, signatures[at++].Signature.Bytes);
        Assert.True(validators.Verify(head, signatures));
        Assert.False(validators.Verify(head with { Signers = 0b0101 }, signatures.AsSpan(0, 2)));
        Assert.False(validators.Verify(head with { Signers = 0b1011 }, signatures));
        Assert.False(validators.Verify(head with { Signers = 0b11101 }, signatures));
        Assert.False(validators.Verify(head with { Epoch = 2 }, signatures));
        foreach (byte[] changed in Mutations(head))
            Assert.False(validators.Verify(MemoryMarshal.Read<StateCertificateHead>(changed), signatures));
        foreach (SigningKey key in keys) key.Dispose();
    }

    [Fact]
    public async Task A_client_that_knows_other_validators_is_told_nothing()
    {
        await using var cluster = new TestCluster();
        Hash256[] others = [.. Enumerable.Range(50, 4).Select(seed =>
        {
            using SigningKey key = TestReplica.Key((byte)seed);
            return key.PublicKey;
        })];
        await using LedgerClient client = await LedgerClient.ConnectAsync(new ClientOptions
        {
            Endpoints = cluster.EndPoints(),
            Key = TestReplica.Key(1),
            ChainId = cluster[0].ChainId,
            Validators = others,
            Deadline = TimeSpan.FromSeconds(2),
        });
        await Assert.ThrowsAsync<LedgerTimeoutException>(
            async () => await client.ExecuteAsync(new CreateAssetCommand { Opcode = Opcode.CreateAsset, Scale = 2 }));
        Assert.True(client.Connections > 1);
    }

    private static System.Collections.Generic.IEnumerable<byte[]> Mutations(StateCertificateHead head)
    {
        byte[] bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<StateCertificateHead>(in head)).ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = (byte[])bytes.Clone();
            changed[i] ^= 1;
            yield return changed;
        }
    }
}
