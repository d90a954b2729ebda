// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cli.Clearing;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Driving;
using FastLedger.Load.Nodes;
using FastLedger.Node;
using FastLedger.Node.Configuration;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger clearing simulate</c>: a generated business day of payments over a replica, and what liquidity it took.</summary>
internal static class ClearingVerb
{
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DisplayInterval = TimeSpan.FromMilliseconds(200);

    private static readonly Option<int> Banks = Options.Count("--banks", "Banks that pay each other,", 20, 2, 1000);
    private static readonly Option<int> Payments = Options.Count("--payments", "Payments of the day,", 100_000, 1, 100_000);
    private static readonly Option<int> Seed = Options.Count("--seed", "Another number, another day;", 1, 1, int.MaxValue);
    private static readonly Option<bool> FindCredit = new("--find-credit") { Description = "Find the least credit line, equal for all banks, with which everything settles." };
    private static readonly Option<string> Chart = new("--chart") { Description = "File for the chart.", HelpName = "FILE", DefaultValueFactory = _ => "clearing.svg" };
    private static readonly Option<bool> Json = Options.Json();

    private static readonly Option<SettlementMode> Mode = new("--mode")
    {
        Description = "rtgs (gross, in order), bypass (gross, may overtake), lsm (with resolution of queues), dns (one netting cycle).",
        HelpName = "rtgs|bypass|lsm|dns",
        DefaultValueFactory = _ => SettlementMode.Lsm,
    };

    private static readonly Option<long> Credit = new("--credit")
    {
        Description = "Credit line of each bank in minor units; without it, the largest net debit of the day.",
        HelpName = "AMOUNT",
        DefaultValueFactory = _ => -1,
    };

