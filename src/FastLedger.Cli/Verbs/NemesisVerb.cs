// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using FastLedger.Load.Nemesis;
using FastLedger.Load.Nodes;
using FastLedger.Node.Recovery;
using FastLedger.Storage;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger nemesis</c>: a cluster on this machine, killed under load again and again, and checked.</summary>
internal static class NemesisVerb
{
    private static readonly Option<int> Kills = Options.Count("--kills", "Replicas killed (SIGKILL), one after the other; one round in eight kills all of them.", 20, 1, 1_000_000);
    private static readonly Option<int> Replicas = Options.Count("--replicas", "Replicas, a process each.", 4, 4, 16);
    private static readonly Option<int> Sessions = Options.Count("--sessions", "Clients.", 4, 1, 16);
    private static readonly Option<int> Batch = Options.Count("--batch", "Commands in the largest batch.", 200, 1, 8_190);
    private static readonly Option<int?> Seed = new("--seed") { Description = "Repeats the draws of a campaign. Default: a fresh one.", HelpName = "S" };
    private static readonly Option<bool> Pauses = new("--pauses") { Description = "Also stop replicas in the middle of their work and let them go on." };
    private static readonly Option<Durability> Level = Options.DurabilityLevel();
    private static readonly Option<string?> Directory = new("--directory") { Description = "Where the replicas' temporary folder goes. Default: the system's temporary directory.", HelpName = "DIR" };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("nemesis", "Kills replicas of a cluster on this machine under load and checks that no answered command is lost or doubled.")
        {
            Kills, Replicas, Sessions, Batch, Seed, Pauses, Level, Directory, Json, Flood(),
        };
        HelpWithExamples.Install(command, "fastledger nemesis --kills 20", "fastledger nemesis --kills 500 --replicas 4 --seed 7 --json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            var plan = new NemesisPlan
            {
                Seed = parsed.GetValue(Seed) ?? Random.Shared.Next(),
                Replicas = parsed.GetValue(Replicas),
                Rounds = parsed.GetValue(Kills),
                Sessions = parsed.GetValue(Sessions),
                MaxBatch = parsed.GetValue(Batch),
                Durability = parsed.GetValue(Level).ToString().ToLowerInvariant(),
                Faults =
                [
                    .. Enumerable.Repeat(NemesisFault.Kill, 7), NemesisFault.KillAll, .. Enumerable.Repeat(NemesisFault.Pause, parsed.GetValue(Pauses) ? 4 : 0),
                ],
            };
            return CommandLine.GuardAsync(presenter, async token =>
            {
                presenter.Say(string.Create(CultureInfo.InvariantCulture, $"Seed {plan.Seed}: {plan.Replicas} replicas, {plan.Sessions} clients, {plan.Rounds} rounds."));
                NemesisReport report = await NemesisCampaign.RunAsync(
                    NodeProgram.Current(), plan, JournalBatches.Digest, presenter.Say, folder: parsed.GetValue(Directory) ?? Path.GetTempPath(), ct: token).ConfigureAwait(false);
                if (presenter.IsJson) presenter.Write(report);
                else Show(presenter.Results, report);
                return report.Ok ? ExitCode.Ok : ExitCode.FailedCheck;
            }, ct);
        });
        return command;
    }

    private static Command Flood()
    {
        Option<int> seconds = Options.Count("--seconds", "How long junk comes in.", 20, 3, 86_400);
        Option<int> silent = Options.Count("--silent", "Connections to each port that say nothing.", 256, 0, 10_000);
        Option<int> junk = Options.Count("--junk", "Connections at a time to each port that send junk.", 2, 0, 64);
        var command = new Command("flood", "Floods the ports of a cluster on this machine with junk and silent connections and checks that it goes on and takes no memory.")
        {
            seconds, silent, junk, Replicas, Seed, Level, Directory, Json,
        };
        HelpWithExamples.Install(command, "fastledger nemesis flood", "fastledger nemesis flood --seconds 300 --json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            var plan = new FloodPlan
            {
                Seed = parsed.GetValue(Seed) ?? Random.Shared.Next(),
                Replicas = parsed.GetValue(Replicas),
                Length = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                SilentPerPort = parsed.GetValue(silent),
                JunkPerPort = parsed.GetValue(junk),
                Durability = parsed.GetValue(Level).ToString().ToLowerInvariant(),
            };
            return CommandLine.GuardAsync(presenter, async token =>
            {
                presenter.Say(string.Create(CultureInfo.InvariantCulture, $"Seed {plan.Seed}: {plan.Replicas} replicas, {plan.Length.TotalSeconds:0} s of junk."));
                FloodReport report = await FloodCampaign.RunAsync(NodeProgram.Current(), plan, presenter.Say, parsed.GetValue(Directory) ?? Path.GetTempPath(), token).ConfigureAwait(false);
                if (presenter.IsJson) presenter.Write(report);
                else Show(presenter.Results, report);
                return report.Ok ? ExitCode.Ok : ExitCode.FailedCheck;
            }, ct);
        });
        return command;
    }

    private static void Show(IAnsiConsole console, FloodReport report)
    {
        console.MarkupLineInterpolated($"[bold]{report.Connections:N0}[/] connections with {report.Bytes >> 20:N0} MiB of junk and {report.Silent:N0} silent ones in {report.Seconds:0} s");
        console.MarkupLineInterpolated($"commands answered and proven meanwhile: {report.Commands:N0}; new clients let in: {report.Newcomers}, after {report.NewcomerP50Ms:0} ms (p50), at most {report.NewcomerMaxMs:0} ms; longest silence {report.LongestSilenceMs:0} ms (allowed: {report.SilenceBoundMs:0} ms)");
        console.MarkupLineInterpolated($"resident MiB without flood / middle third / last third: {string.Join(", ", report.MemoryBefore.Select((before, i) => $"{before >> 20} / {report.MemoryMiddle[i] >> 20} / {report.MemoryLast[i] >> 20}"))} (allowed in the last third: {report.GrowthBoundBytes >> 20} above the middle one, {report.CostBoundBytes >> 20} above that without flood; {report.SessionBytes >> 10} KiB for each new client not counted)");
        if (report.Ok) console.MarkupLine("[green]The cluster went on, let new clients in, and its memory stayed flat.[/]");
        foreach (string violation in report.Violations) console.MarkupLineInterpolated($"[red]{violation}[/]");
    }

    private static void Show(IAnsiConsole console, NemesisReport report)
    {
        console.MarkupLineInterpolated($"[bold]{report.Commands:N0}[/] commands answered in {report.Seconds:0} s under {string.Join(", ", report.Faults.Select(static f => $"{f.Value} × {f.Key}"))}");
        console.MarkupLineInterpolated($"sent again and not executed again: {report.Repeated:N0}; reconnects: {report.Reconnects:N0}");
        if (report.Stalls.Count > 0)
            console.MarkupLineInterpolated($"longest silence per dead replica: p50 {report.Stalls.P50Ms:0} ms, p99 {report.Stalls.P99Ms:0} ms, max {report.Stalls.MaxMs:0} ms");
        if (report.Absences.Count > 0)
            console.MarkupLineInterpolated($"longest silence per stopped replica: p50 {report.Absences.P50Ms:0} ms, p99 {report.Absences.P99Ms:0} ms, max {report.Absences.MaxMs:0} ms");
        console.MarkupLineInterpolated($"height {report.Height:N0}, state root {report.StateRoot} on all {report.Replicas} replicas");
        if (report.Ok) console.MarkupLine("[green]Every answer stands once, where it was told to stand, on every replica.[/]");
        foreach (string violation in report.Violations) console.MarkupLineInterpolated($"[red]{violation}[/]");
    }
}
