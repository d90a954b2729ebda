// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Domain;
using FastLedger.Network.Peers;
using FastLedger.Node.Cluster;
using FastLedger.Node.Sync;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Peers;
using FastLedger.Protocol.StateSync;
using FastLedger.State;
using Xunit.Abstractions;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>A state fetched from live replicas over real sockets.</summary>
public sealed class StateSyncTests(ITestOutputHelper output)
{
    private const int Wiped = 3, Liar = 0;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_certified_state_is_fetched_under_load_although_a_server_lies(bool lies)
    {
        await using var cluster = new TestCluster();
        await using LedgerClient client = await cluster.ConnectAsync();
        var bank = await Bank.OpenAsync(client, 1_000_000_000_000);
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        for (int i = 0; i < 10; i++) await SendAsync(client, 4000, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
        await cluster.StopAsync(Wiped);

        using var stop = new CancellationTokenSource();
        int batches = 0;
        Task load = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await SendAsync(client, 100, bank.Transfer(1));
                Interlocked.Increment(ref batches);
            }
        });

        Genesis genesis = cluster.OptionsOf(Wiped).Genesis.ToGenesis();
        using ValidatorIdentity identity = ValidatorIdentity.Load(cluster.OptionsOf(Wiped), genesis);
        using var ledger = new Ledger(genesis, new ResidentPageStore(), 1);
        var sink = new LedgerSink(ledger);
        string keptFolder = Directory.CreateTempSubdirectory("fastledger-fetched-").FullName;
        using var kept = new FetchedAnswers(Path.Combine(keptFolder, "fetched"), output.WriteLine);
        var fetcher = new StateFetcher(new StateSyncOptions(), sink, new ValidatorAnchor(ledger.ChainId, identity.Validators), kept);
        await using PeerNetwork network = identity.OpenNetwork(cluster.OptionsOf(Wiped), ledger.ChainId, fetcher);
        await using TamperingLink? link = lies ? new TamperingLink(network.EndPoint, (ushort)TemplateId.StateChunk) : null;
        network.Start();
        Introduce(cluster, network.EndPoint, link?.EndPoint);

        using var patience = new CancellationTokenSource(Patience);
        int before = Volatile.Read(ref batches);
        StateSyncClient done = await fetcher.RunAsync(network, patience.Token);
        int during = Volatile.Read(ref batches) - before;
        Directory.Delete(keptFolder, recursive: true);
        Assert.Equal(StateSyncState.Complete, done.State);
        Hash256 root = sink.Finish();
        Assert.Equal(done.StateRoot, root);
        Assert.Equal(done.Height, ledger.Height);
        await stop.CancelAsync();
        await load;
        output.WriteLine($"height {done.Height}, {done.WrittenChunks} chunks, {sink.WrittenBytes:N0} bytes, {during} batches meanwhile, {done.StruckServers} struck, {link?.Tampered ?? 0} frames changed");
        Assert.True(batches > 0);
        Assert.InRange(done.StruckServers, 0, link is { Tampered: > 0 } ? 1 : 0);
        Assert.Equal(done.StruckServers == 1, done.IsStruck(Liar));
        ulong account = bank.Bob;
        Assert.True(ledger.Accounts.Has(account));
        Assert.True(ledger.Height >= 10);
    }

    [Fact]
    public async Task Replicas_agree_over_encrypted_connections()
    {
        await using var cluster = new TestCluster(configure: static o => o.Cluster.Encryption = PeerEncryption.Tls);
        await using LedgerClient client = await cluster.ConnectAsync();
        var bank = await Bank.OpenAsync(client, 1_000_000);
        for (int i = 0; i < 5; i++) await SendAsync(client, 1000, bank.Transfer(1));
        await cluster.AgreeAsync();
        Assert.Equal((UInt128)5000, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
        for (int i = 0; i < cluster.Count; i++) Assert.Equal(0, cluster[i].Statistics().ConnectionFaults);
    }

    /// <summary>Tells the replicas where the fetching one is; one of them hears another address, behind which it is misquoted.</summary>
    private static void Introduce(TestCluster cluster, IPEndPoint joiner, IPEndPoint? link)
    {
        for (int node = 0; node < cluster.Count; node++)
        {
            if (!cluster.IsUp(node)) continue;
            var endPoints = new Dictionary<int, IPEndPoint>();
            for (int other = 0; other < cluster.Count; other++)
                if (cluster.IsUp(other)) endPoints[other] = cluster[other].PeerEndPoint!;
            endPoints[Wiped] = node == Liar && link is not null ? link : joiner;
            cluster[node].SetPeers(endPoints);
        }
    }

    private static async Task SendAsync<T>(LedgerClient client, int count, T command) where T : unmanaged, ICommand
    {
        using CommandBatch batch = client.RentBatch();
        for (int i = 0; i < count; i++) batch.Add(command);
        Assert.Equal(0, (await client.SubmitAsync(batch)).Failed);
    }
}
