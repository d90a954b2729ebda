// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>A client that sends one batch after the other.</summary>
internal sealed class TransferLoad : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private int _batches;

    public TransferLoad(LedgerClient client, Bank bank, int commands = 100) => _sending = Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            await bank.SendAsync(client, commands);
            Interlocked.Increment(ref _batches);
        }
    });

    /// <summary>Waits until so many more batches were answered.</summary>
    public async Task PassAsync(int batches)
    {
        int until = Volatile.Read(ref _batches) + batches;
        using var patience = new CancellationTokenSource(Patience);
        while (Volatile.Read(ref _batches) < until && !_sending.IsCompleted) await Task.Delay(5, patience.Token);
        if (_sending.IsFaulted) await _sending;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _sending;
    }
}
