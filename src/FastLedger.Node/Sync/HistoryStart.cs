// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.IO;

namespace FastLedger.Node.Sync;

/// <summary>The first history entry that a data directory holds: a replica that joined has none from before. The numbers of entries stay the ledger's.</summary>
internal static class HistoryStart
{
    /// <summary>Name of the file; none when the history begins with entry 1.</summary>
    public const string Name = "history.start";

    /// <summary>The number of the first entry.</summary>
    /// <exception cref="InvalidDataException">The file holds no number.</exception>
    public static ulong Read(string dataDirectory)
    {
        string path = Path.Combine(dataDirectory, Name);
        if (!File.Exists(path)) return 1;
        return ulong.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong first) && first > 0
            ? first : throw new InvalidDataException($"{path} holds no number.");
    }

    /// <summary>Makes an empty history that goes on behind so many entries, durably.</summary>
    /// <param name="dataDirectory">Where.</param>
    /// <param name="entries">Entries of the ledger that are not here.</param>
    public static void Write(string dataDirectory, ulong entries)
    {
        using (FileStream history = new(Path.Combine(dataDirectory, "history.dat"), FileMode.Create, FileAccess.Write))
        {
            history.SetLength((long)entries * Storage.HistoryLog.EntryBytes); // a hole: it takes no room
            history.Flush(flushToDisk: true);
        }

        if (entries == 0) return;
        using FileStream start = new(Path.Combine(dataDirectory, Name), FileMode.Create, FileAccess.Write);
        start.Write(System.Text.Encoding.ASCII.GetBytes((entries + 1).ToString(CultureInfo.InvariantCulture)));
        start.Flush(flushToDisk: true);
    }
}
