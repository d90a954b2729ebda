// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Node.Embedding;
using FastLedger.Node.Tests.Clusters;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Tests.Epochs;

/// <summary>The cluster in a process that applications embed.</summary>
public sealed class EmbeddedEpochTests
{
    [Fact]
    public async Task A_replica_joins_an_embedded_cluster_which_then_loses_another()
    {
        string directory = Directory.CreateTempSubdirectory("fastledger-embedded-").FullName;
        try
        {
            await using EmbeddedCluster cluster = await EmbeddedCluster.StartAsync(directory, 4, configure: static o =>
            {
                (o.Genesis.MaxSessions, o.Genesis.MaxAccounts, o.Genesis.MaxOrders, o.Genesis.MaxPriceLevels, o.Genesis.MaxPendingTransfers) = (64, 1 << 12, 1 << 12, 1 << 12, 1 << 12);
                (o.Journal.SegmentBytes, o.Journal.RingBytes, o.Cluster.StoreBytesPerAuthor) = (8 << 20, 1 << 23, 1 << 23);
            });
            using SigningKey administrator = KeyFile.Read(cluster.AdministratorKeyPath);
            using SigningKey own = TestReplica.Key(1);
            ClientOptions Options(SigningKey key) => new() { Endpoints = cluster.EndPoints, Key = key, ChainId = cluster.Genesis.ChainId, Validators = cluster.Validators, Deadline = TimeSpan.FromSeconds(30) };
            await using LedgerClient admin = await LedgerClient.ConnectAsync(Options(administrator));
            await using LedgerClient client = await LedgerClient.ConnectAsync(Options(own));
            Bank bank = await Bank.OpenAsync(client, 1_000);
            (int node, var key, var endPoint) = cluster.Join();
            ChangeValidatorsCommand add = Administration.Add(node, key, endPoint);
            Assert.Equal(2UL, await TestReplica.OkAsync(admin, add));
            for (int i = 0; i < 20; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
            ClusterStatusAnswer status;
            do status = await ReplicaProbe.AskAsync(cluster.EndPoints[node], TimeSpan.FromSeconds(30));
            while (status.Epoch < 2 || status.CertifiedHeight < 10);
            Assert.Equal(5U, status.Validators);
            await cluster.CrashAsync(0);
            for (int i = 0; i < 20; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
            await cluster.RestartAsync(0);
            Assert.Equal((UInt128)40, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
