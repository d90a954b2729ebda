// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Load.Driving;
using FastLedger.Load.Measuring;
using FastLedger.Load.Nodes;
using FastLedger.Load.Reports;
using FastLedger.Load.Workloads;
using FastLedger.Network;
using FastLedger.Protocol;
using FastLedger.Storage;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger bench transfers|orders|book</c></summary>
internal static class BenchVerb
{
    private const int MaxInFlight = 16;

    private static readonly Option<double> Seconds = Options.Seconds(10);
    private static readonly Option<double?> Rate = Options.Positive(new Option<double?>("--rate")
    {
        Description = "Commands per second: open loop, latency from the intended send time. Without it: closed loop.",
        HelpName = "R",
    });
    private static readonly Option<int> Batch = Options.Count("--batch", "Commands in a batch.", ProtocolLimits.MaxBatchCommands, 1, ProtocolLimits.MaxBatchCommands);
    private static readonly Option<int> Replicas = Options.Count("--replicas", "Replicas, a process each.", 1, 1, 16);
    private static readonly Option<int> InFlight = Options.Count(
        "--in-flight", string.Create(CultureInfo.InvariantCulture, $"Batches sent ahead of their answers ({LoadPlan.UsualInFlight(1)}, with more than one replica {LoadPlan.UsualInFlight(2)})."),
        static result => LoadPlan.UsualInFlight(result.GetValue(Replicas)), 1, MaxInFlight);
    private static readonly Option<double> WarmUp = Options.Positive(new Option<double>("--warm-up")
    {
        Description = string.Create(CultureInfo.InvariantCulture, $"Seconds before the measured part ({LoadPlan.UsualWarmUp(1)}, with more than one replica {LoadPlan.UsualWarmUp(2)})."),
        HelpName = "N",
        DefaultValueFactory = static result => LoadPlan.UsualWarmUp(result.GetValue(Replicas)),
    });
    private static readonly Option<Durability> Level = Options.DurabilityLevel();
    private static readonly Option<string?> Directory = new("--directory")
    {
        Description = "Where the replica's temporary folder goes: its disk is the one measured. Default: the system's temporary directory.",
        HelpName = "DIR",
    };
    private static readonly Option<string?> Report = new("--report")
    {
        Description = "Also write a report into this directory.",
        HelpName = "DIR",
    };
    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "A setting of the measured node, as section.key=value; may be repeated.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = static _ => [],
    };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create() => WithHelp(
        new Command("bench", "Measures this machine: client and replica in a process each, or a part alone.")
        {
            Transfers(), Orders(), Book(), CryptographyBench.Hash(), CryptographyBench.Merkle(), CryptographyBench.Signatures(), Noops(), Suite(), Parity(),
        },
        "fastledger bench transfers --seconds 10 --durability fsync",
        "fastledger bench orders --rate 200000 --json",
        "fastledger bench book");

    private static Command Transfers()
    {
        Option<int> accounts = Options.Count("--accounts", "Accounts, uniformly used.", 1_000_000, 2, 100_000_000);
        var zipf = new Option<double>("--zipf") { Description = "Skew of the choice of accounts by Zipf's law, such as 0.99; 0 chooses uniformly.", HelpName = "SKEW" };
        zipf.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and < 1)) result.AddError("--zipf must be 0, or above 0 and below 1.");
        });
        var command = new Command("transfers", "Immediate transfers between chosen accounts.") { accounts, zipf };
        AddLoadOptions(command);
        command.SetAction((parsed, ct) => RunLoad(parsed, new TransferWorkload(parsed.GetValue(accounts), zipf: parsed.GetValue(zipf)), ct));
        return WithHelp(
            command,
            "fastledger bench transfers --seconds 10 --accounts 1000000 --durability fsync",
            "fastledger bench transfers --batch 1 --in-flight 1      (one transfer at a time)",
            "fastledger bench transfers --rate 500000                (open loop)",
            "fastledger bench transfers --replicas 4                 (a cluster on this machine)",
            "fastledger bench transfers --accounts 10000000 --set state.checkpoint_seconds=10",
            "fastledger bench transfers --accounts 50000000 --zipf 0.99 --set state.memory=1600MiB");
    }

    private static Command Orders()
    {
        Option<int> accounts = Options.Count("--accounts", "Trading parties.", 10_000, 1, 10_000_000);
        Option<int> instruments = Options.Count("--instruments", "Order books.", 1, 1, 10_000);
        var command = new Command("orders", "Order flow of an equity day: 45 % adds, 43 % cancels, 7 % amendments, 2 % reductions, 3 % aggressors.") { accounts, instruments };
        AddLoadOptions(command);
        command.SetAction((parsed, ct) => RunLoad(parsed, new OrderWorkload(parsed.GetValue(accounts), parsed.GetValue(instruments)), ct));
        return WithHelp(command, "fastledger bench orders --seconds 10 --instruments 8");
    }

    private static Command Noops()
    {
        var command = new Command("noops", "Commands that do nothing: ordering, receipts and certificates alone.");
        AddLoadOptions(command);
        command.SetAction((parsed, ct) => RunLoad(parsed, new NoopWorkload(), ct));
        return WithHelp(command, "fastledger bench noops --replicas 4 --batch 400 --in-flight 16 --durability none --set cluster.leader_term_views=0");
    }

    private static Command Book()
    {
        var command = new Command("book", "Matching alone, in process, on the published stream of 4,000,000 commands.") { Seconds, Report, Json };
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, token =>
            {
                presenter.Say("Running the book stream …");
                return Task.FromResult(Finish(parsed, presenter, BookBench.Run(parsed.GetValue(Seconds), Spelled(parsed), token)));
            }, ct);
        });
        return WithHelp(command, "fastledger bench book --seconds 10 --json");
    }

    /// <summary>What a report shows: one transfer at a time, full batches, orders, and the book alone.</summary>
    private static Command Suite()
    {
        var command = new Command("suite", "Runs the measurements that a report needs, one after the other, and writes it.") { Seconds, Level, Directory, Report, Json };
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            double seconds = parsed.GetValue(Seconds);
            string durability = parsed.GetValue(Level).ToString().ToLowerInvariant();
            string directory = parsed.GetValue(Directory) ?? Path.GetTempPath();
            BenchResult Load(IWorkload workload, int batch, int inFlight, string command, CancellationToken token) => Measure(
                presenter, workload, new LoadPlan { BatchSize = batch, InFlight = inFlight, Duration = TimeSpan.FromSeconds(seconds) }, durability, directory,
                string.Create(CultureInfo.InvariantCulture, $"fastledger bench {command} --seconds {seconds} --durability {durability}"), token);
            // One at a time first: the disk is still busy with the files of a heavy run when they are deleted.
            return CommandLine.GuardAsync(presenter, token => Task.Factory.StartNew(() => Finish(parsed, presenter,
            [
                Load(new TransferWorkload(10_000), 1, 1, "transfers --accounts 10000 --batch 1 --in-flight 1", token),
                Load(new TransferWorkload(1_000_000), ProtocolLimits.MaxBatchCommands, 4, "transfers --accounts 1000000", token),
                Load(new OrderWorkload(10_000), ProtocolLimits.MaxBatchCommands, 4, "orders --accounts 10000", token),
                BookBench.Run(seconds, string.Create(CultureInfo.InvariantCulture, $"fastledger bench book --seconds {seconds}"), token),
            ]), token, TaskCreationOptions.LongRunning, TaskScheduler.Default), ct);
        });
        return WithHelp(command, "fastledger bench suite --seconds 10 --report perf-reports");
    }

    /// <summary>
    /// The profile in which HotStuff implementations are measured (no-op commands, a leader that never changes, nothing written) beside the one
    /// that a ledger runs with. Commands are 128 bytes, batches are signed, and answers certified in both.
    /// </summary>
    private static Command Parity()
    {
        const int Replicas = 4;
        var command = new Command("parity", "Four replicas as published consensus figures are made (no-ops, fixed leader, durability none), beside transfers with a rotating leader and fsync, down to one at a time.") { Seconds, Directory, Report, Json };
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            double seconds = parsed.GetValue(Seconds);
            string directory = parsed.GetValue(Directory) ?? Path.GetTempPath();
            BenchResult Load(IWorkload workload, int batch, int inFlight, string durability, string[] settings, CancellationToken token) => Measure(
                presenter, workload, new LoadPlan { Replicas = Replicas, BatchSize = batch, InFlight = inFlight, WarmUp = TimeSpan.FromSeconds(LoadPlan.UsualWarmUp(Replicas)), Duration = TimeSpan.FromSeconds(seconds), NodeSettings = settings }, durability, directory,
                string.Create(CultureInfo.InvariantCulture, $"fastledger bench {workload.Name} --replicas {Replicas} --batch {batch} --in-flight {inFlight} --seconds {seconds} --durability {durability}")
                    + string.Concat(settings.Select(static setting => " --set " + setting)), token);
            string[] fixedLeader = ["cluster.leader_term_views=0"];
            return CommandLine.GuardAsync(presenter, token => Task.Factory.StartNew(() => Finish(parsed, presenter,
            [
                Load(new NoopWorkload(), 400, MaxInFlight, "none", fixedLeader, token),
                Load(new NoopWorkload(), 100, MaxInFlight, "none", fixedLeader, token),
                Load(new TransferWorkload(10_000), 1, 1, "fsync", [], token),
                Load(new TransferWorkload(1_000_000), 400, MaxInFlight, "fsync", [], token),
                Load(new TransferWorkload(1_000_000), 100, MaxInFlight, "fsync", [], token),
                Load(new TransferWorkload(1_000_000), ProtocolLimits.MaxBatchCommands, LoadPlan.UsualInFlight(Replicas), "fsync", [], token),
            ], "parity", "Four replicas: parity profile and production profile"), token, TaskCreationOptions.LongRunning, TaskScheduler.Default), ct);
        });
        return WithHelp(command, "fastledger bench parity --seconds 6 --report perf-reports");
    }

    private static int Finish(ParseResult parsed, Presenter presenter, BenchResult[] results, string? name = null, string? title = null)
    {
        if (parsed.GetValue(Report) is { } directory)
        {
            string file = string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:yyyy-MM-dd}-{name ?? "suite-" + results[0].Durability}");
            presenter.Say($"Report: {BenchReport.Write(directory, file, title ?? $"One replica, durability {results[0].Durability}", DateTimeOffset.UtcNow, results)}");
        }

        bool ok = results.All(static result => result.Ok);
        if (presenter.IsJson) presenter.Write(new SuiteResult(ok, results[0].Machine, results.Sum(static result => result.Seconds), results));
        else foreach (BenchResult result in results) Show(presenter.Results, result);
        return ok ? ExitCode.Ok : ExitCode.FailedCheck;
    }

    private sealed record SuiteResult(bool Ok, FastLedger.Load.Machine.MachineFingerprint Machine, double Seconds, BenchResult[] Results);

    private static Command WithHelp(Command command, params string[] examples)
    {
        HelpWithExamples.Install(command, examples);
        return command;
    }

    private static void AddLoadOptions(Command command)
    {
        foreach (Option option in new Option[] { Seconds, Rate, Batch, InFlight, WarmUp, Replicas, Level, Directory, Report, Set, Json }) command.Options.Add(option);
    }

    private static Task<int> RunLoad(ParseResult parsed, IWorkload workload, CancellationToken ct)
    {
        var presenter = new Presenter(parsed, parsed.GetValue(Json));
        var plan = new LoadPlan
        {
            BatchSize = parsed.GetValue(Batch),
            InFlight = parsed.GetValue(InFlight),
            Rate = parsed.GetValue(Rate),
            Replicas = parsed.GetValue(Replicas),
            WarmUp = TimeSpan.FromSeconds(parsed.GetValue(WarmUp)),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            NodeSettings = parsed.GetValue(Set) ?? [],
        };
        string durability = parsed.GetValue(Level).ToString().ToLowerInvariant();
        string directory = parsed.GetValue(Directory) ?? Path.GetTempPath();
        // The driver keeps a thread busy and blocks: it gets one of its own.
        return CommandLine.GuardAsync(presenter, token => Task.Factory.StartNew(
            () => Finish(parsed, presenter, Measure(presenter, workload, plan, durability, directory, Spelled(parsed), token)),
            token, TaskCreationOptions.LongRunning, TaskScheduler.Default), ct);
    }

    private static BenchResult Measure(
        Presenter presenter, IWorkload workload, LoadPlan plan, string durability, string directory, string command, CancellationToken ct)
    {
        SocketEvents.ServeConnectionsWherePossible(); // the client's, as the replicas do with theirs
        return presenter.WithWatch(watch => LoadBench.Run(workload, plan, durability, directory, NodeProgram.Current(), command, watch, ct));
    }

    private static int Finish(ParseResult parsed, Presenter presenter, BenchResult result)
    {
        if (parsed.GetValue(Report) is { } directory)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:yyyy-MM-dd}-{result.Workload}-{result.Durability}-{result.Batch}");
            string path = BenchReport.Write(directory, name, $"{result.Workload}, durability {result.Durability}", DateTimeOffset.UtcNow, [result]);
            presenter.Say($"Report: {path}");
        }

        if (presenter.IsJson) presenter.Write(result);
        else Show(presenter.Results, result);
        return result.Ok ? ExitCode.Ok : ExitCode.FailedCheck;
    }

    private static void Show(IAnsiConsole console, BenchResult result)
    {
        console.MarkupLineInterpolated($"[bold]{result.OpsPerS:N0}[/] {result.Workload} a second  ({result.Operations:N0} in {result.Seconds:0.0} s)");
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false };
        table.AddColumns("", "");
        foreach ((string name, string value) in Rows(result)) table.AddRow(Markup.Escape(name), Markup.Escape(value));
        console.Write(table);
        if (result.Error is { } error) console.MarkupLineInterpolated($"[red]{error}[/]");
    }

    private static IEnumerable<(string Name, string Value)> Rows(BenchResult r)
    {
        string from = r.Workload == "book" ? "each command, clock included" : r.Loop == "open" ? "from the intended send time" : "closed loop, from sending";
        yield return ("latency of " + (r.Batch == 1 ? "a command" : $"a batch of {r.Batch:N0}"), from);
        yield return ("  p50 / p99 / p99.9", string.Create(CultureInfo.InvariantCulture, $"{r.P50Us:N2} / {r.P99Us:N2} / {r.P999Us:N2} µs"));
        yield return ("  max", string.Create(CultureInfo.InvariantCulture, $"{r.MaxUs:N1} µs"));
        yield return ("durability", r.Replicas == 0 ? "none (in process)" : $"{r.Durability}, {r.Replicas} {(r.Replicas == 1 ? "replica" : "replicas, answers verified")}");
        if (r.Accounts > 0) yield return ("accounts", r.Accounts.ToString("N0", CultureInfo.InvariantCulture));
        if (r.Trades is { } trades) yield return ("trades", trades.ToString("N0", CultureInfo.InvariantCulture));
        yield return ("refused", r.Refused.ToString("N0", CultureInfo.InvariantCulture));
        if (r.Outcome is { } outcome) yield return ("each stream ends with", outcome);
        yield return ("allocated", string.Create(CultureInfo.InvariantCulture, $"{r.AllocatedBytesPerOp:0.000} bytes a command"));
        yield return ("processor", string.Create(CultureInfo.InvariantCulture, $"{r.CpuSecondsPerMillion:0.000} s a million commands, {r.StealPercent:0.0} % stolen"));
        if (r.Stages is { Commands: > 0 } stages)
        {
            foreach (StageBudget budget in r.Workload == "orders" ? StageBudget.Orders : StageBudget.Transfers)
                yield return ("  " + budget.Work, string.Create(CultureInfo.InvariantCulture, $"{stages.PerCommand(budget.Stage):0.0} ns{(budget.BudgetNs is { } limit ? $" (budget {limit:0})" : "")}"));
        }

        if (r.Stages is { ThreadNs.Count: > 0 } threads)
        {
            yield return ("processor by threads", "s a million commands, all replicas");
            foreach (ThreadWork work in ThreadWork.All)
                yield return ("  " + work.Work, string.Create(CultureInfo.InvariantCulture, $"{threads.ThreadNs.GetValueOrDefault(work.Key) / 1e3 / Math.Max(1, r.Operations):0.000}"));
            if (r.ClientCpuSecondsPerMillion is { } client) yield return ("  client", string.Create(CultureInfo.InvariantCulture, $"{client:0.000}"));
        }

        if (r.Stages?.State is { } state)
        {
            yield return ("execution of a block", "");
            yield return ("  p50 / p99.9 / max", string.Create(CultureInfo.InvariantCulture, $"{state.BlockP50Us:N0} / {state.BlockP999Us:N0} / {state.BlockMaxUs:N0} µs"));
            yield return ("node's memory", string.Create(CultureInfo.InvariantCulture, $"{r.Stages.ResidentBytes / 1e6:N0} MB"));
            if (state.Checkpoints > 0 || state.PagesWritten > 0)
                yield return ("checkpoints", string.Create(CultureInfo.InvariantCulture, $"{state.Checkpoints}, the last in {state.CheckpointSeconds:0.0} s; {state.PagesWritten:N0} pages written, {state.StoreBytes / 1e6:N0} MB on disk"));
            if (state.ResidentStateBytes > 0)
                yield return ("pages", string.Create(CultureInfo.InvariantCulture, $"{state.Misses:N0} read ({state.UnexpectedMisses:N0} unforeseen), {state.Evictions:N0} left, {state.ResidentStateBytes / 1e6:N0} MB in memory"));
        }

        yield return ("machine", $"{r.Machine.Cpu}, {r.Machine.Cores} cores");
    }

    /// <summary>The command line as it would be typed again.</summary>
    private static string Spelled(ParseResult parsed) => "fastledger " + string.Join(' ', parsed.Tokens.Select(static token => token.Value));
}
