// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Scenarios;
using FastLedger.Cryptography;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Sealed rounds.</summary>
internal static class RoundSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep(
            "announces the round {name} of kind {word}[ with {number} choices][, with a deposit of {amount} to {account}][, for holders of {asset}], under the rules {name}, opening in {span}, closing in {span}, ending in {span}",
            "Creates a sealed round (Tally, Min, Max, SecondPrice): bids are committed to while it is open, revealed until it ends.",
            Announce),
        new ActionStep("changes the rules of the round {name} to {name}", "Allowed before the round opens.", d =>
            d.Send(new AmendRoundCommand { Round = (uint)d.Thing(Kinds.Round, 0), Rules = d.World.Digest(d.Name(1)) })),
        new ActionStep("commits to {number} in {name}[, with a deposit from {account}][, by the right of {account}]", "Hands in a sealed bid or vote.", d =>
        {
            SealedBid bid = SealedBid.Make((uint)d.Thing(Kinds.Round, 1), d.Sender.Policy, d.Number(0));
            d.World.Bids[(d.Name(1), d.Sender.Name)] = bid;
            bid.Commit(d.Chain, d.World.Observer.ChainId, d.Has(2) ? d.Account(2) : 0, d.Has(3) ? d.Account(3) : 0);
        }),
        new ActionStep("copies the commitment of {party} in {name}[, with a deposit from {account}]", "Hands in a rival's commitment as its own.", d =>
        {
            SealedBid rival = d.World.Bids[(d.Name(1), d.Text(0))];
            d.World.Bids[(d.Name(1), d.Sender.Name)] = rival with { Bidder = d.Sender.Policy };
            d.Send(new CommitCommand
            {
                Round = rival.Round,
                DepositAccount = d.Has(2) ? d.Account(2) : 0,
                Commitment = SealedCommitment.Of(d.World.Observer.ChainId, rival.Round, rival.Bidder, rival.Value, rival.Salt),
            });
        }),
        new ActionStep("reveals its bid in {name}", "Opens its commitment.", d => Bid(d, 0).Reveal(d.Chain)),
        new ActionStep("reveals {number} in {name}", "Tries to open its commitment with this value.", d => (Bid(d, 1) with { Value = d.Number(0) }).Reveal(d.Chain)),
    ];

    private static SealedBid Bid(Deed d, int round) =>
        d.World.Bids.TryGetValue((d.Name(round), d.Sender.Name), out SealedBid? bid) ? bid : throw new ScenarioException($"{d.Sender.Name} made no bid in {d.Name(round)}.");

    private static void Announce(Deed d) => d.SendNamed(
        new CreateRoundCommand
        {
            Flags = CommandFlags.RelativeTime,
            Kind = d.Choice<RoundKind>(1),
            Choices = d.Has(2) ? (byte)d.Number(2) : (byte)0,
            Deposit = d.Has(3) ? (ulong)d.Money(3).Amount : 0,
            DepositAccount = d.Has(4) ? d.Account(4) : 0,
            EligibilityAsset = d.Has(5) ? d.Asset(5).Number : 0,
            Rules = d.World.Digest(d.Name(6)),
            OpensAtNs = d.Seconds(7) * 1_000_000_000L,
            ClosesAtNs = d.Seconds(8) * 1_000_000_000L,
            RevealEndsNs = d.Seconds(9) * 1_000_000_000L,
        },
        Kinds.Round,
        d.Name(0));
}
