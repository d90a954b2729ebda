// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Tests.Clusters;
using FastLedger.Primitives;

namespace FastLedger.Node.Tests.Epochs;

/// <summary>Changes one after the other while replicas crash at random moments, those that change included.</summary>
public sealed class EpochChaosTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public async Task Replicas_killed_around_every_change_lose_and_double_nothing()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), out int given) ? given : 20261124;
        int rounds = int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_ROUNDS"), out int wanted) ? wanted : 6;
        output.WriteLine($"seed {seed}, {rounds} rounds");
        var random = new Random(seed);
        await using var cluster = new TestCluster(5, configure: static o => o.Genesis.Administrator = Administration.Key);
        await using LedgerClient admin = await cluster.ConnectAsync(Administration.Seed);
        await using EpochLoad load = await EpochLoad.StartAsync(cluster, 4);
        var members = new List<int> { 0, 1, 2, 3, 4 };
        ulong epoch = 1;
        for (int round = 0; round < rounds; round++)
        {
            await load.AdvanceAsync(100);
            int kind = random.Next(3), changing = members[random.Next(members.Count)], victim = members[random.Next(members.Count)];
            output.WriteLine($"round {round}: kind {kind}, node {changing}, victim {victim}");
            switch (kind)
            {
                case 0:
                    (string file, Hash256 key) = cluster.MakeKey($"round-{round}");
                    await cluster.KillAsync(changing);
                    if (epoch > 1 && cluster.OptionsOf(changing).Cluster.NextKeyFile.Length > 0) cluster.OptionsOf(changing).Cluster.KeyFile = cluster.OptionsOf(changing).Cluster.NextKeyFile;
                    cluster.OptionsOf(changing).Cluster.NextKeyFile = file;
                    cluster.Start(changing);
                    Assert.Equal(++epoch, await TestReplica.OkAsync(admin, Administration.Rotate(changing, key)));
                    break;
                case 1 when members.Count > 4:
                    Assert.Equal(++epoch, await TestReplica.OkAsync(admin, Administration.Remove(changing)));
                    members.Remove(changing);
                    break;
                default:
                    int node = cluster.Join();
                    Assert.Equal(++epoch, await TestReplica.OkAsync(admin, Administration.Add(node, cluster.KeyOf(node), cluster[node].PeerEndPoint!)));
                    members.Add(node);
                    break;
            }

            // The change was answered; that the epoch ends may come before, while or after the crash.
            await Task.Delay(random.Next(60));
            await cluster.KillAsync(victim);
            await Task.Delay(random.Next(60));
            cluster.Start(victim);
            await Administration.AwaitEpochAsync(cluster, epoch, [.. members]);
        }

        await load.CheckAsync(cluster, members[0]);
        foreach (int gone in Enumerable.Range(0, cluster.Count).Except(members).Where(cluster.IsUp)) await cluster.KillAsync(gone);
        await Administration.AgreeAsync(cluster);
    }
}
