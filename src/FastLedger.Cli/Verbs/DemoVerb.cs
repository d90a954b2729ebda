// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Driving;
using FastLedger.Load.Machine;
using FastLedger.Load.Measuring;
using FastLedger.Load.Nodes;
using FastLedger.Load.Workloads;
using FastLedger.Node;
using FastLedger.Node.Configuration;
using FastLedger.Protocol.Messages;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger demo</c>: payments and trading on an embedded replica over real sockets, then everything checked.</summary>
internal static class DemoVerb
{
    private const int PaymentAccounts = 100_000, TradingParties = 1_000, Instruments = 4;
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DisplayInterval = TimeSpan.FromMilliseconds(200);

    private static readonly Option<double> Seconds = Options.Seconds(10);
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("demo", "Runs payments and trading on a replica in a temporary folder, then checks the books.") { Seconds, Json };
        HelpWithExamples.Install(command, "fastledger demo", "fastledger demo --seconds 30 --json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, token => RunAsync(presenter, parsed.GetValue(Seconds), token), ct);
        });
        return command;
    }

    private static async Task<int> RunAsync(Presenter presenter, double seconds, CancellationToken ct)
    {
        using var folder = new TemporaryFolder();
        var options = new NodeOptions { DataDirectory = Path.Combine(folder.Path, "node"), Listen = "127.0.0.1:0" };
        using SigningKey key = SigningKey.Generate();
        presenter.Say($"A replica with its journal in {folder.Path}; every answer waits for the disk.");

        var payments = new TransferWorkload(PaymentAccounts);
        var trading = new OrderWorkload(TradingParties, Instruments);
        LoadRun paid, traded;
        LedgerTotals totals;
        StatusAnswer before;
        Replica replica = Replica.Start(options);
        await using (replica.ConfigureAwait(false))
        {
            TimeSpan part = TimeSpan.FromSeconds(seconds / 2);
            paid = await DriveAsync(presenter, replica, key, payments, part, ct).ConfigureAwait(false);
            traded = await DriveAsync(presenter, replica, key, trading, part, ct).ConfigureAwait(false);
            presenter.Say("Adding up every account …");
            LedgerClient client = await LedgerClient.ConnectAsync(ClientOf(replica, key, null), ct).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                totals = await LedgerTotals.ReadAsync(client, ct).ConfigureAwait(false);
                before = await client.GetStatusAsync(ct).ConfigureAwait(false);
            }
        }

        presenter.Say("Restarting from the journal …");
        Replica restarted = Replica.Start(options);
        bool sameRoot;
        await using (restarted.ConfigureAwait(false)) sameRoot = restarted.RecoveredState == (before.Height, before.StateRoot);
        return Finish(presenter, paid, traded, totals, before, sameRoot, folder.Path);
    }

    private static ClientOptions ClientOf(Replica replica, SigningKey key, OrderEventHandler? events) => new()
    {
        Endpoints = [replica.EndPoint],
        Key = key,
        Deadline = AnswerDeadline,
        OrderEvents = events,
        InlineContinuations = true,
    };

    private static async Task<LoadRun> DriveAsync(Presenter presenter, Replica replica, SigningKey key, IWorkload workload, TimeSpan duration, CancellationToken ct)
    {
        LedgerClient client = await LedgerClient.ConnectAsync(ClientOf(replica, key, workload.OnOrderEvents), ct).ConfigureAwait(false);
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

    private static int Finish(Presenter presenter, LoadRun paid, LoadRun traded, in LedgerTotals totals, in StatusAnswer status, bool sameRoot, string folder)
    {
        var latencies = new LatencyRecorder();
        latencies.Add(paid.Latencies);
        latencies.Add(traded.Latencies);
        LatencyPercentiles all = latencies.Percentiles();
        long operations = paid.Operations + traded.Operations;
        double seconds = paid.Seconds + traded.Seconds;
        var result = new DemoResult
        {
            Ok = totals.SumZero && sameRoot && operations > 0 && paid.Refused == 0,
            Machine = MachineFingerprint.Read(folder),
            Seconds = seconds,
            OpsPerS = operations / seconds,
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
        };
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
        Row("payments", string.Create(CultureInfo.InvariantCulture, $"[bold]{r.TransfersPerS:N0}[/] a second, on disk before they are answered"));
        Row("trading", string.Create(CultureInfo.InvariantCulture, $"[bold]{r.OrdersPerS:N0}[/] orders a second, {r.Trades:N0} trades settled"));
        Row("latency of a batch of 8,190", string.Create(CultureInfo.InvariantCulture, $"p50 {r.P50Us / 1000:N1} · p99 {r.P99Us / 1000:N1} · p99.9 {r.P999Us / 1000:N1} · max {r.MaxUs / 1000:N1} ms"));
        Row("sum of all balances", Check(r.SumZero, string.Create(CultureInfo.InvariantCulture, $"zero in each of {totals.Assets} assets, over {r.Accounts:N0} accounts"), "NOT zero"));
        Row("state root", string.Create(CultureInfo.InvariantCulture, $"{r.StateRoot} at height {r.Height:N0}"));
        Row("restart from the journal", Check(r.RestartRootEqual, "same height, same root", "ANOTHER STATE"));
        console.Write(table);
    }

    /// <summary>What <c>demo --json</c> prints.</summary>
    private sealed record DemoResult
    {
        public required bool Ok { get; init; }
        public required MachineFingerprint Machine { get; init; }
        public required double Seconds { get; init; }
        public required double OpsPerS { get; init; }
        public required double TransfersPerS { get; init; }
        public required double OrdersPerS { get; init; }
        public required long Trades { get; init; }
        public required double P50Us { get; init; }
        public required double P99Us { get; init; }
        public required double P999Us { get; init; }
        public required double MaxUs { get; init; }
        public required string Durability { get; init; }
        public required long Accounts { get; init; }
        public required bool SumZero { get; init; }
        public required ulong Height { get; init; }
        public required string StateRoot { get; init; }
        public required bool RestartRootEqual { get; init; }
    }
}
