// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
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
    private const int Rounds = 10;
    private const int Clock = 16 << 10; // bytes that timers and the measurement itself may take

    [Theory]
    [InlineData(PeerEncryption.Off, 200, 200_000, false)]
    [InlineData(PeerEncryption.Off, 200, 200_000, true)]
    [InlineData(PeerEncryption.Off, 1 << 20, 500, false)]
    [InlineData(PeerEncryption.Tls, 200, 200_000, false)]
    [InlineData(PeerEncryption.Tls, 1 << 20, 200, false)]
    public async Task Messages_allocate_nothing(PeerEncryption encryption, int bytes, int count, bool fromOwnThread)
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
        long bound = Clock + Math.Max(count, (long)bytes * count / 4096); // TLS keeps a state now and then when the socket is full
        // The pools grow to the most that was ever under way at once, which no first round need reach.
        long least = long.MaxValue;
        for (int round = 1; round <= Rounds && least >= bound; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true), start = Stopwatch.GetTimestamp();
            Send(count);
            counter.Wait((long)round * count);
            double perSecond = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            output.WriteLine($"round {round}: {least:N0} bytes for {count:N0} messages of {bytes:N0} bytes, {perSecond:N0} a second");
        }

        Assert.True(least < bound, $"{least:N0} bytes for {count:N0} messages");

        void Send(int messages)
        {
            var wait = new SpinWait();
            for (int i = 0; i < messages; i++)
            {
                while (!TrySend()) wait.SpinOnce(sleep1Threshold: 10);
                if (fromOwnThread) sender.SendQueued(1);
            }
        }

        bool TrySend() => fromOwnThread ? sender.TryQueue(1, PeerPriority.Consensus, 150, default, body) : sender.TrySend(1, PeerPriority.Bulk, 150, body);
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

        /// <summary>Waits without allocating: the measurement is running.</summary>
        public void Wait(long count)
        {
            var wait = new SpinWait();
            while (Volatile.Read(ref _count) < count) wait.SpinOnce(sleep1Threshold: 10);
        }
    }
}
