// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Vocabulary;

/// <summary>What objects are and were.</summary>
internal static class ObjectEvidenceSteps
{
    private const int MaxHops = 64;

    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new FreeStep("{name} is {word}", "Checks an object's state.", async a =>
        {
            ObjectAnswer found = await FindAsync(a, 0).ConfigureAwait(false);
            string state = NameOf(a.World, a.Name(0), found.State);
            return state == a.Text(1) ? state : throw new ScenarioException($"It is {state}.");
        }),
        new FreeStep("{name} belongs to {policy}", "Checks an object's owner.", async a =>
        {
            ObjectAnswer found = await FindAsync(a, 0).ConfigureAwait(false);
            return found.Owner == a.Policy(1) ? "" : throw new ScenarioException($"It belongs to {OwnerName(a.World, found.Owner)}.");
        }),
        new FreeStep("{name} has a lien of {policy} for {amount}", "Checks the lien on an object.", async a =>
        {
            ObjectAnswer found = await FindAsync(a, 0).ConfigureAwait(false);
            return found.LienHolder == a.Policy(1) && found.LienAmount == a.Money(2).Amount
                ? ""
                : throw new ScenarioException($"Its lien is of {OwnerName(a.World, found.LienHolder)} for {found.LienAmount}.");
        }),
        new FreeStep("{name} went through {words}", "Checks the states after each event of an object, oldest first.", async a =>
        {
            IReadOnlyList<LedgerEvent> events = await a.World.Reader.HistoryAsync(a.Thing(Kinds.Object, 0)).ConfigureAwait(false);
            string[] states = [.. events.Select(e => NameOf(a.World, a.Name(0), e.To))];
            return states.SequenceEqual(a.Texts(1)) ? $"{states.Length} events" : throw new ScenarioException($"It went through {string.Join(", ", states)}.");
        }),
        new FreeStep("the owners of {name} were {parties}", "Checks who owned an object, first owner first.", async a =>
        {
            IReadOnlyList<LedgerEvent> events = await a.World.Reader.HistoryAsync(a.Thing(Kinds.Object, 0)).ConfigureAwait(false);
            var owners = new List<uint>();
            foreach (LedgerEvent one in events)
                if (owners.Count == 0 || owners[^1] != one.Owner) owners.Add(one.Owner);
            return owners.SequenceEqual(a.Parties(1).Select(p => p.Policy)) ? "" : throw new ScenarioException($"They were {string.Join(", ", owners.Select(o => OwnerName(a.World, o)))}.");
        }),
        new FreeStep("the trace of {name} leads over {names}", "Checks an object's first parents, nearest first, to the origin.", async a =>
        {
            var hops = new List<ulong>();
            ObjectAnswer at = await FindAsync(a, 0).ConfigureAwait(false);
            while (at.Parent0 != 0 && hops.Count < MaxHops)
            {
                hops.Add(at.Parent0);
                at = await a.World.Reader.ObjectAsync(at.Parent0).ConfigureAwait(false);
            }

            return hops.SequenceEqual(a.Names(1).Select(n => a.World.Thing(Kinds.Object, n))) ? $"{hops.Count} hops" : throw new ScenarioException($"It leads over objects {string.Join(", ", hops)}.");
        }),
    ];

    private static ValueTask<ObjectAnswer> FindAsync(StepArguments a, int place) => a.World.Reader.ObjectAsync(a.Thing(Kinds.Object, place));

    private static string NameOf(World world, string thing, uint state) =>
        world.States[world.ClassOf[thing]].FirstOrDefault(s => s.Value == state).Key ?? $"state {state}";

    private static string OwnerName(World world, uint policy) => world.Parties.FirstOrDefault(p => p.Policy == policy)?.Name ?? $"policy {policy}";
}
