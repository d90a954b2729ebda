// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>An exported event log: all events from the first one on. Whoever has it recounts what it tells, without the ledger.</summary>
/// <param name="Events">The events, oldest first.</param>
/// <param name="Root">Root of the log that the ledger stated.</param>
public sealed record EventExport(IReadOnlyList<LedgerEvent> Events, Hash256 Root)
{
    /// <summary>Nothing was taken out, added or changed: the events lead to the root.</summary>
    public bool IsComplete => Events.Count > 0 && RootOf(Events) == Root;

    /// <summary>Root of a log of these events (RFC 6962 with the ledger's hash).</summary>
    public static Hash256 RootOf(IReadOnlyList<LedgerEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        Hash256[] leaves = [.. events.Select(e => Merkle.Leaf(MemoryMarshal.AsBytes(new ReadOnlySpan<LedgerEvent>(in e))))];
        return Merkle.RootOf(leaves, new Hash256[leaves.Length]);
    }

    /// <summary>Counts the votes of a sealed round by choice: those that were revealed, each voter once.</summary>
    public IReadOnlyDictionary<ulong, int> CountRound(uint round)
    {
        var counts = new SortedDictionary<ulong, int>();
        var voters = new HashSet<uint>();
        foreach (LedgerEvent one in Events)
        {
            if (one.Kind != LedgerEventKind.Revealed || one.Subject != round || !voters.Add(one.Owner)) continue;
            counts[one.Value] = counts.GetValueOrDefault(one.Value) + 1;
        }

        return counts;
    }
}
