// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network.Peers;
using FastLedger.Protocol.Peers;
using Xunit.Abstractions;

namespace FastLedger.Network.Tests.Peers;

[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>In steady state messages cost no memory of the heap, on neither side and with either protection.</summary>
[Collection("Alone")]
public sealed class PeerAllocationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(PeerEncryption.Off, 200, 200_000)]
    [InlineData(PeerEncryption.Off, 1 << 20, 500)]
    [InlineData(PeerEncryption.Tls, 200, 200_000)]
    [InlineData(PeerEncryption.Tls, 1 << 20, 200)]
    public async Task Messages_allocate_nothing(PeerEncryption encryption, int bytes, int count)
    {
        using var key0 = PeerFixture.Key(0);
        using var key1 = PeerFixture.Key(1);
        var counter = new CountingReceiver();
        await using var sender = new PeerNetwork(PeerFixture.OptionsOf(0, key0, encryption), new CountingReceiver());
        await using var receiver = new PeerNetwork(PeerFixture.OptionsOf(1, key1, encryption), counter);
        sender.SetPeers([new PeerAddress(1, key1.PublicKey, receiver.EndPoint)]);
        receiver.SetPeers([new PeerAddress(0, key0.PublicKey, null)]);
        receiver.Start();
        sender.Start();
        await Eventually.FalseAsync(() => !sender.IsConnected(1) || !receiver.IsConnected(0));
        byte[] body = new byte[bytes];
        Send(count);
        await counter.WaitAsync(count);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Send(count);
        await counter.WaitAsync(2 * count);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        output.WriteLine($"{allocated:N0} bytes for {count:N0} messages of {bytes:N0} bytes");
        Assert.True(allocated < Math.Max(count, 64 << 10), $"{allocated:N0} bytes for {count:N0} messages");

        void Send(int messages)
        {
            var wait = new SpinWait();
            for (int i = 0; i < messages; i++)
                while (!sender.TrySend(1, PeerPriority.Bulk, 150, body)) wait.SpinOnce(sleep1Threshold: 10);
        }
    }

    private sealed class CountingReceiver : IPeerReceiver
    {
        private long _count;

        public bool TryReceive(int node, ushort template, ReadOnlySpan<byte> body)
        {
            Interlocked.Increment(ref _count);
            return true;
        }

        public void OnConnected(int node)
        {
        }

        public void OnDisconnected(int node)
        {
        }

        /// <summary>Waits without allocating much: the measurement is running.</summary>
        public Task WaitAsync(long count)
        {
            var wait = new SpinWait();
            while (Volatile.Read(ref _count) < count) wait.SpinOnce(sleep1Threshold: 10);
            return Task.CompletedTask;
        }
    }
}
