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
using FastLedger.Load.Nodes;
using FastLedger.Load.OrderFlow;
using FastLedger.Storage;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger replay FILE</c></summary>
internal static class ReplayVerb
{
    private const string L3Csv = "l3-csv";
    // Two replays of a file must end in the same state root: a block for each batch, and no clock of the machine.
    private static readonly string[] Reproducible = ["--set", "pipeline.clock=logical", "--set", "limits.block_batches=1"];
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(60);

    private static readonly Argument<string> File = new("file") { Description = "Recorded market-by-order data; .gz is read as it is." };
    private static readonly Option<string> Format = FormatOption();
    private static readonly Option<decimal> Tick = new("--tick") { Description = "Price of one tick.", HelpName = "PRICE", DefaultValueFactory = static _ => 0.25m };
    private static readonly Option<int> Copies = Options.Count("--copies", "Copies of the session, on as many instruments.", 1, 1, 1_000);
    private static readonly Option<double> Share = new("--require")
    {
        Description = "Share of recorded fills that must be reproduced exactly, 0 … 1.",
        HelpName = "SHARE",
        DefaultValueFactory = static _ => 0.96,
    };
    private static readonly Option<Durability> Level = Options.DurabilityLevel();
    private static readonly Option<string?> Directory = new("--directory")
    {
        Description = "Where the replica's temporary folder goes. Default: the system's temporary directory.",
        HelpName = "DIR",
    };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("replay", "Sends recorded order flow through a socket into a durable replica and compares the fills with the recorded ones.")
        {
            File, Format, Tick, Copies, Share, Level, Directory, Json,
        };
        HelpWithExamples.Install(
            command,
            "fastledger replay session.csv.gz --format l3-csv --tick 0.25",
            "fastledger replay session.csv.gz --format l3-csv --copies 32 --json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, token => Task.Factory.StartNew(
                () => Finish(presenter, presenter.WithWatch(watch => Run(parsed, watch, token)), parsed.GetValue(Share)),
                token, TaskCreationOptions.LongRunning, TaskScheduler.Default), ct);
        });
        return command;
    }

    private static Option<string> FormatOption()
    {
        var option = new Option<string>("--format") { Description = "Form of the file.", DefaultValueFactory = static _ => L3Csv };
        option.AcceptOnlyFromAmong(L3Csv);
        return option;
    }

    private static ReplayResult Run(ParseResult parsed, ILoadWatch watch, CancellationToken ct)
    {
        string file = parsed.GetRequiredValue(File);
        int copies = parsed.GetValue(Copies);
        string durability = parsed.GetValue(Level).ToString().ToLowerInvariant();
        watch.Began("reading " + file);
        FlowSession session = FlowTranslator.Translate(L3CsvReader.Read(file, parsed.GetValue(Tick)));
        using var folder = new TemporaryFolder(parsed.GetValue(Directory));
        watch.Began("starting the node");
        using NodeProcess node = NodeProcess.Start(
            NodeProgram.Current(), [.. LoadBench.NodeArguments(folder.Path, durability), .. Reproducible], StartDeadline);
        var replay = new FlowReplay(session, copies);
        (FlowReplayResult result, string root) = Send(node, replay, watch, ct);
        node.Stop(AnswerDeadline);
        return new ReplayResult
        {
            Ok = result.Fills.ExactShare >= parsed.GetValue(Share),
            Machine = MachineFingerprint.Read(folder.Path),
            Seconds = result.Seconds,
            File = Path.GetFileName(file),
            Copies = copies,
            Durability = durability,
            Rows = (long)session.Rows * copies,
            Commands = result.Commands,
            CommandsPerS = result.Commands / result.Seconds,
            Batches = result.Batches,
            Refused = result.Refused,
            Withdrawn = result.Withdrawn,
            FillsTotal = result.Fills.Total,
            FillsExact = result.Fills.Exact,
            FillsExactShare = result.Fills.ExactShare,
            Differences = result.Fills.Differences,
            FillsUnrecorded = result.Fills.Unrecorded,
            StateRoot = root,
        };
    }

    private static (FlowReplayResult Result, string Root) Send(NodeProcess node, FlowReplay replay, ILoadWatch watch, CancellationToken ct)
    {
        // The same key every time: the session is part of the state, and two replays of a file must end in the same state.
        using SigningKey key = SigningKey.FromSeed(new byte[SigningKey.SeedSize]);
        var options = new ClientOptions { Endpoints = [node.Endpoint], Key = key, Deadline = AnswerDeadline, OrderEvents = replay.OnOrderEvents };
        LedgerClient client = LedgerClient.ConnectAsync(options, ct).GetAwaiter().GetResult();
        try
        {
            watch.Began("setting up instruments and accounts");
            replay.SetUp(client);
            watch.Began("replaying");
            FlowReplayResult result = replay.Run(client, watch, ct);
            return (result, client.GetStatusAsync(ct).AsTask().GetAwaiter().GetResult().StateRoot.ToString());
        }
        finally
        {
            client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static int Finish(Presenter presenter, ReplayResult result, double required)
    {
        if (presenter.IsJson) presenter.Write(result);
        else Show(presenter.Results, result, required);
        return result.Ok ? ExitCode.Ok : ExitCode.FailedCheck;
    }

    private static void Show(IAnsiConsole console, ReplayResult r, double required)
    {
        console.MarkupLineInterpolated($"[bold]{r.CommandsPerS:N0}[/] commands a second  ({r.Commands:N0} in {r.Seconds:0.0} s, {r.Batches:N0} batches, durability {r.Durability})");
        console.MarkupLineInterpolated($"[bold]{r.FillsExactShare:P2}[/] of {r.FillsTotal:N0} recorded maker fills reproduced exactly (required: {required:P0})");
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false };
        table.AddColumns("", "");
        foreach ((FillCircumstance circumstance, long count) in r.Differences) table.AddRow(Markup.Escape(Explain(circumstance)), Text(count));
        table.AddRow("fills that the record does not have", Text(r.FillsUnrecorded));
        table.AddRow("commands refused (the order was filled already)", Text(r.Refused));
        table.AddRow("state root", r.StateRoot);
        console.Write(table);
        if (!r.Ok) console.MarkupLine("[red]too few fills were reproduced[/]");
    }

    private static string Explain(FillCircumstance circumstance) => circumstance switch
    {
        FillCircumstance.InPriority => "not exact: an earlier difference had changed the book",
        FillCircumstance.Auction => "not exact: call auction, no aggressor",
        FillCircumstance.Iceberg => "not exact: iceberg, filled beyond its shown size",
        FillCircumstance.IcebergSlice => "not exact: iceberg's next slice, place unknown",
        FillCircumstance.SelfMatchCancel => "not exact: self-match cancels in the same event",
        FillCircumstance.OutOfPriority => "not exact: the record itself departs from price-time priority",
        _ => circumstance.ToString(),
    };

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
