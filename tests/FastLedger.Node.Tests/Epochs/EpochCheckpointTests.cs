// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Configuration;
using FastLedger.Node.Tests.Checkpoints;
using FastLedger.Node.Tests.Clusters;

namespace FastLedger.Node.Tests.Epochs;

/// <summary>Checkpoints before, over and after a change of validators.</summary>
public sealed class EpochCheckpointTests
{
    private static void Often(NodeOptions options)
    {
        options.Genesis.Administrator = Administration.Key;
        FrequentCheckpoints.Configure(options);
    }

    [Fact]
    public async Task Checkpoints_go_on_in_the_next_epoch_and_the_cluster_starts_from_them_without_the_old_journal()
    {
        await using var cluster = new TestCluster(configure: Often);
        int node;
        await using (LedgerClient admin = await cluster.ConnectAsync(Administration.Seed))
        await using (EpochLoad load = await EpochLoad.StartAsync(cluster, size: 1000))
        {
            await load.AdvanceAsync(200);
            node = cluster.Join();
            await TestReplica.OkAsync(admin, Administration.Add(node, cluster.KeyOf(node), cluster[node].PeerEndPoint!));
            await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, 3, node);
            ulong before = cluster[0].Checkpoints().Height;
            await load.AdvanceUntilAsync(() => cluster[0].Checkpoints().Height > before + 20 && IsCut(cluster, 0) && IsCut(cluster, 1));
            await load.CheckAsync(cluster, 0);
        }

        foreach (int each in Enumerable.Range(0, 5)) await cluster.KillAsync(each);
        foreach (int each in Enumerable.Range(0, 5)) cluster.Start(each);
        Assert.True(cluster[0].RecoveredState.Height > 0);
        await using LedgerClient client = await cluster.ConnectAsync(9);
        Assert.Equal(2UL, client.BelievedValidators!.Epoch);
        var bank = await Bank.OpenAsync(client, 1_000);
        for (int i = 0; i < 5; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        await Administration.AgreeAsync(cluster);
        await using LedgerClient again = await cluster.ConnectAsync(Administration.Seed);
        Assert.Equal(3UL, await TestReplica.OkAsync(again, Administration.Remove(1)));
        await Administration.AwaitEpochAsync(cluster, 3, 0, 2, 3, node);
        await Administration.AgreeAsync(cluster);
    }

    /// <summary>The journal's first segment, in which the epoch before began, is gone.</summary>
    private static bool IsCut(TestCluster cluster, int node) => !File.Exists(Path.Combine(cluster.OptionsOf(node).DataDirectory, "journal", "segment-0000000000.journal"));
}
