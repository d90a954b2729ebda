// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Tests.Clusters;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Tests.Epochs;

/// <summary>Every kind of change while clients pay: what was answered is there once, replicas agree, commits go on.</summary>
public sealed class ValidatorChangeTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static TestCluster Open() => new(configure: static o => o.Genesis.Administrator = Administration.Key);

    [Fact]
    public async Task A_fifth_validator_joins_under_load()
    {
        await using TestCluster cluster = Open();
        await using LedgerClient admin = await cluster.ConnectAsync(Administration.Seed);
        await using EpochLoad load = await EpochLoad.StartAsync(cluster);
        await load.AdvanceAsync(200);
        int node = cluster.Join();
        Assert.Equal(2UL, await TestReplica.OkAsync(admin, Administration.Add(node, cluster.KeyOf(node), cluster[node].PeerEndPoint!)));
        await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, 3, node);
        await load.AdvanceAsync(500);
        ClusterStatusAnswer status = await Administration.StatusAsync(cluster, node);
        Assert.Equal((2UL, 5U, 0U), (status.Epoch, status.Validators, status.Halted));

        // Four of five are needed now: that commits go on without one of the old ones shows that the new one votes.
        await cluster.KillAsync(1);
        await load.AdvanceAsync(500);
        await load.CheckAsync(cluster, node);
        await Administration.AgreeAsync(cluster);
        output.WriteLine($"{load.Answered} transfers answered");
    }

    [Fact]
    public async Task A_validator_leaves_under_load_says_so_and_follows()
    {
        await using TestCluster cluster = Open();
        await using LedgerClient admin = await cluster.ConnectAsync(Administration.Seed);
        await using EpochLoad load = await EpochLoad.StartAsync(cluster, 4);
        await load.AdvanceAsync(200);
        Assert.Equal(2UL, await TestReplica.OkAsync(admin, Administration.Remove(3)));
        await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, 3);
        await load.AdvanceAsync(500);
        ClusterStatusAnswer status = await Administration.StatusAsync(cluster, 3);
        Assert.Equal((ReplicaRole.Observer, 3U), (status.Role, status.Validators));
        await load.CheckAsync(cluster, 0);
        await Administration.AgreeAsync(cluster);
    }

    [Fact]
    public async Task A_key_is_rotated_under_load_and_the_old_one_signs_nothing_more()
    {
        await using TestCluster cluster = Open();
        (string file, Hash256 key) = cluster.MakeKey("next");
        cluster.OptionsOf(2).Cluster.NextKeyFile = file;
        await cluster.StopAsync(2);
        cluster.Start(2);
        await using LedgerClient admin = await cluster.ConnectAsync(Administration.Seed);
        await using EpochLoad load = await EpochLoad.StartAsync(cluster);
        await load.AdvanceAsync(200);
        Assert.Equal(2UL, await TestReplica.OkAsync(admin, Administration.Rotate(2, key)));
        await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, 3);
        await cluster.KillAsync(0);
        await load.AdvanceAsync(300);
        cluster.Start(0);

        // From now on the new key is the only one that is needed.
        cluster.OptionsOf(2).Cluster.KeyFile = file;
        cluster.OptionsOf(2).Cluster.NextKeyFile = "";
        await cluster.KillAsync(2);
        cluster.Start(2);
        await load.AdvanceAsync(300);
        await load.CheckAsync(cluster, 2);
        await Administration.AgreeAsync(cluster);
    }

    [Fact]
    public async Task A_validator_is_replaced_by_another_machine_under_load()
    {
        await using TestCluster cluster = Open();
        await using LedgerClient admin = await cluster.ConnectAsync(Administration.Seed);
        await using EpochLoad load = await EpochLoad.StartAsync(cluster);
        await load.AdvanceAsync(200);
        int node = cluster.Join();
        Assert.Equal(2UL, await TestReplica.OkAsync(admin, Administration.Add(node, cluster.KeyOf(node), cluster[node].PeerEndPoint!)));
        await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, 3, node);
        Assert.Equal(3UL, await TestReplica.OkAsync(admin, Administration.Remove(0)));
        await Administration.AwaitEpochAsync(cluster, 3, 1, 2, 3, node);
        await load.AdvanceAsync(300);
        await cluster.KillAsync(0);
        await load.AdvanceAsync(300);
        await load.CheckAsync(cluster, node);
        await Administration.AgreeAsync(cluster);
    }

    [Fact]
    public async Task The_whole_cluster_restarts_over_the_boundary_and_goes_on()
    {
        await using TestCluster cluster = Open();
        await using LedgerClient admin = await cluster.ConnectAsync(Administration.Seed);
        int node = cluster.Join();
        await using (EpochLoad load = await EpochLoad.StartAsync(cluster))
        {
            await load.AdvanceAsync(200);
            await TestReplica.OkAsync(admin, Administration.Add(node, cluster.KeyOf(node), cluster[node].PeerEndPoint!));
            await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, 3, node);
            await load.AdvanceAsync(100);
            await load.CheckAsync(cluster, 0);
        }

        foreach (int each in Enumerable.Range(0, 5)) await cluster.KillAsync(each);
        foreach (int each in Enumerable.Range(0, 5)) cluster.Start(each);
        await using LedgerClient client = await cluster.ConnectAsync(9);
        var bank = await Bank.OpenAsync(client, 1_000);
        for (int i = 0; i < 5; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        await Administration.AgreeAsync(cluster);
        foreach (int each in Enumerable.Range(0, 5)) Assert.Equal(2UL, (await Administration.StatusAsync(cluster, each)).Epoch);
    }

    [Fact]
    public async Task A_replica_that_slept_over_three_changes_wakes_up_and_follows_them_all()
    {
        await using TestCluster cluster = Open();
        await using LedgerClient admin = await cluster.ConnectAsync(Administration.Seed);
        await using EpochLoad load = await EpochLoad.StartAsync(cluster);
        await load.AdvanceAsync(100);
        await cluster.KillAsync(3);
        int node = cluster.Join();
        Assert.Equal(2UL, await TestReplica.OkAsync(admin, Administration.Add(node, cluster.KeyOf(node), cluster[node].PeerEndPoint!)));
        await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, node);
        await load.AdvanceAsync(100);
        (string file, Hash256 key) = cluster.MakeKey("next");
        cluster.OptionsOf(1).Cluster.NextKeyFile = file;
        await cluster.KillAsync(1);
        cluster.Start(1);
        Assert.Equal(3UL, await TestReplica.OkAsync(admin, Administration.Rotate(1, key)));
        await Administration.AwaitEpochAsync(cluster, 3, 0, 1, 2, node);
        await load.AdvanceAsync(100);
        Assert.Equal(4UL, await TestReplica.OkAsync(admin, Administration.Remove(2)));
        await Administration.AwaitEpochAsync(cluster, 4, 0, 1, node);
        cluster.Start(3);
        await Administration.AwaitEpochAsync(cluster, 4, 3);
        await load.AdvanceAsync(100);
        await cluster.KillAsync(2);
        await load.CheckAsync(cluster, 3);
        await Administration.AgreeAsync(cluster);
    }
}
