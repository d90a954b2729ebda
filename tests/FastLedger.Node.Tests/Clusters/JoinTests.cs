// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Consensus.Effects;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Node.Sync;
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
        await using var load = new TransferLoad(client, bank);
        await load.PassAsync(20);
        await JoinWipedAsync(cluster);
        ulong joinedAt = cluster[Wiped].RecoveredState.Height;
        Assert.True(joinedAt > 0);
        Assert.Contains(_said, line => line.Contains("does not vote", StringComparison.Ordinal));
        await load.PassAsync(20);
        await load.DisposeAsync();
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

    [Theory]
    [InlineData(StateSyncFault.FalseManifest, "no quorum signed")]
    [InlineData(StateSyncFault.FalseRecords, "records do not lead")]
    [InlineData(StateSyncFault.FalseWindow, "results of a session do not lead")]
    [InlineData(StateSyncFault.Stale, "far behind")]
    [InlineData(StateSyncFault.Silent, "did not answer")]
    [InlineData(StateSyncFault.Slow, "answers slowly")]
    public async Task Two_of_three_servers_do_wrong_and_the_join_finishes(StateSyncFault fault, string named)
    {
        var links = new ConcurrentBag<RewritingLink>();
        var manifests = new ConcurrentDictionary<int, byte[]>();
        bool lies = false;
        try
        {
            await using var cluster = new TestCluster(route: (cluster, from, to, address) =>
            {
                if (to != Wiped || from >= 2) return address;
                var link = new RewritingLink(address, toTarget: (template, body) => Rewrite(from, template, body));
                links.Add(link);
                return link.EndPoint;
            });
            await using LedgerClient client = await cluster.ConnectAsync();
            Bank bank = await Bank.OpenAsync(client, 1_000_000_000_000);
            await using var load = new TransferLoad(client, bank);
            await load.PassAsync(20);
            if (fault == StateSyncFault.Stale)
            {
                await JoinWipedAsync(cluster); // what the liars will offer again
                for (int node = 0; node < Wiped; node++)
                {
                    await cluster.KillAsync(node); // it forgets the state that it gave out
                    cluster.Start(node);
                    await load.PassAsync(10);
                }
            }

            Volatile.Write(ref lies, true);
            await JoinWipedAsync(cluster);
            Volatile.Write(ref lies, false);
            await load.PassAsync(10);
            await load.DisposeAsync();
            _ = await cluster.MeetAsync(Wiped, Other, cluster[Wiped].RecoveredState.Height + 5);
            AssertSameWindows(cluster);
            Assert.Contains(_said, line => line.Contains(named, StringComparison.Ordinal) && (line.StartsWith("Node 0 ", StringComparison.Ordinal) || line.StartsWith("Node 1 ", StringComparison.Ordinal)));
            Assert.DoesNotContain(_said, line => line.StartsWith("Node 2 ", StringComparison.Ordinal) && line.Contains("for good", StringComparison.Ordinal));
        }
        finally
        {
            foreach (RewritingLink link in links) await link.DisposeAsync();
        }

        IReadOnlyList<byte[]> Rewrite(int node, ushort template, byte[] body)
        {
            const int head = 8;
            int end = head + BinaryPrimitives.ReadInt32LittleEndian(body);
            bool isManifest = template == (ushort)TemplateId.StateManifest, isRecords = template == (ushort)TemplateId.StateChunk, isWindow = template == (ushort)TemplateId.StateWindow;
            if (!Volatile.Read(ref lies))
            {
                if (isManifest) manifests.TryAdd(node, body);
                return [body];
            }

            switch (fault)
            {
                case StateSyncFault.FalseManifest when isManifest:
                case StateSyncFault.FalseRecords when isRecords:
                case StateSyncFault.FalseWindow when isWindow:
                    body[end - 1] ^= 1;
                    break;
                case StateSyncFault.Stale when isManifest && manifests.TryGetValue(node, out byte[]? old):
                    body = [.. old.AsSpan(0, head), .. body.AsSpan(head, sizeof(ulong)), .. old.AsSpan(head + sizeof(ulong))];
                    break;
                case StateSyncFault.Silent when isRecords || isWindow:
                    return [];
                case StateSyncFault.Slow when isRecords || isWindow:
                    Thread.Sleep(1100);
                    break;
            }

            return [body];
        }
    }

    [Fact]
    public async Task A_join_that_is_cut_short_ends_with_the_next_start_and_leaves_no_half_of_a_state()
    {
        using var cut = new CancellationTokenSource();
        int chunks = 0;
        var links = new ConcurrentBag<RewritingLink>();
        await using var cluster = new TestCluster(route: (cluster, from, to, address) =>
        {
            if (to != Wiped) return address;
            links.Add(new RewritingLink(address, toTarget: (template, body) =>
            {
                if (template != (ushort)TemplateId.StateChunk || cut.IsCancellationRequested) return [body];
                Interlocked.Increment(ref chunks);
                Thread.Sleep(50);
                return [body];
            }));
            return links.First().EndPoint;
        });
        await using LedgerClient client = await cluster.ConnectAsync();
        Bank bank = await Bank.OpenAsync(client, 1_000_000_000_000);
        await using var load = new TransferLoad(client, bank);
        await load.PassAsync(20);
        await cluster.StopAsync(Wiped);
        cluster.Wipe(Wiped);
        string data = cluster.OptionsOf(Wiped).DataDirectory;
        cluster.OptionsOf(Wiped).Cluster.Join = JoinMode.Always;
        Task join = cluster.JoinAsync(Wiped, Say, cancellationToken: cut.Token);

        // Meanwhile it says what it does, and nothing else.
        ClusterStatusAnswer status = default;
        while (!join.IsCompleted && (Volatile.Read(ref chunks) < 6 || status.Role != ReplicaRole.Syncing))
        {
            try
            {
                status = await ReplicaProbe.AskAsync(cluster.OptionsOf(Wiped).ListenEndPoint, TimeSpan.FromSeconds(5));
            }
            catch (LedgerConnectionException)
            {
                await Task.Delay(5); // it does not listen yet
            }
        }

        Assert.Equal((ReplicaRole.Syncing, 0ul), (status.Role, status.Height));
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => join);

        // What a crash leaves: the folder in which the state was built, and nothing in its place.
        Assert.True(Directory.Exists(Path.Combine(data, "joining")));
        Assert.False(Directory.Exists(Path.Combine(data, "journal")));
        Assert.False(Directory.Exists(Path.Combine(data, "state")));
        File.WriteAllText(Path.Combine(data, "joining", "journal", "segment-0000000001.journal"), "half of a journal");
        await cluster.JoinAsync(Wiped, Say);
        Assert.False(Directory.Exists(Path.Combine(data, "joining")));
        await load.DisposeAsync();
        _ = await cluster.MeetAsync(Wiped, Other, cluster[Wiped].RecoveredState.Height + 3);

        // A crash between the mark and the moves: they are done again.
        await cluster.StopAsync(Wiped);
        string built = Path.Combine(data, "joining");
        Directory.CreateDirectory(built);
        Directory.Move(Path.Combine(data, "journal"), Path.Combine(built, "journal"));
        File.WriteAllBytes(Path.Combine(built, "complete"), []);
        cluster.Start(Wiped);
        Assert.False(Directory.Exists(built));
        _ = await cluster.MeetAsync(Wiped, Other);
        foreach (RewritingLink link in links) await link.DisposeAsync();
    }

    [Fact]
    public async Task A_replica_without_a_ledger_finds_out_that_it_needs_the_state_and_its_history_begins_there()
    {
        await using var cluster = new TestCluster(configure: static o =>
        {
            o.State.CheckpointBlocks = 20;
            o.Journal.SegmentBytes = 4 << 20;
            o.Journal.RingBytes = 1 << 22;
        });
        await using LedgerClient client = await cluster.ConnectAsync();
        await using (LedgerClient silent = await cluster.ConnectAsync(seed: 2, first: 1)) await TestReplica.OkAsync(silent, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        Bank bank = await Bank.OpenAsync(client, 1_000_000_000_000);
        await using var load = new TransferLoad(client, bank, commands: 4000);
        for (int node = 0; node < Wiped; node++)
            while (!File.Exists(Path.Combine(cluster.OptionsOf(node).DataDirectory, "journal", "journal.start"))) await load.PassAsync(5);
        await cluster.StopAsync(Wiped);
        cluster.Wipe(Wiped);

        await cluster.JoinAsync(Wiped, Say);
        Assert.Equal(0ul, cluster[Wiped].RecoveredState.Height);
        Task completion = cluster[Wiped].Completion;
        StateNeededException needed = await Assert.ThrowsAsync<StateNeededException>(() => completion.WaitAsync(Patience));
        Assert.True(needed.FirstHeight > 1);
        await cluster.StopAsync(Wiped);
        await cluster.JoinAsync(Wiped, Say);
        ulong begins = cluster[Wiped].Execution.Ledger.Counters.HistoryEntries;
        Assert.True(cluster[Wiped].RecoveredState.Height >= needed.FirstHeight - 1);
        await load.PassAsync(5);
        await load.DisposeAsync();
        _ = await cluster.MeetAsync(Wiped, Other, cluster[Wiped].RecoveredState.Height + 5);

        // The session is known: the observer serves its reads, and says where its history begins.
        await using LedgerClient reader = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = [cluster[Wiped].EndPoint], Key = TestReplica.Key(2), Deadline = TimeSpan.FromSeconds(30) });
        AccountStatement statement = await reader.GetStatementAsync(bank.Bob);
        Assert.True(statement.Head.HistoryBegins > 1 && statement.Head.HistoryBegins <= begins + 1);
        ulong next = statement.Head.NextEntry;
        while (next >= statement.Head.HistoryBegins) next = (await reader.GetStatementAsync(bank.Bob, next)).Head.NextEntry;
        Assert.Equal(statement.Head.HistoryBegins - 1, next);
        AccountStatement older = await reader.GetStatementAsync(bank.Bob, next);
        Assert.Empty(older.Entries);
        Assert.Equal((next, statement.Head.HistoryBegins), (older.Head.NextEntry, older.Head.HistoryBegins));
        Assert.NotEmpty((await client.GetStatementAsync(bank.Bob, next)).Entries);
    }

    private async Task JoinWipedAsync(TestCluster cluster)
    {
        await cluster.StopAsync(Wiped);
        cluster.Wipe(Wiped);
        cluster.OptionsOf(Wiped).Cluster.Join = JoinMode.Always;
        using var patience = new CancellationTokenSource(Patience);
        await cluster.JoinAsync(Wiped, Say, cancellationToken: patience.Token);
    }

    /// <summary>Waits for a height at which both stand, and compares every link of every session's results there.</summary>
    private static void AssertSameWindows(TestCluster cluster)
    {
        Ledger mine = cluster[Wiped].Execution.Ledger, theirs = cluster[Other].Execution.Ledger;
        Assert.Equal(theirs.Sessions.Count, mine.Sessions.Count);
        Assert.True(mine.Sessions.Count > 1);
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
}
