// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Objects: what parties do with them.</summary>
internal static class ObjectSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep(
            "creates {name} of the class {name}[, called {name}][, for {policy}][, with {policy}][, on the document {name}][, worth {number}][, from {names}][, valid in {span}][, valid for {span}]",
            "Creates an object in its first state. \"called\" gives it an id that no second object of the class gets; \"for\" names the owner, \"with\" the second party, \"from\" up to two parents.",
            Create),
        new ActionStep(
            "moves {name} to {word}[, with {policy}][, on the document {name}][, worth {number}][, valid for {span}][, because of {name}]",
            "Moves an object along an edge of its class's table.",
            Move),
        new ActionStep("hands {name} to {policy}", "Gives an object to a new owner.", d => Closing.HandOver(d.Chain, d.Thing(Kinds.Object, 0), d.Policy(1))),
        new ActionStep("gives {policy} a lien of {amount} on {name}", "Owner and creditor agree to a lien.", d =>
            Closing.SetLien(d.Chain, d.Thing(Kinds.Object, 2), d.Policy(0), (ulong)d.Money(1).Amount)),
        new ActionStep("releases the lien on {name}", "The creditor gives a lien up.", d => Closing.ReleaseLien(d.Chain, d.Thing(Kinds.Object, 0))),
        new ActionStep(
            "requires {name} to be {word}[, on the document {name}][, of {policy}][, with {policy}]",
            "A guard for chains: fails unless the object is so; changes nothing.",
            Require),
        new ActionStep(
            "attests {name} of the class {name}, called {name}[, worth {number}], and mints {amount} to {account} from {account}",
            "Issues units together with a record that cannot be made twice.",
            d =>
            {
                d.World.ClassOf[d.Name(0)] = d.Name(1);
                int place = Attestation.Mint(
                    d.Chain,
                    (uint)d.Thing(Kinds.Class, 1),
                    Notary.Id(Notary.Canonical(d.Name(2))),
                    d.Has(3) ? d.Number(3) : 0,
                    d.World.Digest(d.Name(0)),
                    d.Account(6),
                    d.Account(5),
                    d.Money(4).Amount);
                d.NameAt(place, Kinds.Object, d.Name(0));
            }),
    ];

    /// <summary>Number of a state of an object's class.</summary>
    internal static uint StateOf(World world, string thing, string state) =>
        world.States[world.ClassOf[thing]].TryGetValue(state, out uint number) ? number : throw new ScenarioException($"\"{thing}\" has no state {state}.");

    private static void Create(Deed d)
    {
        string name = d.Name(0), @class = d.Name(1);
        IReadOnlyList<ulong> parents = d.Has(7) ? [.. d.Names(7).Select(n => d.World.Thing(Kinds.Object, n))] : [];
        d.World.ClassOf[name] = @class;
        d.SendNamed(
            new CreateObjectCommand
            {
                Flags = d.Has(8) || d.Has(9) ? CommandFlags.RelativeTime : CommandFlags.None,
                Class = (uint)d.Thing(Kinds.Class, 1),
                ExternalId = d.Has(2) ? Notary.Id(Notary.Canonical(d.Name(2))) : default,
                Owner = d.PolicyOrNone(3),
                Counterparty = d.PolicyOrNone(4),
                Content = d.Has(5) ? d.World.Digest(d.Name(5)) : default,
                Value = d.Has(6) ? d.Number(6) : 0,
                Parent0 = parents.Count > 0 ? parents[0] : 0,
                Parent1 = parents.Count > 1 ? parents[1] : 0,
                ValidFromNs = d.Has(8) ? d.Seconds(8) * 1_000_000_000L : 0,
                ValidToNs = d.Has(9) ? d.Seconds(9) * 1_000_000_000L : 0,
            },
            Kinds.Object,
            name);
    }

    private static void Move(Deed d)
    {
        string name = d.Name(0);
        d.Send(new ChangeObjectCommand
        {
            Flags = d.Has(5) ? CommandFlags.RelativeTime : CommandFlags.None,
            Object = d.Thing(Kinds.Object, 0),
            State = StateOf(d.World, name, d.Text(1)),
            Counterparty = d.PolicyOrNone(2),
            Content = d.Has(3) ? d.World.Digest(d.Name(3)) : default,
            Value = d.Has(4) ? d.Number(4) : ulong.MaxValue,
            ValidToNs = d.Has(5) ? d.Seconds(5) * 1_000_000_000L : 0,
            Reference = d.Has(6) ? d.World.Digest(d.Name(6)) : default,
        });
    }

    private static void Require(Deed d) => d.Send(new CheckObjectCommand
    {
        Object = d.Thing(Kinds.Object, 0),
        States = 1u << (int)StateOf(d.World, d.Name(0), d.Text(1)),
        Content = d.Has(2) ? d.World.Digest(d.Name(2)) : default,
        Owner = d.PolicyOrNone(3),
        Counterparty = d.PolicyOrNone(4),
    });
}
