// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Attested outcomes and complete sets.</summary>
internal static class OutcomeSteps
{
    private const string Invalid = "Invalid";

    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep(
            "asks {name} of {policy}: {words}[, backed by {asset}][, disputed within {span}[ at most {number} times][ for a bond of {amount} to {account}]][, answered in {span}][, answered within {span}][, with {policy} as arbiter]",
            "Creates an attested outcome. With a backing asset every answer is also an asset, issued only in complete sets.",
            Ask),
        new ActionStep("reports {word} for {name}", "The oracle's answer; Invalid says that the question has none.", d =>
            d.Send(new OutcomeCommand { Outcome = (uint)d.Thing(Kinds.Outcome, 1), Value = Value(d.World, d.Name(1), d.Text(0)) })),
        new ActionStep("disputes {word} for {name}[ from {account}]", "Sends the answer back to the oracle and stakes the bond.", d =>
            d.Send(new OutcomeCommand
            {
                Opcode = Opcode.DisputeOutcome,
                Outcome = (uint)d.Thing(Kinds.Outcome, 1),
                Value = Value(d.World, d.Name(1), d.Text(0)),
                Account = d.Has(2) ? d.Account(2) : 0,
            })),
        new ActionStep("mints {amount} of complete sets of {name}", "Turns collateral into one unit of every answer's asset.", d =>
            Market.MintSet(d.Chain, (uint)d.Thing(Kinds.Outcome, 1), Own(d, d.Money(0).Asset.Code), Accounts(d), d.Money(0).Amount)),
        new ActionStep("burns {amount} of complete sets of {name}", "Turns one unit of every answer's asset back into collateral.", d =>
            Market.BurnSet(d.Chain, (uint)d.Thing(Kinds.Outcome, 1), Own(d, d.Money(0).Asset.Code), Accounts(d), d.Money(0).Amount)),
        new ActionStep("redeems {amount} for {account}", "Exchanges units of an answer's asset for collateral after the end.", d =>
        {
            Money units = d.Money(0);
            Market.Redeem(d.Chain, d.World.OutcomeOf[units.Asset.Code], Own(d, units.Asset.Code), units.Amount, d.Account(1));
        }),
    ];

    /// <summary>Number of an answer: 1 …, or 0 for invalid.</summary>
    internal static uint Value(World world, string outcome, string answer)
    {
        if (answer == Invalid) return 0;
        IReadOnlyList<string> answers = world.Answers[outcome];
        for (int i = 0; i < answers.Count; i++)
            if (answers[i] == answer) return (uint)i + 1;
        throw new ScenarioException($"\"{outcome}\" has no answer {answer}.");
    }

    private static void Ask(Deed d)
    {
        string name = d.Name(0);
        IReadOnlyList<string> answers = d.Texts(2);
        Asset? backing = d.Has(3) ? d.Asset(3) : null;
        d.World.Answers[name] = answers;
        d.Send(
            new CreateOutcomeCommand
            {
                Flags = CommandFlags.RelativeTime,
                OraclePolicy = d.Policy(1),
                Values = (uint)answers.Count,
                CollateralAsset = backing?.Number ?? 0,
                DisputeSeconds = d.Has(4) ? d.Seconds(4) : 0,
                MaxDisputes = d.Has(4) ? d.Has(5) ? (uint)d.Number(5) : 1 : 0,
                Bond = d.Has(6) ? (ulong)d.Money(6).Amount : 0,
                BondAccount = d.Has(7) ? d.Account(7) : 0,
                ReportFromNs = d.Has(8) ? d.Seconds(8) * 1_000_000_000L : 0,
                ReportUntilNs = d.Has(9) ? d.Seconds(9) * 1_000_000_000L : 0,
                ArbiterPolicy = d.PolicyOrNone(10),
                Question = d.World.Digest(name),
            },
            result =>
            {
                uint outcome = (uint)(ulong)result.Value, first = (uint)(result.Value >> 64);
                d.World.Name(Kinds.Outcome, name, outcome);
                if (backing is null) return;
                for (int i = 0; i < answers.Count; i++)
                {
                    d.World.Name(new Asset(answers[i], first + (uint)i, backing.Scale, d.Sender, 0));
                    d.World.OutcomeOf[answers[i]] = outcome;
                }
            });
    }

    private static ulong Own(Deed d, string asset) => d.World.Account($"{d.Sender.Name}'s {asset}");

    private static List<ulong> Accounts(Deed d) => [.. d.World.Answers[d.Name(1)].Select(a => Own(d, a))];
}
