// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>Drops the history that the settings do not keep, file by file, behind a checkpoint.</summary>
/// <remarks>
/// Recovery goes on from one of the two newest checkpoints, with the entries that it counts, and makes later ones again. So nothing above the
/// older one's entries is dropped. Thread: the one that publishes checkpoints. Alloc: per call. Blocks: on the device.
/// </remarks>
internal sealed class HistoryRetention(HistorySection options, HistoryLog history)
{
    private const long NsPerDay = 86_400L * 1_000_000_000;

    /// <summary>Drops what may go.</summary>
    /// <param name="coveredEntries">Entries of the oldest checkpoint that is kept.</param>
    /// <returns>Entries dropped.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public ulong Apply(ulong coveredEntries)
    {
        if (!options.Prunes || coveredEntries == 0) return 0;
        ulong began = history.FirstEntry;
        ulong[] firsts = history.SegmentFirsts();
        int kept = 0;
        while (kept + 1 < firsts.Length && firsts[kept + 1] - 1 <= coveredEntries && MayGo(firsts[kept + 1] - 1, coveredEntries)) kept++;
        if (kept == 0) return 0;
        history.DropBefore(firsts[kept]);
        return history.FirstEntry - began;
    }

    /// <summary>May an entry go, and with it all before?</summary>
    private bool MayGo(ulong entry, ulong newest) =>
        (options.RetainBytes > 0 && newest - entry >= (ulong)options.RetainBytes / HistoryLog.EntryBytes)
        || (options.RetainDays > 0 && TimeOf(newest) - TimeOf(entry) > options.RetainDays * NsPerDay);

    private long TimeOf(ulong number)
    {
        Span<HistoryEntry> entry = stackalloc HistoryEntry[1];
        Invariant.Check(history.Read(number, MemoryMarshal.AsBytes(entry)));
        return entry[0].TimestampNs;
    }
}
