// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Tasks;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Documents, and what the event log shows.</summary>
internal static class DocumentSteps
{
    /// <summary>Objects created in one batch.</summary>
    private const int BatchLength = 500;

    /// <summary>A piece of a document that would betray it.</summary>
    private const int TellTaleLength = 6;

    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new FreeStep("the document {name} reads {name}", "Gives a document its text; without it a document's text is its name.", a =>
        {
            a.World.Write(a.Name(0), Encoding.UTF8.GetBytes(a.Name(1)));
            return ValueTask.FromResult("");
        }),
        new FreeStep("{party} creates {number} objects of the class {name} on documents like {name}", "Creates objects on documents \"certificate 1\", \"certificate 2\" …, called the same.", CreateManyAsync),
        new FreeStep("nothing of the document {name} stands in the event log", "Searches the exported event log for pieces of the document's text.", async a =>
        {
            EventExport export = await a.World.Reader.ExportAsync().ConfigureAwait(false);
            byte[] bytes = MemoryMarshal.AsBytes<LedgerEvent>(export.Events.ToArray()).ToArray(), document = a.World.Document(a.Name(0));
            for (int i = 0; i + TellTaleLength <= document.Length; i++)
                if (bytes.AsSpan().IndexOf(document.AsSpan(i, TellTaleLength)) >= 0) throw new ScenarioException("A piece of it does.");
            return string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes searched");
        }),
        new FreeStep("the event log is marked", "Keeps the size and the root of the event log for later.", async a =>
        {
            EventExport export = await a.World.Reader.ExportAsync().ConfigureAwait(false);
            a.World.Mark = ((ulong)export.Events.Count, export.Root);
            return string.Create(CultureInfo.InvariantCulture, $"{export.Events.Count} events");
        }),
        new FreeStep("the exported event log leads to its root", "Recomputes the root of the log from the exported events alone.", async a =>
        {
            EventExport export = await a.World.Reader.ExportAsync().ConfigureAwait(false);
            return export.IsComplete ? string.Create(CultureInfo.InvariantCulture, $"{export.Events.Count} events") : throw new ScenarioException("It does not.");
        }),
        new FreeStep(
            "a recount of {name} from the exported log gives {counts}",
            "Counts the objects of a class by their value, from the exported events alone, once the export is found complete.",
            async a =>
            {
                EventExport export = await a.World.Reader.ExportAsync().ConfigureAwait(false);
                if (!export.IsComplete) throw new ScenarioException("The export does not lead to the root of the log.");
                HashSet<ulong> things = a.World.ThingsLike(Kinds.Object, a.Name(0) + " ");
                foreach ((ulong count, uint choice) in a.Counts(1))
                {
                    int found = export.Events.Count(e => e.Kind == LedgerEventKind.ObjectCreated && things.Contains(e.Subject) && e.Value == choice);
                    if (found != (int)count) throw new ScenarioException($"It gives {found} for {choice}.");
                }

                return string.Create(CultureInfo.InvariantCulture, $"{export.Events.Count} events");
            }),
        new FreeStep(
            "an export with one event of {name} dropped or changed is found out",
            "Drops, and changes, one event of each of some objects of the class in an export: the export must not lead to the root any more.",
            async a =>
            {
                EventExport export = await a.World.Reader.ExportAsync().ConfigureAwait(false);
                HashSet<ulong> things = a.World.ThingsLike(Kinds.Object, a.Name(0) + " ");
                int tried = 0;
                for (int i = 0; i < export.Events.Count; i++)
                {
                    if (!things.Contains(export.Events[i].Subject)) continue;
                    var dropped = export.Events.Where((_, at) => at != i).ToList();
                    var changed = export.Events.ToList();
                    LedgerEvent forged = changed[i];
                    forged.Value ^= 3;
                    changed[i] = forged;
                    if ((export with { Events = dropped }).IsComplete || (export with { Events = changed }).IsComplete) throw new ScenarioException($"Event {i + 1} can be forged.");
                    tried++;
                }

                return tried > 0 ? string.Create(CultureInfo.InvariantCulture, $"{2 * tried} forgeries") : throw new ScenarioException("There is nothing to forge.");
            },
            isRefusal: true),
        new FreeStep("the ranking of {name} recomputed from the exported log is {parties}", "Ranks the revealed bids of a round from the exported events alone, lowest first.", async a =>
        {
            EventExport export = await a.World.Reader.ExportAsync().ConfigureAwait(false);
            ulong round = a.Thing(Kinds.Round, 0);
            uint[] ranking = [.. export.Events.Where(e => e.Kind == LedgerEventKind.Revealed && e.Subject == round).OrderBy(e => e.Value).Select(e => e.Owner)];
            return ranking.SequenceEqual(a.Parties(1).Select(p => p.Policy)) ? "" : throw new ScenarioException($"It is {string.Join(", ", ranking)}.");
        }),
    ];

    private static async ValueTask<string> CreateManyAsync(StepArguments a)
    {
        int count = (int)a.Number(1);
        string @class = a.Name(2), like = a.Name(3);
        for (int start = 1; start <= count; start += BatchLength)
        {
            int end = Math.Min(count, start + BatchLength - 1);
            var batch = new CommandChain { IsLinked = false };
            for (int i = start; i <= end; i++) Notary.Register(batch, (uint)a.Thing(Kinds.Class, 2), a.World.Digest(Numbered(like, i)));
            ChainOutcome outcome = await AccountSteps.SubmitAsync(a.World, a.Party(0), batch).ConfigureAwait(false);
            for (int i = start; i <= end; i++)
            {
                a.World.Name(Kinds.Object, Numbered(like, i), (ulong)outcome[i - start]);
                a.World.ClassOf[Numbered(like, i)] = @class;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{count} objects");
    }

    private static string Numbered(string like, int number) => string.Create(CultureInfo.InvariantCulture, $"{like} {number}");
}
