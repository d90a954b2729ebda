// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Configuration;
using FastLedger.Node.Tests.Clusters;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Checkpoints;

public sealed class CheckpointTests
{
    private static readonly Action<NodeOptions> Often = static options =>
    {
        options.State.CheckpointBlocks = 3;
        options.State.LogMemory = 4 << 20;
        options.State.SegmentBytes = 1 << 20;
        options.Journal.SegmentBytes = 4 << 20;
        options.Journal.RingBytes = 1 << 22;
    };

    [Fact]
    public async Task A_restart_goes_on_from_the_newest_checkpoint_and_executes_only_what_came_after()
    {
        await using var replica = new TestReplica(configure: Often);
        ulong bob;
        Hash256 root;
        int sent;
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            Bank bank = await Bank.OpenAsync(client, 1_000_000);
            bob = bank.Bob;
            sent = await SendUntilAsync(replica.Replica, client, bank, checkpoints: 3);
            root = (await client.GetStatusAsync()).StateRoot;
        }

        await replica.RestartAsync();
        Assert.Equal(root, replica.Replica.RecoveredState.StateRoot);
        Assert.InRange(replica.Replica.ReplayedCommands, 0ul, (ulong)sent - 1);
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            Assert.Equal((UInt128)sent, (await client.GetAccountAsync(bob)).CreditsPosted);
            Assert.Equal((UInt128)1, (await client.GetStatementAsync(bob)).Entries[0].Amount);
        }
    }

    [Fact]
    public async Task A_killed_replica_goes_on_from_a_checkpoint_and_takes_further_ones()
    {
        await using var replica = new TestReplica(configure: Often);
        Bank bank = null!;
        int sent = 0;
        for (int round = 0; round < 4; round++)
        {
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                if (round == 0) bank = await Bank.OpenAsync(client, 1_000_000);
                Assert.Equal((UInt128)sent, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
                sent += await SendUntilAsync(replica.Replica, client, bank, checkpoints: 2);
            }

            await replica.KillAsync();
        }
    }

    [Fact]
    public async Task What_both_checkpoints_hold_leaves_the_journal_and_damage_of_the_newest_costs_nothing()
    {
        await using var replica = new TestReplica(configure: Often);
        Bank bank;
        int sent = 0;
        string journal = Path.Combine(replica.Options.DataDirectory, "journal"), state = Path.Combine(replica.Options.DataDirectory, "state");
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            bank = await Bank.OpenAsync(client, 10_000_000);
            for (int i = 0; i < 200 && File.Exists(Path.Combine(journal, "segment-0000000000.journal")) || sent < 20 * 8190; i++) sent += await SendBatchAsync(client, bank);
        }

        Assert.False(File.Exists(Path.Combine(journal, "segment-0000000000.journal")));
        await replica.RestartAsync();
        await CheckAsync(replica, bank, sent);

        await replica.StopAsync();
        string newest = Directory.GetFiles(state, "manifest-*").Order(StringComparer.Ordinal).Last();
        byte[] bytes = File.ReadAllBytes(newest);
        bytes[100] ^= 1;
        File.WriteAllBytes(newest, bytes);
        replica.Start();
        await CheckAsync(replica, bank, sent);

        await replica.StopAsync();
        foreach (string manifest in Directory.GetFiles(state, "manifest-*")) File.Delete(manifest);
        StoreDamagedException refused = Assert.Throws<StoreDamagedException>(replica.Start);
        Assert.Contains("no checkpoint can be used", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_of_a_cluster_goes_on_from_a_checkpoint_and_catches_up()
    {
        await using var cluster = new TestCluster(configure: Often);
        await using LedgerClient client = await cluster.ConnectAsync();
        Bank bank = await Bank.OpenAsync(client, 1_000_000);
        for (int i = 0; i < 60; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        await cluster.AgreeAsync();
        Assert.True(cluster[3].Checkpoints().Published > 0);
        await cluster.KillAsync(3);
        for (int i = 0; i < 20; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        cluster.Start(3);
        Assert.True(cluster[3].RecoveredState.Height > 20);
        await TestReplica.OkAsync(client, bank.Transfer(1));
        await cluster.AgreeAsync();
    }

    private static async Task CheckAsync(TestReplica replica, Bank bank, int sent)
    {
        await using LedgerClient client = await replica.ConnectAsync();
        Assert.Equal((UInt128)sent, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
    }

    private static async Task<int> SendBatchAsync(LedgerClient client, Bank bank)
    {
        CommandBatch batch = client.RentBatch();
        for (int i = 0; i < batch.Capacity; i++) batch.Add(bank.Transfer(1));
        Assert.Equal(0, (await client.SubmitAsync(batch)).Failed);
        batch.Dispose();
        return 8190;
    }

    /// <summary>Sends transfers of 1 until so many checkpoints are published.</summary>
    private static async Task<int> SendUntilAsync(Replica replica, LedgerClient client, Bank bank, ulong checkpoints)
    {
        int sent = 0;
        while (replica.Checkpoints().Published < checkpoints)
        {
            await TestReplica.OkAsync(client, bank.Transfer(1));
            Assert.True(++sent < 20_000, "no checkpoint ends");
        }

        return sent;
    }
}
