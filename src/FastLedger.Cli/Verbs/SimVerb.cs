// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.Globalization;
using System.Threading.Tasks;
using FastLedger.Simulation;

namespace FastLedger.Cli.Verbs;

/// <summary><c>fastledger sim</c>: whole clusters of the consensus core over a simulated network, disk and clock.</summary>
internal static class SimVerb
{
    private static readonly Option<int> Seeds = Options.Count("--seeds", "Scenarios to run.", 1000, 1, int.MaxValue);
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of the first scenario; the others follow.", HelpName = "S", DefaultValueFactory = static _ => 1 };
    private static readonly Option<int> Nodes = Options.Count("--nodes", "Validators.", 4, 1, 100);
    private static readonly Option<int> Byzantine = Options.Count("--byzantine", "Byzantine validators; without it every scenario draws up to f.", -1, -1, 100);
    private static readonly Option<bool> Twins = new("--twins") { Description = "Twins scenarios: validators that run twice with one key." };
    private static readonly Option<string> Mutant = new("--mutant")
    {
        Description = "Hunts a core with a planted fault: its name, or all.",
        HelpName = "NAME|all",
        DefaultValueFactory = static _ => string.Empty,
    };
    private static readonly Option<bool> Trace = new("--trace") { Description = "Prints the readable trace of the first violation, made as small as possible." };
    private static readonly Option<bool> Json = Options.Json();

    public static Command Create()
    {
        var command = new Command("sim", "Runs the consensus core in a deterministic simulator; the same seed gives the same trace.")
        {
            Seeds, Seed, Nodes, Byzantine, Twins, Mutant, Trace, Json,
        };
        HelpWithExamples.Install(
            command,
            "fastledger sim --seeds 10000",
            "fastledger sim --seed 42 --seeds 1 --trace",
            "fastledger sim --twins --seeds 10000",
            "fastledger sim --mutant all --json");
        command.SetAction((parsed, ct) =>
        {
            var presenter = new Presenter(parsed, parsed.GetValue(Json));
            var options = new SimulationOptions
            {
                Seeds = parsed.GetValue(Seeds),
                Seed = parsed.GetValue(Seed),
                Nodes = parsed.GetValue(Nodes),
                Byzantine = parsed.GetValue(Byzantine),
                Twins = parsed.GetValue(Twins),
                Mutant = parsed.GetValue(Mutant) ?? string.Empty,
                Trace = parsed.GetValue(Trace) ? presenter.Say : null,
            };
            return CommandLine.GuardAsync(
                presenter,
                token => Task.Factory.StartNew(() => Run(presenter, options), token, TaskCreationOptions.LongRunning, TaskScheduler.Default),
                ct);
        });
        return command;
    }

    private static int Run(Presenter presenter, SimulationOptions options)
    {
        bool mutants = options.Mutant.Length > 0;
        SimulationResult result = mutants ? MutantCampaign.Run(options) : new Simulator().Run(options);
        bool ok = mutants ? result.Survived == 0 : result.Violations == 0;
        if (presenter.IsJson) presenter.Write(result);
        else
        {
            presenter.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Scenarios:N0} scenarios, {result.Violations:N0} violations, {result.Forks:N0} forks, {result.ScenariosPerS:N0} a second, trace {result.TraceHash}"));
            foreach (MutantResult mutant in result.Mutants)
                presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {mutant.Name,-40} {mutant.Scenarios,6:N0}  {mutant.Oracle}"));
            if (mutants) presenter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Killed} killed, {result.Survived} survived"));
            if (result.FirstViolation is { } violation) presenter.WriteLine(violation);
        }

        return ok ? ExitCode.Ok : ExitCode.FailedCheck;
    }
}
