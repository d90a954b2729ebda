// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Applications.Vocabulary;
using FastLedger.Load.Nodes;
using FastLedger.Node.Configuration;
using FastLedger.Node.Embedding;
using Spectre.Console;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger run</c>: application areas, played on an embedded ledger.</summary>
internal static class RunVerb
{
    /// <summary>Scenarios with a thousand parties hold as many connections.</summary>
    private const int Connections = 4096;

    private const long SegmentBytes = 1 << 26;

    private static readonly Argument<string[]> Areas = new("area")
    {
        Description = "Numbers or keys of areas; see --list.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> All = new("--all") { Description = "All areas." };
    private static readonly Option<bool> List = new("--list") { Description = "Show the areas, a line each, and play none." };
    private static readonly Option<bool> Vocabulary = new("--vocabulary") { Description = "Show the sentences that scenarios may use, and play none." };
    private static readonly Option<bool> Attacks = new("--attacks") { Description = "Also play the scenarios in which somebody tries what must be refused." };
    private static readonly Option<int> Replicas = Options.Count("--replicas", "Replicas of the ledger.", 1, 1, 16);
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("run", "Plays application areas as scenarios on a ledger in a temporary folder, and checks the books after every step.")
        {
            Areas, All, List, Vocabulary, Attacks, Replicas, Json,
        };
        command.Validators.Add(result =>
        {
            bool some = result.GetValue(Areas) is { Length: > 0 };
            if (!some && !result.GetValue(All) && !result.GetValue(List) && !result.GetValue(Vocabulary)) result.AddError("Name an area, or say --all, --list or --vocabulary.");
            if (some && result.GetValue(All)) result.AddError("Name areas or say --all, not both.");
        });
        HelpWithExamples.Install(command, "fastledger run --list", "fastledger run payments --attacks", "fastledger run 2 3 --json", "fastledger run --all --attacks");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            return CommandLine.GuardAsync(presenter, token => RunAsync(presenter, parsed, token), ct);
        });
        return command;
    }

    private static async Task<int> RunAsync(Presenter presenter, ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(Vocabulary))
        {
            foreach (string line in VocabularyReference.Lines) presenter.WriteLine(line);
            return ExitCode.Ok;
        }

        IReadOnlyList<Area> areas;
        try
        {
            areas = AreaCatalog.Select(AreaCatalog.Load(), parsed.GetValue(Areas) ?? []);
        }
        catch (ScenarioException fault)
        {
            throw new VerbException(ExitCode.Usage, fault.Message);
        }

        if (parsed.GetValue(List))
        {
            ShowAreas(presenter, areas);
            return ExitCode.Ok;
        }

        bool attacks = parsed.GetValue(Attacks);
        int replicas = parsed.GetValue(Replicas);
        var reports = new List<AreaReport>();
        var clock = new SteppedClock(isRunning: replicas > 1);
        using var folder = new TemporaryFolder();
        EmbeddedCluster cluster = await EmbeddedCluster.StartAsync(folder.Path, replicas, clock, Configure).ConfigureAwait(false);
        await using (cluster.ConfigureAwait(false))
        {
            ScenarioHost host = await ScenarioHost.ConnectAsync(cluster.EndPoints, cluster.Validators, clock.Advance, ct).ConfigureAwait(false);
            await using (host.ConfigureAwait(false))
            {
                var runner = new ScenarioRunner(host, new Watch(presenter));
                for (int i = 0; i < areas.Count; i++)
                {
                    if (replicas > 1)
                    {
                        int node = i % replicas;
                        presenter.Say(string.Create(CultureInfo.InvariantCulture, $"Replica {node} crashes and comes back."));
                        await cluster.RestartAsync(node).ConfigureAwait(false);
                    }

                    reports.Add(await runner.PlayAsync(areas[i], attacks, ct).ConfigureAwait(false));
                }
            }
        }

        return Finish(presenter, reports);
    }

    private static void Configure(NodeOptions options)
    {
        options.Limits.Connections = Connections;
        options.Journal.SegmentBytes = SegmentBytes;
    }

    private static void ShowAreas(Presenter presenter, IReadOnlyList<Area> areas)
    {
        if (presenter.IsJson)
        {
            presenter.Write(areas.Select(a => new { a.Number, a.Key, a.Title, a.Promise, Scenarios = a.Scenarios.Count, Attacks = a.Scenarios.Count(s => s.IsAttack) }));
            return;
        }

        int width = areas.Max(a => a.Key.Length);
        foreach (Area area in areas) presenter.WriteLine($"{area.Number,2}  {area.Key.PadRight(width)}  {area.Promise}");
    }

    private static int Finish(Presenter presenter, List<AreaReport> reports)
    {
        var result = new Result(
            [.. reports.Select(r => new AreaLine(
                r.Area.Number, r.Area.Key, r.Ok, r.Scenarios.Count, r.Steps, r.AttacksExpected, r.AttacksRefused, r.FirstSequence, r.LastSequence))],
            reports.Sum(r => r.Scenarios.Count),
            reports.Sum(r => r.Steps),
            reports.Sum(r => r.AttacksExpected),
            reports.Sum(r => r.AttacksRefused),
            [.. reports.SelectMany(r => r.Scenarios.Where(s => !s.Ok).Select(s => Failure(r.Area, s)))],
            reports.All(r => r.Ok && r.AttacksExpected == r.AttacksRefused));
        if (presenter.IsJson) presenter.Write(result);
        else Show(presenter, reports, result);
        return result.Ok ? ExitCode.Ok : ExitCode.FailedCheck;
    }

    private static string Failure(Area area, ScenarioReport scenario)
    {
        StepReport last = scenario.Steps[^1];
        return string.Create(CultureInfo.InvariantCulture, $"{area.Key}, \"{scenario.Scenario.Name}\", line {last.Step.Line}: {last.Step.Text}: {last.Detail}");
    }

    private static void Show(Presenter presenter, List<AreaReport> reports, Result result)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("", "area", "promise", "kept", "steps", "attacks refused", "sequence");
        foreach (AreaReport report in reports)
        {
            table.AddRow(
                report.Area.Number.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(report.Area.Title),
                Markup.Escape(report.Area.Promise),
                report.Ok ? "[green]yes[/]" : "[red]no[/]",
                report.Steps.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{report.AttacksRefused} of {report.AttacksExpected}"),
                string.Create(CultureInfo.InvariantCulture, $"{report.FirstSequence} – {report.LastSequence}"));
        }

        presenter.Results.Write(table);
        foreach (string failure in result.Failures) presenter.WriteLine("Failed: " + failure);
        presenter.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{reports.Count} areas, {result.Scenarios} scenarios, {result.Steps} steps, {result.AttacksRefused} of {result.AttacksExpected} attacks refused: {(result.Ok ? "all promises kept" : "not as promised")}"));
    }

    /// <summary>Shows every step with its result.</summary>
    private sealed class Watch(Presenter presenter) : IRunWatch
    {
        public void Began(Area area, Scenario scenario) => presenter.Say($"{area.Title}: {scenario.Name}{(scenario.IsAttack ? " (attack)" : "")}");

        public void Played(StepReport report)
        {
            string result = report.Ok ? report.IsRefusal ? "refused" : "ok" : "FAILED";
            string detail = report.Detail.Length == 0 ? "" : $" · {report.Detail}";
            string sequence = report.LastSequence == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" · sequence {report.LastSequence}");
            presenter.Say($"  {result,-8} {report.Step.Keyword} {report.Step.Text}{detail}{sequence}");
        }
    }

    private sealed record AreaLine(
        int Number, string Key, bool Ok, int Scenarios, int Steps, int AttacksExpected, int AttacksRefused, ulong FirstSequence, ulong LastSequence);

    private sealed record Result(
        IReadOnlyList<AreaLine> Areas, int Scenarios, int Steps, int AttacksExpected, int AttacksRefused, IReadOnlyList<string> Failures, bool Ok);
}
