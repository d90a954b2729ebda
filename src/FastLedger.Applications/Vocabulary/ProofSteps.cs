// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using FastLedger.Applications.Patterns;
using FastLedger.Applications.Running;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Applications.Vocabulary;

/// <summary>Proofs that are checked away from the ledger, and attempts to forge them.</summary>
internal static class ProofSteps
{
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new FreeStep("the document {name} with a proof of {name} is found {word}[ {number} times]", "Fetches the proof of an object, then judges the document by it offline: Valid, Revoked, Unknown or Forged.", async a =>
        {
            LedgerProof proof = await a.World.Reader.ProveObjectAsync(a.Thing(Kinds.Object, 1)).ConfigureAwait(false);
            ulong times = a.Has(3) ? a.Number(3) : 1;
            for (ulong i = 0; i < times; i++) Expect(proof.Judge(a.World.Document(a.Name(0))), a.Choice<DocumentStatus>(2));
            return $"{proof.Bytes.Length} bytes of proof";
        }),
        new FreeStep("the document {name} with one byte changed and a proof of {name} is found {word}", "Changes every byte of the document, one at a time.", async a =>
        {
            LedgerProof proof = await a.World.Reader.ProveObjectAsync(a.Thing(Kinds.Object, 1)).ConfigureAwait(false);
            byte[] document = a.World.Document(a.Name(0));
            for (int i = 0; i < document.Length; i++)
            {
                byte[] forged = [.. document];
                forged[i] ^= 1;
                Expect(proof.Judge(forged), a.Choice<DocumentStatus>(2));
            }

            return string.Create(CultureInfo.InvariantCulture, $"{document.Length} forgeries");
        }, isRefusal: true),
        new FreeStep("the document {name} with any byte of a proof of {name} changed is not found Valid", "Changes every byte of the proof, one at a time.", async a =>
        {
            LedgerProof proof = await a.World.Reader.ProveObjectAsync(a.Thing(Kinds.Object, 1)).ConfigureAwait(false);
            byte[] document = a.World.Document(a.Name(0));
            Expect(proof.Judge(document), DocumentStatus.Valid);
            for (int i = 0; i < proof.Bytes.Length; i++)
            {
                byte[] forged = [.. proof.Bytes];
                forged[i] ^= 1;
                if ((proof with { Bytes = forged }).Judge(document).Status == DocumentStatus.Valid) throw new ScenarioException($"Byte {i} can be changed.");
            }

            return string.Create(CultureInfo.InvariantCulture, $"{proof.Bytes.Length} forgeries");
        }, isRefusal: true),
        new FreeStep("the proof of {name} has at most {number} hashes", "Checks the length of the path from the object to the root of its table.", async a =>
        {
            LedgerProof proof = await a.World.Reader.ProveObjectAsync(a.Thing(Kinds.Object, 0)).ConfigureAwait(false);
            return proof.PathLength <= (int)a.Number(1)
                ? string.Create(CultureInfo.InvariantCulture, $"{proof.PathLength} hashes")
                : throw new ScenarioException($"It has {proof.PathLength}.");
        }),
        new FreeStep("the last event of each object like {name} is proved to be in the event log", "Checks an inclusion proof for each, against the root of the log that a state proof shows.", async a =>
        {
            (Hash256 root, ulong events) = await a.World.Reader.LogRootAsync().ConfigureAwait(false);
            HashSet<ulong> things = a.World.ThingsLike(Kinds.Object, a.Name(0) + " ");
            if (things.Count == 0) throw new ScenarioException("There are none.");
            foreach (ulong thing in things)
            {
                ObjectAnswer found = await a.World.Reader.ObjectAsync(thing).ConfigureAwait(false);
                byte[] proof = await a.World.Reader.ProveEventAsync(found.LastEvent, 0).ConfigureAwait(false);
                if (!EventProof.Verify(proof, in root, events, default, 0, out ulong number, out LedgerEvent entry) || number != found.LastEvent || entry.Subject != thing)
                    throw new ScenarioException($"Event {found.LastEvent} is not proved.");
            }

            return string.Create(CultureInfo.InvariantCulture, $"{things.Count} events");
        }),
        new FreeStep("the event log extends the marked one", "Checks a consistency proof from the log as it was when it was marked.", async a =>
        {
            (Hash256 root, ulong events) = await a.World.Reader.LogRootAsync().ConfigureAwait(false);
            (ulong oldEvents, Hash256 oldRoot) = a.World.Mark;
            byte[] proof = await a.World.Reader.ProveEventAsync(0, oldEvents).ConfigureAwait(false);
            return EventProof.Verify(proof, in root, events, in oldRoot, oldEvents, out _, out _)
                ? string.Create(CultureInfo.InvariantCulture, $"from {oldEvents} to {events} events")
                : throw new ScenarioException("It does not.");
        }),
        new FreeStep("a log without one event of {name} does not extend the marked one", "Drops an event of a class before the mark: no such log leads to the marked root, so no consistency proof can.", async a =>
        {
            EventExport export = await a.World.Reader.ExportAsync().ConfigureAwait(false);
            HashSet<ulong> things = a.World.ThingsLike(Kinds.Object, a.Name(0) + " ");
            (ulong oldEvents, Hash256 oldRoot) = a.World.Mark;
            int dropped = Enumerable.Range(0, (int)oldEvents).First(i => things.Contains(export.Events[i].Subject));
            var without = export.Events.Where((_, i) => i != dropped).ToList();
            byte[] proof = await a.World.Reader.ProveEventAsync(0, oldEvents).ConfigureAwait(false);
            Hash256 root = EventExport.RootOf(without);
            return EventProof.Verify(proof, in root, (ulong)without.Count, in oldRoot, oldEvents, out _, out _) || EventExport.RootOf([.. without.Take((int)oldEvents)]) == oldRoot
                ? throw new ScenarioException($"Event {dropped + 1} can be dropped.")
                : string.Create(CultureInfo.InvariantCulture, $"event {dropped + 1}");
        }, isRefusal: true),
        new FreeStep("the document {name} is provably in the history of {name}", "Checks, against the object's proven record, that the events are its whole history and one of them has the document's digest.", async a =>
        {
            ulong thing = a.Thing(Kinds.Object, 1);
            LedgerEvent[] events = [.. await a.World.Reader.HistoryAsync(thing).ConfigureAwait(false)];
            LedgerProof proof = await a.World.Reader.ProveObjectAsync(thing).ConfigureAwait(false);
            Hash256 document = a.World.Digest(a.Name(0));
            if (!proof.IsHistory(events)) throw new ScenarioException("The events are not the object's history.");
            return events.Any(e => e.Content == document) ? $"{events.Length} events" : throw new ScenarioException("It is not.");
        }),
    ];

    private static void Expect(DocumentFinding finding, DocumentStatus expected)
    {
        if (finding.Status != expected) throw new ScenarioException($"{finding.Status}: {finding.Reason}");
    }
}
