// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>Which thread executes a block must not show in what it gives.</summary>
public sealed class ExecutionThreadTests
{
    [Fact]
    public async Task Replicas_that_share_the_thread_and_replicas_that_do_not_end_at_one_root()
    {
        int made = 0;
        await using var cluster = new TestCluster(configure: options => options.Pipeline.Execution = made++ % 2 == 0 ? ExecutionThread.Shared : ExecutionThread.Own);
        await using LedgerClient first = await cluster.ConnectAsync(1, first: 0);
        await using LedgerClient second = await cluster.ConnectAsync(2, first: 1);
        var bank = await Bank.OpenAsync(first, 1_000_000);
        var other = await Bank.OpenAsync(second, 1_000_000);
        int sent = 0;

        // Below, at and above what is little, so that blocks change from the one thread to the other and back, with queries in between.
        foreach (int size in new[] { 1, 1, ExecutionStage.MostCommandsHere, 1, ExecutionStage.MostCommandsHere + 1, 1, 2000, 1, 1 })
        {
            await Task.WhenAll(bank.SendAsync(first, size), other.SendAsync(second, size));
            sent += size;
            Assert.Equal((UInt128)sent, (await first.GetAccountAsync(bank.Bob)).CreditsPosted);
            Assert.Equal((UInt128)sent, (await second.GetAccountAsync(other.Bob)).CreditsPosted);
        }

        await cluster.AgreeAsync();
    }

    [Fact]
    public async Task A_cluster_of_one_keeps_its_root_over_a_crash_on_either_thread()
    {
        foreach (ExecutionThread thread in new[] { ExecutionThread.Shared, ExecutionThread.Own })
        {
            await using var replica = new TestReplica(configure: options => options.Pipeline.Execution = thread);
            Hash256 root;
            Bank bank;
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                bank = await Bank.OpenAsync(client, 1_000);
                for (int i = 0; i < 20; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
                root = (await client.GetStatusAsync()).StateRoot;
            }

            await replica.KillAsync();
            Assert.Equal(root, replica.Replica.RecoveredState.StateRoot);
            await using (LedgerClient client = await replica.ConnectAsync()) Assert.Equal((UInt128)20, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
        }
    }

    [Fact]
    public async Task Answers_outlive_a_crash_of_all_replicas_whose_commits_were_only_noted()
    {
        await using var cluster = new TestCluster();
        Bank bank;
        await using (LedgerClient client = await cluster.ConnectAsync())
        {
            bank = await Bank.OpenAsync(client, 1_000_000);
            for (int i = 0; i < 10; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        }

        for (int i = 0; i < cluster.Count; i++) await cluster.KillAsync(i);
        for (int i = 0; i < cluster.Count; i++) cluster.Start(i);
        await using (LedgerClient client = await cluster.ConnectAsync())
        {
            await TestReplica.OkAsync(client, bank.Transfer(1));
            Assert.Equal((UInt128)11, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
        }

        await cluster.AgreeAsync();
    }
}
