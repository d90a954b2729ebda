// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Tests.Clusters;
using FastLedger.Primitives;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Node.Tests.Epochs;

/// <summary>What a later epoch proves to whoever knows only the genesis.</summary>
public sealed class EpochProofTests
{
    [Fact]
    public async Task A_proof_of_a_later_epoch_needs_its_hand_overs_and_no_byte_of_them_can_be_another()
    {
        await using var cluster = new TestCluster(configure: static o => o.Genesis.Administrator = Administration.Key);
        var genesis = new ValidatorKeys(cluster[0].ChainId, cluster.Validators);
        await using LedgerClient admin = await cluster.ConnectAsync(Administration.Seed);
        int node = cluster.Join();
        await TestReplica.OkAsync(admin, Administration.Add(node, cluster.KeyOf(node), cluster[node].PeerEndPoint!));
        await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, 3, node);
        await TestReplica.OkAsync(admin, Administration.Remove(0));
        await Administration.AwaitEpochAsync(cluster, 3, 1, 2, 3, node);

        // One client verifies all the way from the genesis, the other believes its replica: both give the same kind of proof.
        await using LedgerClient careful = await cluster.ConnectAsync(5, first: 1);
        await using LedgerClient trusting = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = [cluster[node].EndPoint], Key = TestReplica.Key(6) });
        Assert.Equal(3UL, careful.BelievedValidators!.Epoch);
        Assert.Equal([1, 2, 3, node], careful.BelievedValidators.Nodes);
        foreach (LedgerClient client in new[] { careful, trusting })
        {
            byte[] proof = await client.ProveRecordAsync(60, 1);
            Assert.True(FactProof.Verify(proof, genesis.ChainId, genesis, out ProvenFact fact));
            Assert.Equal((3UL, 4, 60U), (fact.Certificate.Epoch, fact.Validators, fact.Table));
            RefuseMutations(proof, genesis);
        }

        ReadOnlySpan<byte> chain = careful.HandOverChain();
        Assert.True(HandOver.TryFollow(ref chain, genesis, out ValidatorKeys? last) && last!.Epoch == 3);
        Assert.Equal(2, (await ReplicaProbe.HandOversAsync(cluster[node].EndPoint, 1, TimeSpan.FromSeconds(10))).Count);
    }

    [Fact]
    public async Task A_client_that_trusts_others_than_the_genesis_is_led_nowhere()
    {
        await using var cluster = new TestCluster(configure: static o => o.Genesis.Administrator = Administration.Key);
        await using LedgerClient admin = await cluster.ConnectAsync(Administration.Seed);
        int node = cluster.Join();
        await TestReplica.OkAsync(admin, Administration.Add(node, cluster.KeyOf(node), cluster[node].PeerEndPoint!));
        await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, 3, node);
        var strangers = new List<Hash256>();
        for (byte seed = 200; seed < 204; seed++)
        {
            using var key = TestReplica.Key(seed);
            strangers.Add(key.PublicKey);
        }

        LedgerConnectionException fault = await Assert.ThrowsAsync<LedgerConnectionException>(() => LedgerClient.ConnectAsync(new ClientOptions
        {
            Endpoints = cluster.EndPoints(),
            Key = TestReplica.Key(7),
            ChainId = cluster[0].ChainId,
            Validators = strangers,
            ConnectTimeout = TimeSpan.FromSeconds(2),
        }));
        Assert.Equal(ResultCode.Uncertified, ((LedgerConnectionException)fault.InnerException!).Code);
    }

    private static void RefuseMutations(byte[] proof, ValidatorKeys genesis)
    {
        ReadOnlySpan<byte> rest = proof;
        Assert.True(HandOver.TrySkip(ref rest));
        Assert.False(FactProof.Verify(rest, genesis.ChainId, genesis, out _)); // without its chain
        for (int i = 0; i < proof.Length - rest.Length; i++)
        {
            byte[] mutated = [.. proof];
            mutated[i] ^= (byte)(1 << (i % 8));
            Assert.False(FactProof.Verify(mutated, genesis.ChainId, genesis, out _), $"byte {i}");
        }
    }
}
