// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace FastLedger.Storage;

/// <summary>Copies the history of a replica, running or not: of its end backwards, so that what is pruned meanwhile is only missing at the beginning.</summary>
/// <remarks>Thread: one. Blocks: on the device.</remarks>
public static class HistoryCopy
{
    /// <summary>Copies the files.</summary>
    /// <param name="from">Folder of a history.</param>
    /// <param name="to">A folder without one; created when absent.</param>
    /// <param name="entries">Number of the last entry that the copy is to have; it may get later ones too.</param>
    /// <exception cref="FileNotFoundException">The history was pruned behind that entry meanwhile.</exception>
    /// <exception cref="IOException">The device failed.</exception>
    public static void Make(string from, string to, ulong entries)
    {
        Directory.CreateDirectory(to);
        List<ulong> firsts = [];
        foreach (string name in PosixFileSystem.Instance.List(from))
            if (HistorySegment.TryParse(name, out ulong first)) firsts.Add(first);
        ulong start = entries + 1;
        for (int i = firsts.Count - 1; i >= 0; i--)
        {
            if (firsts[i] > entries) continue; // made again
            string source = HistorySegment.PathOf(from, firsts[i]);
            try
            {
                File.Copy(source, HistorySegment.PathOf(to, firsts[i]));
            }
            catch (FileNotFoundException)
            {
                break; // pruned, and all before it
            }

            start = firsts[i];
        }

        start = Math.Max(start, HistoryStart.Read(from));
        if (start > entries + 1) throw new FileNotFoundException(string.Create(CultureInfo.InvariantCulture, $"{from} is pruned below entry {start} by now"));
        if (start > 1) HistoryStart.Write(to, start);
    }
}
