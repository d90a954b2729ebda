// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Load.Nodes;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Load.Nemesis;

/// <summary>
/// A cluster of processes under load, to which faults are done one after the other. Clients go on over every fault: what they got no answer
/// for, they send again, through any replica. At the end all replicas must show one state, and everything that clients were told must be what
/// the journals say.
/// </summary>
public sealed partial class NemesisCampaign : IAsyncDisposable
{
    private const string JournalFolder = "journal";
    private const int RoomKib = 512;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(40);

    private readonly NemesisPlan _plan;
    private readonly IPeerLinks? _links;
    private readonly Action<string> _say;
    private readonly Random _random;
    private readonly TemporaryFolder _folder;
    private readonly NodeCluster _cluster;
    private readonly History _history = new();
    private readonly List<NemesisClient> _clients = [];
    private readonly List<(LedgerClient Client, SigningKey Key)> _probes = [];
    private readonly List<(long From, long To)> _deaths = [];
    private readonly List<(long From, long To)> _absences = [];
    private readonly Dictionary<NemesisFault, int> _faults = [];
    private readonly Queue<NemesisFault> _deck = new();
    private readonly NodeProgram _program;

    private NemesisCampaign(NodeProgram program, NemesisPlan plan, IPeerLinks? links, Action<string> say, string? folder)
    {
        _plan = plan;
        _links = links;
        _say = say;
        _random = new Random(plan.Seed);
        _program = program;
        _folder = new TemporaryFolder(folder);
        var genesis = new Genesis { MaxAccounts = 4096, MaxOrders = 4096, MaxPriceLevels = 4096, MaxPendingTransfers = 4096, MaxInstruments = 64, MaxSessions = 64, MaxAssets = 64 };
        string[] settings =
        [
            "genesis.max_accounts=4096", "genesis.max_orders=4096", "genesis.max_price_levels=4096", "genesis.max_pending_transfers=4096",
            "genesis.max_instruments=64", "genesis.max_sessions=64", "genesis.max_assets=64", "state.keep_journal=true", "state.checkpoint_blocks=256", "journal.segment_bytes=4MiB",
            "state.segment_bytes=1MiB", .. plan.Settings,
        ];
        try
        {
            _cluster = NodeCluster.Start(
                program, plan.Replicas, _folder.Path, plan.Durability, plan.Deadline, [.. settings.SelectMany(static s => new[] { "--set", s })], genesis, links is null ? null : links.Route);
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>Runs a campaign.</summary>
    /// <param name="program">The <c>fastledger</c> command.</param>
    /// <param name="plan">What to do.</param>
    /// <param name="digest">How payloads of a replica's journal are digested.</param>
    /// <param name="say">Told about progress.</param>
    /// <param name="links">What stands between the replicas; null for nothing.</param>
    /// <param name="folder">Where the replicas' temporary folder goes; null: the system's.</param>
    /// <param name="ct">Ends the campaign.</param>
    /// <exception cref="IOException">A replica failed.</exception>
    /// <exception cref="TimeoutException">The cluster did not go on within the plan's deadline.</exception>
    /// <exception cref="LedgerException">A client got no answer within it.</exception>
    public static async Task<NemesisReport> RunAsync(
        NodeProgram program, NemesisPlan plan, PayloadDigest digest, Action<string> say, IPeerLinks? links = null, string? folder = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(digest);
        ArgumentNullException.ThrowIfNull(say);
        ArgumentOutOfRangeException.ThrowIfLessThan(plan.Replicas, 4);
        var campaign = new NemesisCampaign(program, plan, links, say, folder);
        await using (campaign.ConfigureAwait(false)) return await campaign.RunAsync(digest, ct).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NemesisClient client in _clients) await client.DisposeAsync().ConfigureAwait(false);
        foreach ((LedgerClient client, SigningKey key) in _probes)
        {
            await client.DisposeAsync().ConfigureAwait(false);
            key.Dispose();
        }

        _cluster.Dispose();
        _folder.Dispose();
    }

    private async Task<NemesisReport> RunAsync(PayloadDigest digest, CancellationToken ct)
    {
        long start = Stopwatch.GetTimestamp();
        ulong[] accounts = await PrepareAsync().ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] load = [.. _clients.Select(client => Task.Run(() => client.RunAsync(accounts, stop.Token), CancellationToken.None))];
        try
        {
            for (int round = 1; round <= _plan.Rounds; round++) await RoundAsync(round, ct).ConfigureAwait(false);
            await MoreAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(load).ConfigureAwait(false);
        (ulong height, Hash256 root) = await AgreeAsync(ct).ConfigureAwait(false);
        var violations = new List<string>();
        Dictionary<ulong, (UInt128, UInt128)>[] balances = await Task.WhenAll(_probes.Select(probe => BalancesAsync(probe.Client, accounts))).ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int connections = _clients.Sum(static client => client.Connections);
        int exit = _cluster.Stop(_plan.Deadline);
        if (exit != 0) violations.Add($"a replica ended with exit code {exit}");
        _say($"{_history.Commands} commands answered in {seconds:0} s; checking …");
        var ledger = new ReferenceLedger();
        violations.AddRange(ConsistencyChecker.Check(_history.Entries, Log(_random.Next(_plan.Replicas), digest), ledger));
        Compare(balances, ledger, violations);
        CompareLogs(digest, violations);
        return new NemesisReport(
            violations.Count == 0, _plan.Seed, _plan.Replicas, _faults, seconds, _history.Commands, _history.Answered, ledger.Repeated,
            connections - _clients.Count, height, root.ToString(), StallFigures.Of(_history.Entries, _deaths),
            StallFigures.Of(_history.Entries, _absences), violations);
    }

    private async Task<ulong[]> PrepareAsync()
    {
        for (int node = 0; node < _plan.Replicas; node++)
        {
            SigningKey key = SigningKey.Generate();
            _probes.Add((await LedgerClient.ConnectAsync(new ClientOptions
            {
                Endpoints = [_cluster.Endpoints[node]],
                Key = key,
                Deadline = _plan.Deadline,
                ConnectTimeout = _plan.Deadline,
                LongestBackoff = TimeSpan.FromMilliseconds(200),
            }).ConfigureAwait(false), key));
        }

        for (int i = 0; i < _plan.Sessions; i++)
            _clients.Add(await NemesisClient.ConnectAsync(_cluster, i % _plan.Replicas, _history, _plan, new Random(_random.Next())).ConfigureAwait(false));
        uint asset = await _clients[0].IssueAsync().ConfigureAwait(false);
        foreach (NemesisClient client in _clients) await client.OpenAsync(asset).ConfigureAwait(false);
        return [_clients[0].Issuer, .. _clients.SelectMany(static client => client.Own)];
    }

    private async Task RoundAsync(int round, CancellationToken ct)
    {
        NemesisFault fault = Draw();
        int victim = _random.Next(_plan.Replicas);
        await MoreAsync(ct).ConfigureAwait(false);
        _faults[fault] = _faults.GetValueOrDefault(fault) + 1;
        long from = Stopwatch.GetTimestamp();
        switch (fault)
        {
            case NemesisFault.Kill:
                _cluster.Nodes[victim].Kill();
                await MoreAsync(ct).ConfigureAwait(false);
                _cluster.Restart(victim);
                _deaths.Add((from, Stopwatch.GetTimestamp()));
                break;
            case NemesisFault.KillAll:
                await Task.WhenAll(_cluster.Nodes.Select(static node => Task.Run(node.Kill))).ConfigureAwait(false);
                await Task.WhenAll(Enumerable.Range(0, _plan.Replicas).Select(node => Task.Run(() => _cluster.Restart(node), ct))).ConfigureAwait(false);
                break;
            case NemesisFault.Pause:
                _cluster.Nodes[victim].Suspend();
                await MoreAsync(ct).ConfigureAwait(false);
                _cluster.Nodes[victim].Resume();
                break;
            case NemesisFault.FullDisk:
                _cluster.Nodes[victim].Kill();
                await FillDiskAsync(victim, ct).ConfigureAwait(false);
                await MoreAsync(ct).ConfigureAwait(false);
                _cluster.Restart(victim);
                break;
            case NemesisFault.Isolate:
                _links!.Isolate(victim);
                await MoreAsync(ct).ConfigureAwait(false);
                _links.Heal();
                break;
            case NemesisFault.Delay:
                _links!.Delay(victim, Late);
                await MoreAsync(ct).ConfigureAwait(false);
                _links.Heal();
                break;
        }

        if (fault is NemesisFault.Pause or NemesisFault.Isolate) _absences.Add((from, Stopwatch.GetTimestamp()));
        double lasted = Stopwatch.GetElapsedTime(from).TotalSeconds;
        long back = Stopwatch.GetTimestamp();
        await CatchUpAsync(_history.Height, ct).ConfigureAwait(false);
        _say($"{round}/{_plan.Rounds}: {fault} {(fault == NemesisFault.KillAll ? "" : victim)} for {lasted:0.00} s, in step after {Stopwatch.GetElapsedTime(back).TotalSeconds:0.00} s; "
            + $"{_history.Commands} commands answered, height {_history.Height}");
    }

    /// <summary>Each fault of the plan comes once before any comes again.</summary>
    private NemesisFault Draw()
    {
        if (_deck.Count == 0)
        {
            NemesisFault[] faults = [.. _plan.Faults];
            _random.Shuffle(faults);
            foreach (NemesisFault fault in faults) _deck.Enqueue(fault);
        }

        return _deck.Dequeue();
    }

    /// <summary>A replica that cannot write must stop, and must say that it did not stop in good order.</summary>
    private async Task FillDiskAsync(int victim, CancellationToken ct)
    {
        string directory = NodeCluster.DirectoryOf(_folder.Path, _plan.Replicas, victim);
        long longest = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Max(static file => new FileInfo(file).Length);
        _cluster.Restart(victim, _program.WithFileLimit((int)(longest >> 10) + RoomKib));
        int exit = await _cluster.Nodes[victim].EndAsync(_plan.Deadline, ct).ConfigureAwait(false);
        if (exit == 0) throw new InvalidDataException("A replica that could not write ended as if all were well.");
        _say($"replica {victim} ended with exit code {exit}");
    }

    /// <summary>Waits for some more answers: the moments of a campaign are numbers of answered batches, and no clock decides them.</summary>
    private Task MoreAsync(CancellationToken ct) =>
        _history.MoreAsync(_random.Next(_plan.BatchesPerStep / 4, _plan.BatchesPerStep + 1)).WaitAsync(_plan.Deadline, ct);

    /// <summary>Waits until every replica has executed a height: a cluster of four stands one fault at a time.</summary>
    private Task CatchUpAsync(ulong height, CancellationToken ct) => Task.WhenAll(_probes.Select(async probe =>
    {
        long start = Stopwatch.GetTimestamp();
        while ((await probe.Client.GetStatusAsync(ct).ConfigureAwait(false)).Height < height)
        {
            if (Stopwatch.GetElapsedTime(start) > _plan.Deadline) throw new TimeoutException($"A replica did not reach height {height} within {_plan.Deadline.TotalSeconds:0} s.");
            await Task.Delay(PollInterval, ct).ConfigureAwait(false);
        }
    }));
}
