// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Nodes;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Load.Nemesis;

/// <summary>
/// A cluster of processes whose ports for clients and for peers are flooded with junk and with connections that say nothing. A client that was
/// there before must go on being answered, clients that come meanwhile must get in, and no replica may take more and more memory.
/// </summary>
public sealed class FloodCampaign
{
    private const int BatchLength = 100;
    private static readonly TimeSpan NewcomerEvery = TimeSpan.FromSeconds(1), SampleEvery = TimeSpan.FromMilliseconds(250), ReportEvery = TimeSpan.FromSeconds(10);

    private readonly FloodPlan _plan;
    private readonly NodeCluster _cluster;
    private readonly Action<string> _say;
    private readonly List<string> _violations = [];
    private readonly List<double> _waitsMs = [];
    private long _commands, _lastAnswer, _longestGap;
    private int _newcomers;

    private FloodCampaign(FloodPlan plan, NodeCluster cluster, Action<string> say)
    {
        _plan = plan;
        _cluster = cluster;
        _say = say;
    }

    /// <summary>Runs a flood.</summary>
    /// <param name="program">The <c>fastledger</c> command.</param>
    /// <param name="plan">What to do.</param>
    /// <param name="say">Told about progress.</param>
    /// <param name="folder">Where the replicas' temporary folder goes; null: the system's.</param>
    /// <param name="ct">Ends the campaign.</param>
    /// <exception cref="System.IO.IOException">A replica failed.</exception>
    public static async Task<FloodReport> RunAsync(NodeProgram program, FloodPlan plan, Action<string> say, string? folder = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(say);
        ArgumentOutOfRangeException.ThrowIfLessThan(plan.Replicas, 4);
        using var temporary = new TemporaryFolder(folder);
        using NodeCluster cluster = NodeCluster.Start(
            program, plan.Replicas, temporary.Path, plan.Durability, plan.Deadline,
            ["--set", string.Create(CultureInfo.InvariantCulture, $"state.checkpoint_seconds={plan.CheckpointSeconds}")]);
        FloodReport report = await new FloodCampaign(plan, cluster, say).RunAsync(ct).ConfigureAwait(false);
        int exit = cluster.Stop(plan.Deadline);
        return exit == 0 ? report : report with { Ok = false, Violations = [.. report.Violations, $"a replica ended with exit code {exit}"] };
    }

