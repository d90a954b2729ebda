// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cli.Demo;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Driving;
using FastLedger.Load.Machine;
using FastLedger.Load.Measuring;
using FastLedger.Load.Nodes;
using FastLedger.Load.Workloads;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Proofs;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger demo</c>: payments and trading on a cluster over real sockets, a crash, a proof, then everything checked.</summary>
internal static class DemoVerb
{
    private const int PaymentAccounts = 100_000, TradingParties = 1_000, Instruments = 4;
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DisplayInterval = TimeSpan.FromMilliseconds(200);

    private static readonly Option<double> Seconds = Options.Seconds(10);
    private static readonly Option<int> Replicas = Options.Count("--replicas", "Replicas of the ledger.", 4, 1, 16);
    private static readonly Option<bool> Processes = new("--processes") { Description = "Give each replica a process of its own, instead of running all in this one." };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("demo", "Runs payments and trading on a cluster in a temporary folder, lets a replica crash, proves an account, and checks the books.") { Seconds, Replicas, Processes, Json };
        HelpWithExamples.Install(command, "fastledger demo", "fastledger demo --seconds 30 --processes", "fastledger demo --replicas 1 --json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(
                presenter, token => RunAsync(presenter, parsed.GetValue(Seconds), parsed.GetValue(Replicas), parsed.GetValue(Processes), token), ct);
        });
        return command;
    }

    private static async Task<int> RunAsync(Presenter presenter, double seconds, int replicas, bool processes, CancellationToken ct)
    {
        using var folder = new TemporaryFolder();
        using SigningKey key = SigningKey.Generate();
        string what = replicas == 1 ? "A replica" : string.Create(CultureInfo.InvariantCulture, $"{replicas} replicas");
        presenter.Say($"{what} with {(replicas == 1 ? "its journal" : "their journals")} in {folder.Path}; every answer waits for the disk{(replicas == 1 ? "" : " and the signatures of a quorum")}.");

        var payments = new TransferWorkload(PaymentAccounts);
        var trading = new OrderWorkload(TradingParties, Instruments);
        IDemoCluster cluster = await (processes ? ProcessDemoCluster.StartAsync(folder.Path, replicas) : EmbeddedDemoCluster.StartAsync(folder.Path, replicas)).ConfigureAwait(false);
        await using (cluster.ConfigureAwait(false))
        {
            TimeSpan part = TimeSpan.FromSeconds(seconds / 2);
            LoadRun paid = await DriveAsync(presenter, cluster, key, payments, part, ct).ConfigureAwait(false);
            LoadRun traded = await DriveAsync(presenter, cluster, key, trading, part, ct).ConfigureAwait(false);
            LedgerClient client = await LedgerClient.ConnectAsync(ClientOf(cluster, key, null), ct).ConfigureAwait(false);
            LedgerTotals totals;
            StatusAnswer status;
            byte[] proof;
            await using (client.ConfigureAwait(false))
            {
                presenter.Say("Adding up every account …");
                totals = await LedgerTotals.ReadAsync(client, ct).ConfigureAwait(false);

                // With four replicas or more the others go on without one of them: they show it by answering.
                bool goesOn = replicas >= 4;
                if (goesOn) await CrashAsync(presenter, cluster, replicas - 1).ConfigureAwait(false);
                presenter.Say("Proving an account …");
                proof = await client.ProveRecordAsync(AccountView.Table, (uint)payments.Range.First, ct).ConfigureAwait(false);
                status = await client.GetStatusAsync(ct).ConfigureAwait(false);
                if (!goesOn) await CrashAsync(presenter, cluster, replicas - 1).ConfigureAwait(false);
            }

            presenter.Say(replicas == 1 ? "Restarting from the journal …" : "Bringing it back from its journal and its peers …");
            bool sameRoot = await RecoversAsync(cluster, replicas - 1, status, ct).ConfigureAwait(false);
            (bool verified, int refused) = Judge(proof, cluster);
            var latencies = new LatencyRecorder();
            latencies.Add(paid.Latencies);
            latencies.Add(traded.Latencies);
            LatencyPercentiles all = latencies.Percentiles();
            long operations = paid.Operations + traded.Operations;
            double measured = paid.Seconds + traded.Seconds;
            return Finish(presenter, totals, new DemoResult
            {
                Ok = totals.SumZero && sameRoot && operations > 0 && paid.Refused == 0 && verified && refused == proof.Length,
                Machine = MachineFingerprint.Read(folder.Path),
                Replicas = replicas,
                Processes = processes,
                Seconds = measured,
                OpsPerS = operations / measured,
                TransfersPerS = paid.Operations / paid.Seconds,
                OrdersPerS = traded.Operations / traded.Seconds,
                Trades = traded.Trades,
                P50Us = all.P50Us,
                P99Us = all.P99Us,
                P999Us = all.P999Us,
                MaxUs = all.MaxUs,
                Durability = "fsync",
                Accounts = totals.Accounts,
                SumZero = totals.SumZero,
                Height = status.Height,
                StateRoot = status.StateRoot.ToString(),
                RestartRootEqual = sameRoot,
                ProofBytes = proof.Length,
                ProofVerified = verified,
                ProofMutationsRefused = refused,
                AnsweredDuringCrash = replicas >= 4,
            });
        }
    }

    private static Task CrashAsync(Presenter presenter, IDemoCluster cluster, int node)
    {
        presenter.Say(string.Create(CultureInfo.InvariantCulture, $"Replica {node} crashes."));
        return cluster.CrashAsync(node);
    }

    /// <summary>Starts the crashed replica. A cluster goes on making blocks, so it is compared with the others at a height that both were seen at.</summary>
    private static async Task<bool> RecoversAsync(IDemoCluster cluster, int node, StatusAnswer before, CancellationToken ct)
    {
        (ulong height, string root) = await cluster.RecoverAsync(node).ConfigureAwait(false);
        if (cluster.EndPoints.Count == 1) return height == before.Height && root == before.StateRoot.ToString();
        var roots = new Dictionary<ulong, string>();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < AnswerDeadline; await Task.Delay(ProbeInterval, ct).ConfigureAwait(false))
        {
            ClusterStatusAnswer other = await ReplicaProbe.AskAsync(cluster.EndPoints[0], ProbeDeadline, ct).ConfigureAwait(false);
            roots[other.Height] = other.StateRoot.ToString();
            ClusterStatusAnswer back = await ReplicaProbe.AskAsync(cluster.EndPoints[node], ProbeDeadline, ct).ConfigureAwait(false);
            if (back.Height >= before.Height && roots.TryGetValue(back.Height, out string? expected)) return back.StateRoot.ToString() == expected;
        }

        throw new VerbException(ExitCode.FailedCheck, string.Create(CultureInfo.InvariantCulture, $"Replica {node} did not catch up within {AnswerDeadline.TotalSeconds:0} s."));
    }

    /// <summary>What a stranger with the genesis finds: the proof is sound, and no copy of it with a changed byte is.</summary>
    private static (bool Verified, int Refused) Judge(byte[] proof, IDemoCluster cluster)
    {
        var validators = new ValidatorKeys(cluster.ChainId, cluster.Validators);
        bool verified = FactProof.Verify(proof, cluster.ChainId, validators, out _);
        int refused = 0;
        for (int i = 0; i < proof.Length; i++)
        {
            proof[i] ^= 1;
            if (!FactProof.Verify(proof, cluster.ChainId, validators, out _)) refused++;
            proof[i] ^= 1;
        }

        return (verified, refused);
    }

    private static ClientOptions ClientOf(IDemoCluster cluster, SigningKey key, OrderEventHandler? events) => new()
    {
        Endpoints = [.. (IEnumerable<EndPoint>)cluster.EndPoints],
        ChainId = cluster.ChainId,
        Validators = cluster.Validators,
        Key = key,
        Deadline = AnswerDeadline,
        OrderEvents = events,
        InlineContinuations = true,
    };

    private static async Task<LoadRun> DriveAsync(Presenter presenter, IDemoCluster cluster, SigningKey key, IWorkload workload, TimeSpan duration, CancellationToken ct)
    {
        LedgerClient client = await LedgerClient.ConnectAsync(ClientOf(cluster, key, workload.OnOrderEvents), ct).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            presenter.Say($"Opening {workload.Accounts:N0} accounts for {workload.Name} …");
            await Task.Factory.StartNew(() => workload.SetUp(client, null, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            using var driver = new LoadDriver(client, workload, new LoadPlan { WarmUp = WarmUp, Duration = duration }, static () => null);
            Task<LoadRun> run = Task.Factory.StartNew(() => driver.Run(ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await presenter.FollowAsync(workload.Name, run, () => driver.Operations, WarmUp + duration, DisplayInterval).ConfigureAwait(false);
            return await run.ConfigureAwait(false);
        }
    }

    private static int Finish(Presenter presenter, in LedgerTotals totals, DemoResult result)
    {
        if (presenter.IsJson) presenter.Write(result);
        else Show(presenter.Results, result, totals);
        return result.Ok ? ExitCode.Ok : ExitCode.FailedCheck;
    }

    private static void Show(IAnsiConsole console, DemoResult r, in LedgerTotals totals)
    {
        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumns("", "");
        void Row(string name, string value) => table.AddRow(Markup.Escape(name), value);
        string Check(bool good, string yes, string no) => good ? $"[green]{Markup.Escape(yes)}[/]" : $"[red]{Markup.Escape(no)}[/]";
        Row("payments", string.Create(CultureInfo.InvariantCulture, $"[bold]{r.TransfersPerS:N0}[/] a second, {(r.Replicas == 1 ? "on disk" : string.Create(CultureInfo.InvariantCulture, $"agreed on by {r.Replicas} replicas and on disk"))} before they are answered"));
        Row("trading", string.Create(CultureInfo.InvariantCulture, $"[bold]{r.OrdersPerS:N0}[/] orders a second, {r.Trades:N0} trades settled"));
        Row("latency of a batch of 8,190", string.Create(CultureInfo.InvariantCulture, $"p50 {r.P50Us / 1000:N1} · p99 {r.P99Us / 1000:N1} · p99.9 {r.P999Us / 1000:N1} · max {r.MaxUs / 1000:N1} ms"));
        Row("sum of all balances", Check(r.SumZero, string.Create(CultureInfo.InvariantCulture, $"zero in each of {totals.Assets} assets, over {r.Accounts:N0} accounts"), "NOT zero"));
        Row("state root", string.Create(CultureInfo.InvariantCulture, $"{r.StateRoot} at height {r.Height:N0}"));
        Row(r.Replicas == 1 ? "restart from the journal" : "replica that crashed and came back", Check(r.RestartRootEqual, "same height, same root", "ANOTHER STATE"));
        Row(r.AnsweredDuringCrash ? "proof of an account, without it" : "proof of an account", Check(
            r.ProofVerified && r.ProofMutationsRefused == r.ProofBytes,
            string.Create(CultureInfo.InvariantCulture, $"{r.ProofBytes:N0} bytes, verified with the genesis alone; each of {r.ProofMutationsRefused:N0} changed copies refused"),
            "NOT as it must be"));
        console.Write(table);
    }
}
