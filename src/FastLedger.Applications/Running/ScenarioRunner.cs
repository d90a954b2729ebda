// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Scenarios;
using FastLedger.Applications.Vocabulary;
using FastLedger.Client;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Running;

/// <summary>
/// Plays scenarios on a ledger. After each step it checks that every asset adds up to nothing and, with several replicas, that their state
/// roots are equal; what must be refused must leave every table as it was, but for the numbers that each command consumes.
/// </summary>
public sealed partial class ScenarioRunner(ScenarioHost host, IRunWatch watch)
{
    /// <summary>Plays the scenarios of an area.</summary>
    /// <param name="area">The area.</param>
    /// <param name="attacks">Also those that attack.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="LedgerException">The ledger does not answer.</exception>
    public async Task<AreaReport> PlayAsync(Area area, bool attacks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(area);
        var reports = new List<ScenarioReport>();
        foreach (Scenario scenario in area.Scenarios.Where(s => attacks || !s.IsAttack))
        {
            watch.Began(area, scenario);
            reports.Add(await PlayAsync(scenario, cancellationToken).ConfigureAwait(false));
        }

        return new AreaReport(area, reports);
    }

    /// <summary>Plays one scenario, to its end or to the first step that does not go as it says.</summary>
    public async Task<ScenarioReport> PlayAsync(Scenario scenario, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var world = new World(host, cancellationToken);
        await using (world.ConfigureAwait(false))
        {
            StatusAnswer before = await host.Observer.GetStatusAsync(cancellationToken).ConfigureAwait(false);
            world.FirstAccount = before.Accounts + 1;
            var steps = new List<StepReport>();
            foreach (ScenarioStep step in scenario.Steps)
            {
                StepReport report = await PlayAsync(world, step).ConfigureAwait(false);
                watch.Played(report);
                steps.Add(report);
                if (!report.Ok) break;
            }

            return new ScenarioReport(scenario, steps, scenario.IsAttack ? scenario.Steps.Count(IsRefusal) : 0);
        }
    }

    private static async ValueTask<StepReport> PlayAsync(World world, ScenarioStep step)
    {
        ulong before = world.LastSequence;
        bool refusal = false;
        bool ok;
        string detail;
        try
        {
            (ScenarioStep plain, string? expected) = SplitExpectation(step);
            (StepDefinition definition, IReadOnlyList<string?> values) = StepCatalog.Find(plain.Text);
            refusal = expected is not null || definition is FreeStep { IsRefusal: true };
            if (definition is ActionStep action) detail = await ActAsync(world, StepRun.Prepare(world, plain, action, values), expected).ConfigureAwait(false);
            else if (expected is not null) throw new ScenarioException("Only a sentence that sends commands can be refused.");
            else detail = await PlayFreelyAsync(world, (FreeStep)definition, values, plain).ConfigureAwait(false);
            if (world.LastSequence != before)
            {
                await LedgerChecks.CatchUpAsync(world).ConfigureAwait(false);
                await LedgerChecks.SumZeroAsync(world).ConfigureAwait(false);
                await LedgerChecks.SameRootsAsync(world).ConfigureAwait(false);
            }

            ok = true;
        }
        catch (Exception fault) when (fault is ScenarioException or LedgerRejectedException or FormatException or OverflowException)
        {
            (ok, detail) = (false, fault.Message);
        }

        ulong last = world.LastSequence;
        return new StepReport(step, ok, refusal, detail, last == before ? 0 : before == 0 ? last : before + 1, last == before ? 0 : last);
    }

    private static async ValueTask<string> PlayFreelyAsync(World world, FreeStep definition, IReadOnlyList<string?> values, ScenarioStep step)
    {
        await LedgerChecks.CatchUpAsync(world).ConfigureAwait(false);
        return await definition.PlayAsync(new StepArguments(world, values, step)).ConfigureAwait(false);
    }

    private static async ValueTask<string> ActAsync(World world, StepRun run, string? expected)
    {
        Hash256 before = expected is null ? default : await LedgerChecks.EffectsAsync(world).ConfigureAwait(false);
        ChainOutcome outcome = await run.SendAsync().ConfigureAwait(false);
        string code = outcome.Code.ToString();
        if (code != (expected ?? nameof(ResultCode.Ok)))
            throw new ScenarioException(expected is null ? $"refused: {code}" : $"{code}; expected was {expected}.");
        if (expected is null) return outcome.Results.Count == 1 ? "" : $"{outcome.Results.Count} commands";
        if (outcome.Results.Any(r => r.Code == ResultCode.Ok)) throw new ScenarioException("A part of it took effect.");
        if (await LedgerChecks.EffectsAsync(world).ConfigureAwait(false) != before) throw new ScenarioException($"{code}, but the state has changed.");
        return code;
    }

    private static bool IsRefusal(ScenarioStep step)
    {
        (ScenarioStep plain, string? expected) = SplitExpectation(step);
        return expected is not null || StepCatalog.Find(plain.Text).Definition is FreeStep { IsRefusal: true };
    }

    /// <summary>A step without the end of its sentence that says how it is refused.</summary>
    internal static ScenarioStep WithoutExpectation(ScenarioStep step) => SplitExpectation(step).Plain;

    /// <summary>Takes the end off a sentence that says how it is refused.</summary>
    private static (ScenarioStep Plain, string? Expected) SplitExpectation(ScenarioStep step)
    {
        Match match = Refusal().Match(step.Text);
        return match.Success ? (step with { Text = match.Groups[1].Value + match.Groups[3].Value }, match.Groups[2].Value) : (step, null);
    }

    [GeneratedRegex(@"^(.*), which is refused: ([A-Za-z]+)(:?)$")]
    private static partial Regex Refusal();
}
