// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Vocabulary;

/// <summary>What rounds, outcomes and distributions came to.</summary>
internal static class DecisionEvidenceSteps
{
    private const int MaxBlocks = 10_000;

    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new FreeStep("the round {name} is won by {party} at {number}", "Checks the result of a final round.", async a =>
        {
            RoundAnswer round = await FinalAsync(a).ConfigureAwait(false);
            return round.Winner == a.Party(1).Policy && round.Price == a.Number(2) ? "" : throw new ScenarioException($"Policy {round.Winner} won at {round.Price}.");
        }),
        new FreeStep("the round {name} counts {counts}", "Checks the tally of a final round: so many for each choice named.", async a =>
        {
            RoundAnswer round = await FinalAsync(a).ConfigureAwait(false);
            foreach ((ulong count, uint choice) in a.Counts(1))
                if (Count(round, choice) != count) throw new ScenarioException($"It counts {Count(round, choice)} for {choice}.");
            return $"{round.Revealed} revealed of {round.Commitments}";
        }),
        new FreeStep("the outcome {name} is {word}", "Checks the value of a final outcome.", async a =>
        {
            OutcomeAnswer outcome = await a.World.Reader.OutcomeAsync((uint)a.Thing(Kinds.Outcome, 0)).ConfigureAwait(false);
            if (outcome.State != OutcomeStateFinal) throw new ScenarioException($"It is {outcome.State}.");
            return outcome.Value == OutcomeSteps.Value(a.World, a.Name(0), a.Text(1)) ? "" : throw new ScenarioException($"Its value is {outcome.Value}.");
        }),
        new FreeStep("the vault of {name} holds {amount}", "Checks the collateral behind the complete sets of an outcome.", async a =>
        {
            OutcomeAnswer outcome = await a.World.Reader.OutcomeAsync((uint)a.Thing(Kinds.Outcome, 0)).ConfigureAwait(false);
            AccountAnswer vault = await a.World.Observer.GetAccountAsync(outcome.Vault, a.World.CancellationToken).ConfigureAwait(false);
            var found = new Money(a.Money(1).Asset, (Int128)vault.CreditsPosted - (Int128)vault.DebitsPosted);
            return found == a.Money(1) ? found.ToString() : throw new ScenarioException($"It holds {found}.");
        }),
        new FreeStep("the distribution {name} is done", "Waits, block after block, until everybody is paid.", async a =>
        {
            uint number = (uint)a.Thing(Kinds.Distribution, 0);
            for (int block = 0; block < MaxBlocks; block++)
            {
                DistributionAnswer distribution = await a.World.Reader.DistributionAsync(number).ConfigureAwait(false);
                if (distribution.State == DistributionState.Done)
                    return string.Create(CultureInfo.InvariantCulture, $"{distribution.Paid} minor units to {distribution.Holders} holders");
                await a.World.Host.PassAsync(TimeSpan.Zero, a.World.CancellationToken).ConfigureAwait(false);
            }

            throw new ScenarioException("It does not come to its end.");
        }),
    ];

    private const Primitives.Commands.OutcomeState OutcomeStateFinal = Primitives.Commands.OutcomeState.Final;

    private static async ValueTask<RoundAnswer> FinalAsync(StepArguments a)
    {
        RoundAnswer round = await a.World.Reader.RoundAsync((uint)a.Thing(Kinds.Round, 0)).ConfigureAwait(false);
        return round.State == Primitives.Commands.RoundState.Final ? round : throw new ScenarioException($"The round is {round.State}.");
    }

    private static ulong Count(in RoundAnswer round, uint choice) => choice switch
    {
        0 => round.Count0,
        1 => round.Count1,
        2 => round.Count2,
        3 => round.Count3,
        4 => round.Count4,
        5 => round.Count5,
        6 => round.Count6,
        7 => round.Count7,
        _ => throw new ScenarioException($"Choice {choice} is not counted here."),
    };
}
