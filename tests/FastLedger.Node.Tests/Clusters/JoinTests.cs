// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Consensus.Effects;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.StateSync;
using Xunit.Abstractions;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>A replica that lost everything joins the others by their state, follows them and serves reads, and never signs under its old key.</summary>
public sealed class JoinTests(ITestOutputHelper output)
{
    private const int Wiped = 3, Other = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly ConcurrentQueue<string> _said = new();

    [Fact]
    public async Task A_wiped_replica_joins_under_load_and_holds_what_the_others_hold()
    {
        await using var cluster = new TestCluster();
        await using LedgerClient client = await cluster.ConnectAsync();
        Bank bank = await Bank.OpenAsync(client, 1_000_000_000_000);
        await using LedgerClient silent = await cluster.ConnectAsync(seed: 2, first: 1);
        await TestReplica.OkAsync(silent, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        await using var load = new Load(client, bank);
        await load.PassAsync(20);
        Say("stopping");
        await cluster.StopAsync(Wiped);
        Say("stopped");
        cluster.Wipe(Wiped);
        cluster.OptionsOf(Wiped).Cluster.Join = JoinMode.Always;

        await cluster.JoinAsync(Wiped, Say, cancellationToken: new CancellationTokenSource(TimeSpan.FromSeconds(40)).Token);
        ulong joinedAt = cluster[Wiped].RecoveredState.Height;
        Assert.True(joinedAt > 0);
        Assert.Contains(_said, line => line.Contains("does not vote", StringComparison.Ordinal));
        await load.PassAsync(20);
        Say("joined, passed");
        await load.DisposeAsync();
        Say("meeting");
        ClusterStatusAnswer met = await cluster.MeetAsync(Wiped, Other, joinedAt + 10);
        Assert.Equal(ReplicaRole.Observer, met.Role);
        Assert.Equal((uint)HaltReason.AmnesiaDetected, met.Halted);
        Assert.Equal(HaltReason.AmnesiaDetected, cluster[Wiped].Halted);
        AssertSameWindows(cluster);

        // It is killed and recovers from what it wrote itself; it stays an observer.
        await cluster.KillAsync(Wiped);
        cluster.Start(Wiped);
        Assert.True(cluster[Wiped].RecoveredState.Height >= joinedAt);
        ulong now = (await cluster.StatusAsync(Other)).CommittedHeight;
        met = await cluster.MeetAsync(Wiped, Other, now + 5);
        Assert.Equal(ReplicaRole.Observer, met.Role);
        AssertSameWindows(cluster);
    }

    /// <summary>Waits for a height at which both stand, and compares every link of every session's results there.</summary>
    private static void AssertSameWindows(TestCluster cluster)
    {
        Ledger mine = cluster[Wiped].Execution.Ledger, theirs = cluster[Other].Execution.Ledger;
        Assert.Equal(theirs.Sessions.Count, mine.Sessions.Count);
        Assert.True(mine.Sessions.Count > 2);
        for (uint session = 1; session < mine.Sessions.Count; session++)
        {
            ulong commands = theirs.Sessions[session].Commands;
            Assert.Equal(commands, mine.Sessions[session].Commands);
            (ulong first, ulong end) = StateGeometry.LinksOf(commands);
            for (ulong link = first; link < end; link++) Assert.True(theirs.Results.Link(session, link).SequenceEqual(mine.Results.Link(session, link)));
            if (commands > 0) Assert.Equal(theirs.Sessions[session].ResultsRoot, mine.Results.RootOf(session, commands));
        }
    }

    private void Say(string line)
    {
        _said.Enqueue(line);
        output.WriteLine(line);
    }

    /// <summary>A client that sends one batch after the other.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _sending;
        private int _batches;

        public Load(LedgerClient client, Bank bank, int commands = 100) => _sending = Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                using CommandBatch batch = client.RentBatch();
                for (int i = 0; i < commands; i++) batch.Add(bank.Transfer(1));
                Assert.Equal(0, (await client.SubmitAsync(batch)).Failed);
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
}