    public static Command Create()
    {
        var simulate = new Command("simulate", "Simulates a business day on a replica in a temporary folder.") { Banks, Payments, Seed, Mode, Credit, FindCredit, Chart, Json };
        HelpWithExamples.Install(simulate, "fastledger clearing simulate", "fastledger clearing simulate --mode rtgs --find-credit", "fastledger clearing simulate --banks 50 --mode dns --json");
        simulate.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, token => RunAsync(presenter, parsed, token), ct);
        });
        var clearing = new Command("clearing", "Payment clearing.") { simulate };
        HelpWithExamples.Install(clearing, "fastledger clearing simulate --mode rtgs");
        return clearing;
    }

    private static async Task<int> RunAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        var day = new PaymentDay(parsed.GetValue(Banks), parsed.GetValue(Payments), (ulong)parsed.GetValue(Seed));
        SettlementMode mode = parsed.GetValue(Mode);
        long credit = parsed.GetValue(Credit) < 0 ? day.LargestNetDebit : parsed.GetValue(Credit);
        using var folder = new TemporaryFolder();
        using SigningKey key = SigningKey.Generate();
        var simulation = new SimulatedDay(day, key.PublicKey);
        var options = new NodeOptions { DataDirectory = Path.Combine(folder.Path, "node"), Listen = "127.0.0.1:0" };
        Replica replica = Replica.Start(options, cancellationToken: ct);
        await using (replica.ConfigureAwait(false))
        {
            LedgerClient client = await LedgerClient.ConnectAsync(
                new ClientOptions { Endpoints = [replica.EndPoint], Key = key, Deadline = AnswerDeadline, OrderEvents = simulation.OnEvents }, ct).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                long? least = null;
                Dictionary<string, long>? leasts = null;
                if (parsed.GetValue(FindCredit))
                {
                    leasts = [];
                    foreach (SettlementMode searched in new[] { SettlementMode.Rtgs, SettlementMode.Lsm, SettlementMode.Dns })
                        leasts[LiquidityChart.Name(searched)] = await LeastAsync(presenter, simulation, client, day, searched, ct).ConfigureAwait(false);
                    if (mode == SettlementMode.Bypass) leasts["bypass"] = await LeastAsync(presenter, simulation, client, day, mode, ct).ConfigureAwait(false);
                    credit = leasts[LiquidityChart.Name(mode)];
                    least = credit;
                }

                var results = new List<DayResult>();
                foreach (SettlementMode other in new[] { SettlementMode.Rtgs, SettlementMode.Bypass, SettlementMode.Lsm, SettlementMode.Dns })
                {
                    if (other == SettlementMode.Bypass && mode != SettlementMode.Bypass) continue;
                    // Once for the compiler, once for the figures.
                    await simulation.RunAsync(client, other, credit, ct).ConfigureAwait(false);
                    Task<DayResult> run = simulation.RunAsync(client, other, credit, ct);
                    await presenter.FollowAsync(LiquidityChart.Name(other), run, () => simulation.Sent, TimeSpan.FromSeconds(2), DisplayInterval).ConfigureAwait(false);
                    results.Add(await run.ConfigureAwait(false));
                }

                LedgerTotals totals = await LedgerTotals.ReadAsync(client, ct).ConfigureAwait(false);
                LiquidityChart.Write(parsed.GetValue(Chart)!, day, credit, results);
                return Finish(presenter, day, mode, credit, least, leasts, results, totals.SumZero, parsed.GetValue(Chart)!);
            }
        }
    }

    /// <summary>The least credit line by halving: with more credit everything that settled still settles.</summary>
    private static async Task<long> LeastAsync(
        Presenter presenter, SimulatedDay simulation, LedgerClient client, PaymentDay day, SettlementMode mode, CancellationToken ct)
    {
        presenter.Say($"Searching the least credit line for {LiquidityChart.Name(mode)} …");
        long tooLow = -1, enough = Math.Max(1, day.LargestNetDebit);
        while (!await simulation.SettlesAsync(client, mode, enough, ct).ConfigureAwait(false)) (tooLow, enough) = (enough, enough * 2);
        while (enough - tooLow > 1)
        {
            long middle = tooLow + ((enough - tooLow) / 2);
            if (await simulation.SettlesAsync(client, mode, middle, ct).ConfigureAwait(false)) enough = middle;
            else tooLow = middle;
        }

        return enough;
    }

    private static int Finish(
        Presenter presenter, PaymentDay day, SettlementMode mode, long credit, long? least, Dictionary<string, long>? leasts, List<DayResult> results, bool sumZero, string chart)
    {
        DayResult chosen = results.Find(r => r.Mode == mode)!;
        DayResult rtgs = results.Find(r => r.Mode == SettlementMode.Rtgs)!, lsm = results.Find(r => r.Mode == SettlementMode.Lsm)!;
        bool contains = true;
        for (int i = 0; i < day.Count; i++) contains &= lsm.SettledInBatch[i] <= rtgs.SettledInBatch[i];
        // A resolution of all that is queued at the end of the day asks of each bank what netting asks: its net debit.
        bool ordered = leasts is null || (leasts["rtgs"] >= leasts["lsm"] && leasts["lsm"] == leasts["dns"] && leasts["dns"] == day.LargestNetDebit);
        var result = new SimulationResult
        {
            Payments = day.Count,
            Settled = chosen.Settled,
            PaymentsPerS = day.Count / chosen.Seconds,
            Value = (double)chosen.Value,
            PeakLiquidity = (double)chosen.PeakLiquidity,
            LiquidityRatio = chosen.PeakLiquidity == UInt128.Zero ? 0 : (double)chosen.Value / (double)chosen.PeakLiquidity,
            QueueP50Ms = chosen.QueueP50Ms,
            QueueP99Ms = chosen.QueueP99Ms,
            LeastCredit = least,
            LeastCredits = leasts,
            LargestNetDebit = day.LargestNetDebit,
            Credit = credit,
            LsmContainsRtgs = contains,
            SumZero = sumZero,
            Ok = sumZero && contains && ordered,
        };
        if (presenter.IsJson) presenter.Write(result);
        else Show(presenter.Results, result, results, chart);
        return result.Ok ? ExitCode.Ok : ExitCode.FailedCheck;
    }

    private static void Show(IAnsiConsole console, SimulationResult result, List<DayResult> results, string chart)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumn("");
        foreach (DayResult day in results) table.AddColumn(new TableColumn(LiquidityChart.Name(day.Mode)).RightAligned());
        void Row(string name, Func<DayResult, string> value)
        {
            var cells = new List<string> { Markup.Escape(name) };
            foreach (DayResult day in results) cells.Add(value(day));
            table.AddRow([.. cells]);
        }

        CultureInfo invariant = CultureInfo.InvariantCulture;
        Row("payments a second, on disk", d => (result.Payments / d.Seconds).ToString("N0", invariant));
        Row("settled", d => d.Settled.ToString("N0", invariant));
        Row("  alone", d => d.SettledGross.ToString("N0", invariant));
        Row("  by bilateral offset", d => d.SettledByOffset.ToString("N0", invariant));
        Row("  by resolution", d => d.SettledByResolution.ToString("N0", invariant));
        Row("  by netting", d => d.SettledByNetting.ToString("N0", invariant));
        Row("value settled", d => ((double)d.Value / 100).ToString("N2", invariant));
        Row("peak liquidity drawn", d => ((double)d.PeakLiquidity / 100).ToString("N2", invariant));
        Row("value over peak liquidity", d => d.PeakLiquidity == UInt128.Zero ? "–" : ((double)d.Value / (double)d.PeakLiquidity).ToString("N1", invariant));
        Row("queue time p50, p99 (ms)", d => string.Create(invariant, $"{d.QueueP50Ms:N1}, {d.QueueP99Ms:N1}"));
        if (result.LeastCredits is { } leasts)
            Row("least credit line", d => leasts.TryGetValue(LiquidityChart.Name(d.Mode), out long least) ? (least / 100.0).ToString("N2", invariant) : "–");
        console.Write(table);
        console.WriteLine(string.Create(invariant, $"Credit line of each bank {result.Credit / 100.0:N2}, largest net debit of the day {result.LargestNetDebit / 100.0:N2}."));
        console.WriteLine(result.LsmContainsRtgs ? "At the end of every batch, what lsm had settled contains what rtgs had settled." : "rtgs had settled something that lsm had NOT settled.");
        console.WriteLine(result.SumZero ? "All balances sum to zero." : "Balances do NOT sum to zero.");
        console.WriteLine($"Chart: {chart}");
    }

    /// <summary>What <c>clearing simulate --json</c> prints; amounts in minor units.</summary>
    private sealed record SimulationResult
    {
        public required int Payments { get; init; }
        public required int Settled { get; init; }
        public required double PaymentsPerS { get; init; }
        public required double Value { get; init; }
        public required double PeakLiquidity { get; init; }
        public required double LiquidityRatio { get; init; }
        public required double QueueP50Ms { get; init; }
        public required double QueueP99Ms { get; init; }
        public required long? LeastCredit { get; init; }
        public required Dictionary<string, long>? LeastCredits { get; init; }
        public required long LargestNetDebit { get; init; }
        public required long Credit { get; init; }
        public required bool LsmContainsRtgs { get; init; }
        public required bool SumZero { get; init; }
        public required bool Ok { get; init; }
    }
}
