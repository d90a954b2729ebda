// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;

namespace FastLedger.Storage;

/// <summary>Reads a history from its beginning to an entry, and changes nothing.</summary>
/// <remarks>
/// Entries carry no checksum: what can be told is that none is missing, that their ledger sequences do not fall, and that they link backwards.
/// Whether an amount is right only executing the journal again tells. Thread: one. Blocks: on the device.
/// </remarks>
public static class HistoryCheck
{
    private const int DebitPreviousOffset = 48, CreditPreviousOffset = 56;
    private const int BufferEntries = 8192;

    /// <summary>Checks the files.</summary>
    /// <param name="directory">Of a history.</param>
    /// <param name="entries">Number of the last entry that has to be there.</param>
    /// <param name="first">Number of the first entry that is there.</param>
    /// <exception cref="StoreDamagedException">Something is wrong, with file and offset.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static void Run(string directory, ulong entries, out ulong first)
    {
        PosixFileSystem files = PosixFileSystem.Instance;
        if (!Directory.Exists(directory)) throw new StoreDamagedException(directory, 0, "the history is missing");
        first = HistoryStart.Read(directory, files);
        List<ulong> firsts = [];
        foreach (string name in files.List(directory))
            if (HistorySegment.TryParse(name, out ulong begins)) firsts.Add(begins);
        while (firsts.Count > 1 && firsts[1] <= first) firsts.RemoveAt(0); // dropped, and not deleted yet
        if (first > entries + 1) throw new StoreDamagedException(directory, 0, $"the history begins with entry {first}, and the checkpoint has {entries}");
        if (first == entries + 1) return;
        if (firsts.Count == 0 || firsts[0] > first) throw new StoreDamagedException(directory, 0, $"the file with entry {first} is missing");
        byte[] buffer = new byte[BufferEntries * HistoryLog.EntryBytes];
        ulong sequence = 0;
        for (int i = 0; i < firsts.Count && firsts[i] <= entries; i++)
        {
            ulong last = i + 1 < firsts.Count ? Math.Min(entries, firsts[i + 1] - 1) : entries;
            using LedgerFile file = new(files, HistorySegment.PathOf(directory, firsts[i]), FileOpening.Read);
            for (ulong number = Math.Max(first, firsts[i]); number <= last;)
            {
                int count = (int)Math.Min(BufferEntries, last - number + 1);
                long offset = (long)(number - firsts[i]) * HistoryLog.EntryBytes;
                int read = file.ReadUpTo(buffer.AsSpan(0, count * HistoryLog.EntryBytes), offset);
                if (read < count * HistoryLog.EntryBytes) throw new StoreDamagedException(file.Path, offset + read, $"the file ends there, before entry {last}");
                for (int at = 0; at < read; at += HistoryLog.EntryBytes, number++)
                    if (Wrong(buffer.AsSpan(at, HistoryLog.EntryBytes), number, ref sequence) is { } wrong) throw new StoreDamagedException(file.Path, offset + at, wrong);
            }
        }
    }

    private static string? Wrong(ReadOnlySpan<byte> entry, ulong number, ref ulong sequence)
    {
        ulong own = BinaryPrimitives.ReadUInt64LittleEndian(entry);
        if (own < sequence || own == 0) return $"entry {number} has the ledger sequence {own}, and the one before {sequence}";
        sequence = own;
        ulong debit = BinaryPrimitives.ReadUInt64LittleEndian(entry[DebitPreviousOffset..]), credit = BinaryPrimitives.ReadUInt64LittleEndian(entry[CreditPreviousOffset..]);
        return debit < number && credit < number ? null : $"entry {number} links to the later entry {Math.Max(debit, credit)}";
    }
}
