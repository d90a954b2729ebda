// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Clusters;

public sealed class ClusterRecoveryTests
{
    [Fact]
    public async Task A_killed_replica_comes_back_catches_up_and_ends_at_the_same_root()
    {
        await using var cluster = new TestCluster();
        await using LedgerClient client = await cluster.ConnectAsync();
        var bank = await Bank.OpenAsync(client, 1_000_000);
        for (int i = 0; i < 5; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        await cluster.KillAsync(3);
        for (int i = 0; i < 150; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        cluster.Start(3);
        for (int i = 0; i < 5; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        await cluster.AgreeAsync(160);
        await using LedgerClient other = await cluster.ConnectAsync(2, first: 3);
        Assert.Equal((UInt128)160, (await other.GetAccountAsync(bank.Bob)).CreditsPosted);
    }

    [Fact]
    public async Task A_replica_that_missed_many_large_batches_fetches_them()
    {
        const int Batches = 40, Size = 4_000;
        await using var cluster = new TestCluster();
        await using LedgerClient client = await cluster.ConnectAsync();
        var bank = await Bank.OpenAsync(client, 1_000_000_000);
        await cluster.KillAsync(2);
        for (int i = 0; i < Batches; i++) await bank.SendAsync(client, Size);

        cluster.Start(2);
        await cluster.AgreeAsync(Batches);
        await using LedgerClient other = await cluster.ConnectAsync(2, first: 2);
        Assert.Equal((UInt128)(Batches * Size), (await other.GetAccountAsync(bank.Bob)).CreditsPosted);
    }

    /// <summary>Without a journal on disk the others give out what their memory still holds.</summary>
    [Fact]
    public async Task A_replica_that_starts_late_catches_up_with_a_cluster_that_writes_nothing()
    {
        const int Batches = 20, Size = 4_000;
        await using var cluster = new TestCluster(durability: Durability.None, configure: options => options.Journal.RingBytes = 1 << 26);
        await cluster.KillAsync(2);
        await using LedgerClient client = await cluster.ConnectAsync();
        var bank = await Bank.OpenAsync(client, 1_000_000_000);
        for (int i = 0; i < Batches; i++) await bank.SendAsync(client, Size);

        cluster.Start(2);
        await cluster.AgreeAsync(Batches);
        await using LedgerClient other = await cluster.ConnectAsync(2, first: 2);
        Assert.Equal((UInt128)(Batches * Size), (await other.GetAccountAsync(bank.Bob)).CreditsPosted);
    }

    [Fact]
    public async Task The_cluster_goes_on_when_any_one_replica_dies_the_leader_included()
    {
        await using var cluster = new TestCluster();
        for (int victim = 0; victim < cluster.Count; victim++)
        {
            await using LedgerClient client = await cluster.ConnectAsync((byte)(10 + victim), first: (victim + 1) % cluster.Count);
            var bank = await Bank.OpenAsync(client, 1_000);
            await cluster.KillAsync(victim);
            for (int i = 0; i < 8; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
            cluster.Start(victim);
            await TestReplica.OkAsync(client, bank.Transfer(1));
            await cluster.AgreeAsync();
        }
    }

    [Fact]
    public async Task A_client_whose_replica_dies_goes_to_another_and_every_command_takes_effect_once()
    {
        await using var cluster = new TestCluster();
        await using LedgerClient client = await cluster.ConnectAsync();
        var bank = await Bank.OpenAsync(client, 1_000_000);
        var pending = new Queue<(CommandBatch Batch, Task<BatchOutcome> Outcome)>();
        for (int i = 0; i < 60; i++)
        {
            if (i == 20) await cluster.KillAsync(0);
            while (pending.Count >= 8) await FinishAsync(pending);
            CommandBatch batch = client.RentBatch(16);
            for (int j = 0; j < 10; j++) batch.Add(bank.Transfer(1));
            pending.Enqueue((batch, client.SubmitAsync(batch).AsTask()));
        }

        while (pending.Count > 0) await FinishAsync(pending);
        Assert.True(client.Connections >= 2);
        Assert.Equal((UInt128)600, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
        cluster.Start(0);
        await cluster.AgreeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task All_replicas_die_at_once_and_no_answered_command_is_lost(int count)
    {
        await using var cluster = new TestCluster(count);
        UInt128 answered = 0;
        Bank? bank = null;
        for (int round = 0; round < 3; round++)
        {
            await using (LedgerClient client = await cluster.ConnectAsync())
            {
                bank ??= await Bank.OpenAsync(client, 1_000_000);
                for (int i = 0; i < 10; i++)
                {
                    await TestReplica.OkAsync(client, bank.Transfer(1));
                    answered++;
                }

                // What is under way when the power fails may take effect or not; it was not answered.
                CommandBatch batch = client.RentBatch(16);
                batch.Add(bank.Transfer(1_000));
                Task<BatchOutcome> unanswered = client.SubmitAsync(batch).AsTask();
                for (int node = 0; node < count; node++) await cluster.KillAsync(node);
                _ = unanswered.ContinueWith(static task => task.Exception, TaskScheduler.Default);
            }

            for (int node = 0; node < count; node++) cluster.Start(node);
            await cluster.AgreeAsync();
        }

        await using LedgerClient after = await cluster.ConnectAsync(2);
        UInt128 credited = (await after.GetAccountAsync(bank!.Bob)).CreditsPosted;
        Assert.Equal(answered, credited % 1_000);
        Assert.InRange(credited / 1_000, (UInt128)0, (UInt128)3);
    }

    [Fact]
    public async Task Replicas_killed_at_random_moments_lose_and_double_nothing()
    {
        const int Rounds = 6;
        var random = new Random(20261123);
        await using var cluster = new TestCluster();
        await using LedgerClient client = await cluster.ConnectAsync();
        var bank = await Bank.OpenAsync(client, 1_000_000_000);
        using var stop = new CancellationTokenSource();
        ulong sent = 0;
        Task load = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using CommandBatch batch = client.RentBatch(16);
                for (int j = 0; j < 10; j++) batch.Add(bank.Transfer(1));
                Assert.Equal(0, (await client.SubmitAsync(batch)).Failed);
                Volatile.Write(ref sent, sent + 10);
            }
        });
        for (int round = 0; round < Rounds; round++)
        {
            // The moment is a number of answered commands: no clock decides when.
            ulong moment = Volatile.Read(ref sent) + 100 + (ulong)random.Next(200);
            while (Volatile.Read(ref sent) < moment && !load.IsCompleted) await Task.Yield();
            int victim = random.Next(cluster.Count);
            await cluster.KillAsync(victim);
            moment = Volatile.Read(ref sent) + (ulong)random.Next(200);
            while (Volatile.Read(ref sent) < moment && !load.IsCompleted) await Task.Yield();
            cluster.Start(victim);
        }

        await stop.CancelAsync();
        await load;
        await cluster.AgreeAsync();
        Assert.Equal((UInt128)sent, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
    }

    private static async Task FinishAsync(Queue<(CommandBatch Batch, Task<BatchOutcome> Outcome)> pending)
    {
        (CommandBatch batch, Task<BatchOutcome> submitted) = pending.Dequeue();
        Assert.Equal(0, (await submitted).Failed);
        batch.Dispose();
    }
}
