// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Files that are kept for others, and proofs that they are still there.</summary>
internal static class StorageSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new FreeStep("the file {name} has {number} chunks", "Makes a file.", a =>
        {
            a.World.Files[a.Name(0)] = new StoredFile(Enumerable.Range(0, (int)a.Number(1)).Select(i => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{a.Name(0)} {i}"))));
            return ValueTask.FromResult("");
        }),
        new ActionStep("creates {name} of the class {name}, with {policy}, storing {name}", "Creates a storage contract over the chunks of a file.", d =>
        {
            StoredFile file = d.World.Files[d.Name(3)];
            d.World.ClassOf[d.Name(0)] = d.Name(1);
            d.World.FileOf[d.Name(0)] = d.Name(3);
            d.SendNamed(
                new CreateObjectCommand { Class = (uint)d.Thing(Kinds.Class, 1), Counterparty = d.Policy(2), Content = file.Root, Value = (ulong)file.Count },
                Kinds.Object,
                d.Name(0));
        }),
        new FreeStep("the policy {name} is that of a correct proof of {name}", "Names the policy for which a correct proof approves.", async a =>
        {
            ObjectAnswer contract = await a.World.Reader.ObjectAsync(a.Thing(Kinds.Object, 1)).ConfigureAwait(false);
            a.World.Name(Kinds.Policy, a.Name(0), contract.ProofPolicy);
            return "";
        }),
        new FreeStep("{name} asks for a chunk", "Looks up which chunk a storage contract asks for.", async a =>
        {
            ulong chunk = await AskAsync(a.World, a.Name(0)).ConfigureAwait(false);
            return string.Create(CultureInfo.InvariantCulture, $"chunk {chunk}");
        }),
        new ActionStep("shows the chunk of {name}", "Proves the chunk that was asked for; what follows in the chain is approved by the proof.", d => Show(d, d.World.Challenges[d.Name(0)].Last(), false)),
        new ActionStep("shows the chunk of {name} that was asked for before", "Shows the proof before the last one again.", d => Show(d, d.World.Challenges[d.Name(0)][^2], false)),
        new ActionStep("shows another chunk of {name}", "Proves a chunk that was not asked for.", d =>
        {
            StoredFile file = d.World.Files[d.World.FileOf[d.Name(0)]];
            Show(d, (d.World.Challenges[d.Name(0)].Last() + 1) % (ulong)file.Count, false);
        }),
        new ActionStep("shows a forged chunk of {name}", "Shows something else in the place of the chunk that was asked for.", d => Show(d, d.World.Challenges[d.Name(0)].Last(), true)),
        new FreeStep("{party} proves {name} on {number} days, drawing {amount} of {name} each time", "Day after day: asks for the chunk, proves it, and draws the rent.", DrawAsync),
    ];

    private static async ValueTask<ulong> AskAsync(World world, string contract)
    {
        ObjectAnswer answer = await world.Reader.ObjectAsync(world.Thing(Kinds.Object, contract)).ConfigureAwait(false);
        if (!world.Challenges.TryGetValue(contract, out List<ulong>? asked)) world.Challenges[contract] = asked = [];
        asked.Add(answer.Challenge);
        return answer.Challenge;
    }

    private static void Show(Deed d, ulong chunk, bool forged)
    {
        StoredFile file = d.World.Files[d.World.FileOf[d.Name(0)]];
        Hash256 leaf = forged ? file.Root : file.Leaf((int)chunk);
        StoredFile.Show(d.Chain, d.Thing(Kinds.Object, 0), chunk, in leaf, file.Path((int)chunk));
    }

    private static async ValueTask<string> DrawAsync(StepArguments a)
    {
        StoredFile file = a.World.Files[a.World.FileOf[a.Name(1)]];
        ulong contract = a.Thing(Kinds.Object, 1), rent = a.Thing(Kinds.Pending, 4);
        for (ulong day = 0; day < a.Number(2); day++)
        {
            await a.World.Host.PassAsync(TimeSpan.FromDays(1), a.World.CancellationToken).ConfigureAwait(false);
            int chunk = (int)await AskAsync(a.World, a.Name(1)).ConfigureAwait(false);
            var chain = new CommandChain();
            StoredFile.Show(chain, contract, (ulong)chunk, file.Leaf(chunk), file.Path(chunk));
            Escrow.Release(chain, rent, a.Money(3).Amount, keepRemainder: true);
            await AccountSteps.SubmitAsync(a.World, a.Party(0), chain).ConfigureAwait(false);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{a.Number(2)} proofs");
    }
}
