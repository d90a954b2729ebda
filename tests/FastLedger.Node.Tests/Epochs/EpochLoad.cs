// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Tests.Clusters;

namespace FastLedger.Node.Tests.Epochs;

/// <summary>Clients that pay all the time, each at another replica first, and count what was answered.</summary>
public sealed class EpochLoad : IAsyncDisposable
{
    private readonly int _size;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(LedgerClient Client, Bank Bank)> _clients = [];
    private readonly List<Task> _running = [];
    private long _answered;

    private EpochLoad(int size) => _size = size;

    /// <summary>Transfers answered so far.</summary>
    public long Answered => Volatile.Read(ref _answered);

    public static async Task<EpochLoad> StartAsync(TestCluster cluster, int clients = 3, int size = 10)
    {
        var load = new EpochLoad(size);
        for (int i = 0; i < clients; i++)
        {
            LedgerClient client = await cluster.ConnectAsync((byte)(30 + i), first: i % cluster.Count);
            load._clients.Add((client, await Bank.OpenAsync(client, 1_000_000_000)));
        }

        foreach ((LedgerClient client, Bank bank) in load._clients) load._running.Add(Task.Run(() => load.PayAsync(client, bank)));
        return load;
    }

    /// <summary>Waits until that many more transfers are answered.</summary>
    public Task AdvanceAsync(int transfers)
    {
        long target = Answered + transfers;
        return AdvanceUntilAsync(() => Answered >= target);
    }

    /// <summary>Waits, paying, until something is so.</summary>
    public async Task AdvanceUntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            foreach (Task running in _running)
                if (running.IsFaulted) await running;
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Stops, and gives how much was credited according to a replica. It must be what was answered, no more and no less.</summary>
    public async Task CheckAsync(TestCluster cluster, int node)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        await using LedgerClient reader = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = [cluster[node].EndPoint], Key = TestReplica.Key(60), Deadline = TimeSpan.FromSeconds(30) });
        UInt128 credited = 0;
        foreach ((_, Bank bank) in _clients) credited += (await reader.GetAccountAsync(bank.Bob)).CreditsPosted;
        Assert.Equal((UInt128)Answered, credited);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach ((LedgerClient client, _) in _clients) await client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task PayAsync(LedgerClient client, Bank bank)
    {
        while (!_stop.IsCancellationRequested) Interlocked.Add(ref _answered, await bank.SendAsync(client, _size));
    }
}
