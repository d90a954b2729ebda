// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Consensus;
using FastLedger.Consensus.Accountability;
using FastLedger.Cryptography;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;
using Xunit.Abstractions;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>One replica of four does what its operator's key lets it do.</summary>
public sealed class ByzantineTests(ITestOutputHelper output)
{
    private const int Liar = 0, Restarted = 3, Batches = 45, Transfers = 10;

    [Fact]
    public async Task A_replica_that_equivocates_withholds_and_lies_changes_nothing_and_is_convicted()
    {
        var links = new List<RewritingLink>();
        Forger? forger = null;
        SigningKey? key = null;
        int changedResults = 0;
        var cluster = new TestCluster(route: (cluster, from, to, address) =>
        {
            // The one with the smaller number dials, so what replica 0 says to its peers goes through here.
            if (from != Liar || to == Liar) return address;
            key ??= KeyFile.Read(cluster.OptionsOf(Liar).Cluster.KeyFile);
            forger ??= new Forger(key, Liar, cluster[Liar].ChainId);
            var link = new RewritingLink(address, forger.Towards(to));
            links.Add(link);
            return link.EndPoint;
        });
        await using (cluster)
        {
            var toClient = new RewritingLink(cluster[Liar].EndPoint, toDialer: (template, body) =>
            {
                if (template != (ushort)TemplateId.BatchResult) return [body];
                changedResults++;
                byte[] changed = (byte[])body.Clone();
                changed[24] ^= 1; // the first command's sequence
                return [changed];
            });
            links.Add(toClient);
            await using LedgerClient client = await LedgerClient.ConnectAsync(new ClientOptions
            {
                Endpoints = [toClient.EndPoint, .. cluster.EndPoints(first: 1).Where(e => !e.Equals(cluster[Liar].EndPoint))],
                Key = TestReplica.Key(1),
                Deadline = TimeSpan.FromSeconds(60),
                ChainId = cluster[Liar].ChainId,
                Validators = cluster.Validators,
            });
            // This one is told the truth, but the replica keeps its batches from the others.
            await using LedgerClient trusting = await cluster.ConnectAsync(3, first: Liar);
            Bank bank = await Bank.OpenAsync(client, 1_000_000), other = await Bank.OpenAsync(trusting, 1_000_000);
            for (int i = 0; i < Batches; i++)
            {
                // One that was away asks all others for what it missed, the liar too.
                if (i == Batches / 3) await cluster.KillAsync(Restarted);
                if (i == 2 * Batches / 3) cluster.Start(Restarted);
                using CommandBatch batch = client.RentBatch(16), withheld = trusting.RentBatch(16);
                for (int j = 0; j < Transfers; j++)
                {
                    batch.Add(bank.Transfer(1));
                    withheld.Add(other.Transfer(1));
                }

                ValueTask<BatchOutcome> outcome = trusting.SubmitAsync(withheld);
                Assert.Equal(0, (await client.SubmitAsync(batch)).Failed);
                Assert.Equal(0, (await outcome).Failed);
            }

            int[] honest = [1, 2, 3];
            (ulong height, Hash256 root) = await cluster.AgreeAsync(1, honest);
            foreach (int node in honest)
            {
                await using LedgerClient reader = await cluster.ConnectAsync(2, first: node);
                Assert.Equal((UInt128)(Batches * Transfers), (await reader.GetAccountAsync(bank.Bob)).CreditsPosted);
                Assert.Equal((UInt128)(Batches * Transfers), (await reader.GetAccountAsync(other.Bob)).CreditsPosted);
            }

            EvidenceKind[] kinds = [.. honest.SelectMany(node => Convictions(cluster, node)).Distinct().Order()];
            output.WriteLine(
                $"height {height}, root {root}; {forger!.Doubled} statements doubled, {forger.Withheld} batches withheld, {forger.Garbled} answers to peers and {changedResults} to the client changed; "
                + $"{client.Connections} connections; evidence: {string.Join(", ", kinds)}");
            Assert.True(forger.Doubled > 0 && forger.Withheld > 0 && forger.Garbled > 0 && changedResults > 0 && client.Connections > 1);
            Assert.Contains(EvidenceKind.DoubleVote, kinds);
            Assert.Contains(EvidenceKind.DoubleState, kinds);
        }

        foreach (RewritingLink link in links) await link.DisposeAsync();
        key?.Dispose();
    }

    /// <summary>What the files in a replica's folder prove to somebody who knows nothing but the genesis.</summary>
    private static List<EvidenceKind> Convictions(TestCluster cluster, int node)
    {
        var validators = new ValidatorSet();
        foreach (var validator in ClusterSection.ReadValidators(cluster.OptionsOf(node).Genesis.Validators)) Assert.True(validators.TryAdd(validator.Node, validator.Key));
        var kinds = new List<EvidenceKind>();
        string folder = Path.Combine(cluster.OptionsOf(node).DataDirectory, "evidence");
        if (!Directory.Exists(folder)) return kinds;
        foreach (string file in Directory.GetFiles(folder))
        {
            byte[] bytes = File.ReadAllBytes(file);
            Assert.True(EvidenceMessage.TryRead(bytes, out EvidenceMessage evidence), file);
            Assert.True(evidence.Verify(Ed25519Scheme.Instance, cluster[node].ChainId, validators), file);
            Assert.Equal(Liar, evidence.Guilty);
            kinds.Add(evidence.Kind);
            bytes[^70] ^= 1;
            Assert.False(EvidenceMessage.TryRead(bytes, out evidence) && evidence.Verify(Ed25519Scheme.Instance, cluster[node].ChainId, validators), "changed evidence was believed");
        }

        return kinds;
    }
}
