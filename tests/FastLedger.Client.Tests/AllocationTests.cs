// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client.Tests;

[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>Batches, results and single commands allocate nothing once everything is warm, on either side of the socket.</summary>
[Collection("Alone")]
public sealed class AllocationTests
{
    private const int Warm = 300;
    private const int Measured = 400;

    [Theory]
    [InlineData(ResultMode.FailuresOnly, 1000)]
    [InlineData(ResultMode.All, 1000)]
    [InlineData(ResultMode.FailuresOnly, ProtocolLimits.MaxBatchCommands)]
    public async Task A_synchronous_batch_allocates_nothing_on_its_thread_and_next_to_nothing_anywhere(ResultMode mode, int count)
    {
        await using var server = new LoopbackServer(keepResults: false);
        using SigningKey key = SigningKey.Generate();
        await using LedgerClient client = await ConnectAsync(server, key);
        (long thread, long total) = Measure(client, mode, count);
        Assert.Equal(0, thread);
        // The timer ticks and the runtime itself are in this figure, so it is a bound per command and not zero: less than a byte.
        Assert.True(total < Measured * count, $"{total} bytes for {Measured * count} commands");
    }

    [Fact]
    public async Task Pipelined_batches_allocate_next_to_nothing_anywhere()
    {
        await using var server = new LoopbackServer(keepResults: false);
        using SigningKey key = SigningKey.Generate();
        await using LedgerClient client = await ConnectAsync(server, key);
        CommandBatch[] batches = [client.RentBatch(), client.RentBatch(), client.RentBatch(), client.RentBatch()];
        ValueTask<BatchOutcome>[] waiting = new ValueTask<BatchOutcome>[batches.Length];
        await RunAsync(Warm);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(Measured);
        long total = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(total < Measured * 1000, $"{total} bytes for {Measured * 1000} commands");

        async Task RunAsync(int turns)
        {
            for (int i = 0; i < turns; i++)
            {
                int slot = i % batches.Length;
                if (i >= batches.Length) await waiting[slot];
                batches[slot].Clear();
                for (int n = 0; n < 1000; n++) batches[slot].Add<TransferCommand>().Amount = 1;
#pragma warning disable CA2012 // each is awaited once, before its slot is used again
                waiting[slot] = client.SubmitAsync(batches[slot]);
#pragma warning restore CA2012
            }

            foreach (ValueTask<BatchOutcome> last in waiting) await last;
        }
    }

    [Fact]
    public async Task A_single_command_allocates_nothing_on_its_thread()
    {
        await using var server = new LoopbackServer(keepResults: false);
        using SigningKey key = SigningKey.Generate();
        await using LedgerClient client = await ConnectAsync(server, key);
        var transfer = new TransferCommand { Amount = 1 };
        for (int i = 0; i < Warm; i++) client.Execute(in transfer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Measured; i++) client.Execute(in transfer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static (long Thread, long Total) Measure(LedgerClient client, ResultMode mode, int count)
    {
        using CommandBatch batch = client.RentBatch();
        Run(Warm);
        long total = GC.GetTotalAllocatedBytes(precise: true);
        long thread = GC.GetAllocatedBytesForCurrentThread();
        Run(Measured);
        return (GC.GetAllocatedBytesForCurrentThread() - thread, GC.GetTotalAllocatedBytes(precise: true) - total);

        void Run(int turns)
        {
            for (int i = 0; i < turns; i++)
            {
                batch.Clear();
                for (int n = 0; n < count; n++) batch.Add<TransferCommand>().Amount = 1;
                client.Submit(batch, mode);
            }
        }
    }

    private static Task<LedgerClient> ConnectAsync(LoopbackServer server, SigningKey key) => LedgerClient.ConnectAsync(new ClientOptions
    {
        Endpoints = [server.EndPoint],
        Key = key,
        Deadline = TimeSpan.FromSeconds(60),
    });
}
