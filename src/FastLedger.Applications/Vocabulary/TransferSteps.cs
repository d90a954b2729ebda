// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Payments now, in two phases, and under conditions.</summary>
internal static class TransferSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep("pays {amount} to {account}[ from {account}]", "Pays at once; from the party's own account in that asset unless another one is named.", d =>
            Closing.Pay(d.Chain, Source(d, 2, d.Money(0)), d.Account(1), d.Money(0).Amount)),
        new ActionStep(
            "reserves {amount} as {name} for {account}[ from {account}][, released by {policy}][, voided by {policy}][, {never} voided][, locked with the code {name}][, if {name} is {word}][, not before {span}][, for at most {span}]",
            "Sets an amount aside for a receiver. It is posted or voided later, by either account's policy unless others are named; when its time is over it goes back by itself.",
            Reserve),
        new ActionStep("posts {name}[ with the code {name}]", "Pays all of what was reserved.", d =>
            Escrow.Release(d.Chain, d.Thing(Kinds.Pending, 0), d.Has(1) ? Code(d.Name(1)) : default)),
        new ActionStep("posts {amount} of {name}", "Pays a part of what was reserved; the rest is released.", d =>
            Escrow.Release(d.Chain, d.Thing(Kinds.Pending, 1), d.Money(0).Amount)),
        new ActionStep("posts {amount} of {name} and keeps the rest reserved", "Pays a part of what was reserved; the rest stays.", d =>
            Escrow.Release(d.Chain, d.Thing(Kinds.Pending, 1), d.Money(0).Amount, keepRemainder: true)),
        new ActionStep("voids {name}", "Releases what was reserved.", d => Escrow.Refund(d.Chain, d.Thing(Kinds.Pending, 0))),
    ];

    internal static ulong Source(Deed d, int place, Money money) =>
        d.Has(place) ? d.Account(place) : d.World.Account($"{d.Sender.Name}'s {money.Asset.Code}");

    private static void Reserve(Deed d)
    {
        Money money = d.Money(0);
        var terms = new EscrowTerms
        {
            ReleasePolicy = d.PolicyOrNone(4),
            VoidPolicy = d.Has(6) ? ReserveCommand.Nobody : d.PolicyOrNone(5),
            HashLock = d.Has(7) ? HashLock.Of(Code(d.Name(7))) : default,
            Outcome = d.Has(8) ? (uint)d.Thing(Kinds.Outcome, 8) : 0,
            OutcomeValue = d.Has(9) ? OutcomeSteps.Value(d.World, d.Name(8), d.Text(9)) : 0,
            NotBefore = d.Has(10) ? TimeSpan.FromSeconds(d.Seconds(10)) : default,
            Timeout = d.Has(11) ? TimeSpan.FromSeconds(d.Seconds(11)) : default,
        };
        d.NameAt(Escrow.Open(d.Chain, Source(d, 3, money), d.Account(2), money.Amount, terms), Kinds.Pending, d.Name(1));
    }

    /// <summary>The 32 bytes that a code in words stands for.</summary>
    private static Hash256 Code(string words) => Blake3.Hash(System.Text.Encoding.UTF8.GetBytes(words));
}
