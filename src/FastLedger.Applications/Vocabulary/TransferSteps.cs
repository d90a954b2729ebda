// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Applications.Running;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Payments now and in two phases.</summary>
internal static class TransferSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep("pays {amount} to {account}[ from {account}]", "Pays at once; from the party's own account in that asset unless another one is named.", d =>
            d.Send(new TransferCommand { DebitAccount = Source(d, 2, d.Money(0)), CreditAccount = d.Account(1), Amount = d.Money(0).Amount })),
        new ActionStep("reserves {amount} as {name} for {account}[ from {account}][ for at most {span}]",
            "Sets an amount aside for a receiver; it is posted or voided later, and released by itself when the time is over.",
            d => d.SendNamed(
                new TransferCommand
                {
                    Flags = CommandFlags.Pending,
                    DebitAccount = Source(d, 3, d.Money(0)),
                    CreditAccount = d.Account(2),
                    Amount = d.Money(0).Amount,
                    TimeoutSeconds = d.Has(4) ? d.Seconds(4) : 0,
                },
                Kinds.Pending,
                d.Name(1))),
        new ActionStep("posts {name}", "Pays all of what was reserved.", d => d.Send(Post(d, UInt128.MaxValue))),
        new ActionStep("posts {amount} of {name}", "Pays a part of what was reserved; the rest is released.", d =>
            d.Send(new TransferCommand { Opcode = Opcode.PostPending, PendingId = d.World.Thing(Kinds.Pending, d.Name(1)), Amount = d.Money(0).Amount })),
        new ActionStep("voids {name}", "Releases what was reserved.", d =>
            d.Send(new TransferCommand { Opcode = Opcode.VoidPending, PendingId = d.World.Thing(Kinds.Pending, d.Name(0)) })),
    ];

    internal static ulong Source(Deed d, int place, Money money) =>
        d.Has(place) ? d.Account(place) : d.World.Account($"{d.Sender.Name}'s {money.Asset.Code}");

    private static TransferCommand Post(Deed d, UInt128 amount) =>
        new() { Opcode = Opcode.PostPending, PendingId = d.World.Thing(Kinds.Pending, d.Name(0)), Amount = amount };
}