    private async Task<FloodReport> RunAsync(CancellationToken ct)
    {
        using SigningKey key = SigningKey.Generate();
        await using LedgerClient client = await ConnectAsync(key, 0).ConfigureAwait(false);
        (ulong from, ulong to) = await OpenAsync(client).ConfigureAwait(false);
        using var endLoad = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var endFlood = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _lastAnswer = Stopwatch.GetTimestamp();
        Task load = Task.Run(() => LoadAsync(client, from, to, endLoad.Token), CancellationToken.None);
        Task newcomers = Task.Run(() => NewcomersAsync(endFlood.Token), CancellationToken.None);
        var memory = new FloodMemory(_plan.GrowthBytes, _plan.CostBytes, _plan.SessionBytes);
        _say(string.Create(CultureInfo.InvariantCulture, $"First {_plan.Control.TotalSeconds:0} s of load without junk."));
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < _plan.Control && !ct.IsCancellationRequested;)
        {
            await Task.Delay(SampleEvery, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            memory.AddControl(Memory(), Volatile.Read(ref _newcomers));
        }

        IPEndPoint[] ports = [.. _cluster.Endpoints.Cast<IPEndPoint>(), .. _cluster.PeerEndpoints];
        var random = new Random(_plan.Seed);
        JunkSource[] junk = [.. ports.SelectMany(port => Enumerable.Range(0, _plan.JunkPerPort).Select(_ => new JunkSource(port, random.Next())))];
        SilentCrowd[] silent = [.. ports.Select(port => new SilentCrowd(port, _plan.SilentPerPort))];
        Task[] flood =
        [
            .. junk.Select(source => Task.Run(() => source.RunAsync(endFlood.Token), CancellationToken.None)),
            .. silent.Select(crowd => Task.Run(() => crowd.RunAsync(endFlood.Token), CancellationToken.None)),
        ];
        long start = Stopwatch.GetTimestamp(), answeredBefore = Interlocked.Read(ref _commands), reported = start;
        Interlocked.Exchange(ref _longestGap, 0);
        int newcomersBefore = Volatile.Read(ref _newcomers);
        lock (_waitsMs) _waitsMs.Clear();
        while (Stopwatch.GetElapsedTime(start) < _plan.Length && !ct.IsCancellationRequested)
        {
            await Task.Delay(SampleEvery, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            long[] now = Memory();
            memory.AddFlood(now, Volatile.Read(ref _newcomers));
            if (Stopwatch.GetElapsedTime(reported) < ReportEvery) continue;
            reported = Stopwatch.GetTimestamp();
            _say(string.Create(
                CultureInfo.InvariantCulture,
                $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0} s: {junk.Sum(static source => source.Connections):N0} connections with junk, {Interlocked.Read(ref _commands) - answeredBefore:N0} commands answered, {Volatile.Read(ref _newcomers) - newcomersBefore} newcomers, memory {string.Join(" / ", now.Select(static bytes => bytes >> 20))} MiB"));
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await endFlood.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(flood).ConfigureAwait(false);
        await newcomers.ConfigureAwait(false);
        await endLoad.CancelAsync().ConfigureAwait(false);
        await load.ConfigureAwait(false);
        _violations.AddRange(memory.Violations());
        double silenceMs = _longestGap * 1e3 / Stopwatch.Frequency;
        if (silenceMs > _plan.LongestSilence.TotalMilliseconds) _violations.Add(string.Create(CultureInfo.InvariantCulture, $"for {silenceMs:0} ms nothing was answered"));
        long answered = _commands - answeredBefore;
        if (answered == 0) _violations.Add("nothing was answered during the flood");
        int newcomersIn = _newcomers - newcomersBefore;
        if (newcomersIn == 0) _violations.Add("no new client was answered during the flood");
        if (client.Connections != 1) _violations.Add(string.Create(CultureInfo.InvariantCulture, $"the client lost its connection {client.Connections - 1} times"));
        return new FloodReport(
            _violations.Count == 0, _plan.Seed, seconds, junk.Sum(static source => source.Connections), junk.Sum(static source => source.Bytes), silent.Sum(static crowd => crowd.Connections), answered,
            newcomersIn, Part(_waitsMs, 0.5), Part(_waitsMs, 1), silenceMs, _plan.LongestSilence.TotalMilliseconds, memory.Control, memory.Middle, memory.Last, _plan.GrowthBytes, _plan.CostBytes,
            _plan.SessionBytes, _violations);
    }

    private async Task LoadAsync(LedgerClient client, ulong from, ulong to, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            using CommandBatch batch = client.RentBatch(BatchLength);
            for (int i = 0; i < BatchLength; i++) batch.Add(new TransferCommand { DebitAccount = from, CreditAccount = to, Amount = UInt128.One });
            try
            {
                BatchOutcome outcome = await client.SubmitAsync(batch, cancellationToken: CancellationToken.None).ConfigureAwait(false);
                if (!outcome.Results.IsEmpty) Violate($"a transfer failed: {outcome.Results[0].Code}");
            }
            catch (LedgerException fault)
            {
                Violate("the client was not answered: " + fault.Message);
                return;
            }

            long now = Stopwatch.GetTimestamp(), gap = now - _lastAnswer;
            _lastAnswer = now;
            if (gap > Interlocked.Read(ref _longestGap)) Interlocked.Exchange(ref _longestGap, gap);
            Interlocked.Add(ref _commands, BatchLength);
        }
    }

    private async Task NewcomersAsync(CancellationToken ct)
    {
        for (int number = 0; !ct.IsCancellationRequested; number++)
        {
            try
            {
                using SigningKey key = SigningKey.Generate();
                long began = Stopwatch.GetTimestamp();
                await using LedgerClient client = await ConnectAsync(key, number % _plan.Replicas).ConfigureAwait(false);
                CommandResult result = await client.ExecuteAsync(new TransferCommand { Opcode = Opcode.Noop }, CancellationToken.None).ConfigureAwait(false);
                lock (_waitsMs) _waitsMs.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                if (result.Code == ResultCode.Ok) Interlocked.Increment(ref _newcomers);
                else Violate($"a newcomer was told {result.Code}");
            }
            catch (LedgerException fault)
            {
                Violate("a newcomer was not let in: " + fault.Message);
            }

            await Task.Delay(NewcomerEvery, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task<LedgerClient> ConnectAsync(SigningKey key, int first) => LedgerClient.ConnectAsync(new ClientOptions
    {
        Endpoints = [.. Enumerable.Range(0, _plan.Replicas).Select(i => _cluster.Endpoints[(first + i) % _plan.Replicas])],
        Key = key,
        ChainId = _cluster.ChainId,
        Validators = _cluster.Validators,
        Deadline = _plan.Deadline,
        ConnectTimeout = _plan.Deadline,
        LongestBackoff = TimeSpan.FromMilliseconds(200),
    });

    private static async Task<(ulong From, ulong To)> OpenAsync(LedgerClient client)
    {
        uint asset = (uint)(await client.ExecuteAsync(new CreateAssetCommand { Opcode = Opcode.CreateAsset, Scale = 2 }).ConfigureAwait(false)).Value;
        ulong from = (ulong)(await client.ExecuteAsync(new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = AccountFlags.Unlimited }).ConfigureAwait(false)).Value;
        ulong to = (ulong)(await client.ExecuteAsync(new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset }).ConfigureAwait(false)).Value;
        return (from, to);
    }

    private long[] Memory() => [.. _cluster.Nodes.Select(static node => node.ResidentBytes())];

    private static double Part(List<double> values, double part)
    {
        if (values.Count == 0) return 0;
        values.Sort();
        return values[(int)(part * (values.Count - 1))];
    }

    private void Violate(string what)
    {
        lock (_violations)
            if (_violations.Count < 16) _violations.Add(what);
    }
}
