// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using FastLedger.Client;

namespace FastLedger.Node.Tests.Clusters;

public sealed class ClusterTests
{
    [Fact]
    public async Task Four_replicas_execute_the_same_commands_and_end_at_one_root()
    {
        await using var cluster = new TestCluster();
        await using LedgerClient client = await cluster.ConnectAsync();
        var bank = await Bank.OpenAsync(client, 1_000_000);
        for (int i = 0; i < 20; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        Assert.Equal((UInt128)20, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
        (ulong height, _) = await cluster.AgreeAsync();
        Assert.True(height >= 20);
    }

    [Fact]
    public async Task Clients_of_different_replicas_share_one_ledger()
    {
        await using var cluster = new TestCluster();
        await using LedgerClient first = await cluster.ConnectAsync(1, first: 0);
        await using LedgerClient second = await cluster.ConnectAsync(2, first: 2);
        var bank = await Bank.OpenAsync(first, 1_000_000);
        var other = await Bank.OpenAsync(second, 1_000_000);
        await Task.WhenAll(SendAsync(first, bank, 30, 100), SendAsync(second, other, 30, 100));
        await cluster.AgreeAsync();
        Assert.Equal((UInt128)3000, (await first.GetAccountAsync(bank.Bob)).CreditsPosted);
        Assert.Equal((UInt128)3000, (await second.GetAccountAsync(other.Bob)).CreditsPosted);
    }

    [Fact]
    public async Task Full_batches_in_flight_are_all_answered()
    {
        await using var cluster = new TestCluster();
        await using LedgerClient client = await cluster.ConnectAsync();
        var bank = await Bank.OpenAsync(client, 1_000_000);
        await SendAsync(client, bank, 24, 8190);
        Assert.Equal((UInt128)(24 * 8190), (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
        await cluster.AgreeAsync();
    }

    private static async Task SendAsync(LedgerClient client, Bank bank, int batches, int size)
    {
        var pending = new Queue<(CommandBatch Batch, Task<BatchOutcome> Outcome)>();
        for (int i = 0; i < batches; i++)
        {
            if (pending.Count == 4) await FinishAsync(pending);
            CommandBatch batch = client.RentBatch();
            for (int j = 0; j < size; j++) batch.Add(bank.Transfer(1));
            pending.Enqueue((batch, client.SubmitAsync(batch).AsTask()));
        }

        while (pending.Count > 0) await FinishAsync(pending);
    }

    private static async Task FinishAsync(Queue<(CommandBatch Batch, Task<BatchOutcome> Outcome)> pending)
    {
        (CommandBatch batch, Task<BatchOutcome> submitted) = pending.Dequeue();
        Assert.Equal(0, (await submitted).Failed);
        batch.Dispose();
    }
}
