// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.IO;
using System.Text;

namespace FastLedger.Storage;

/// <summary>
/// The number of the first history entry that a directory holds, in a file of its own: those before it are of the ledger, but not here. A replica that
/// joined never had them, one that prunes has deleted them.
/// </summary>
public static class HistoryStart
{
    private const string Name = "start", NewName = "start.new";
    private const int MostBytes = 32;

    /// <summary>The number of the first entry; 1 when nothing is missing.</summary>
    /// <param name="directory">Of a history.</param>
    /// <param name="files">The system's files.</param>
    /// <exception cref="StoreDamagedException">The file holds no number.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static ulong Read(string directory, IFileSystem? files = null)
    {
        files ??= PosixFileSystem.Instance;
        bool exists = false;
        foreach (string name in files.List(directory)) exists |= name == Name;
        if (!exists) return 1;
        string path = Path.Combine(directory, Name);
        using LedgerFile file = new(files, path, FileOpening.Read);
        byte[] bytes = new byte[MostBytes];
        int length = file.ReadUpTo(bytes, 0);
        return ulong.TryParse(Encoding.ASCII.GetString(bytes, 0, length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong first) && first > 0
            ? first : throw new StoreDamagedException(path, 0, "this is not the number of an entry");
    }

    /// <summary>Sets the number, durably and at once or not at all.</summary>
    /// <param name="directory">Of a history; created when absent.</param>
    /// <param name="first">Number of the first entry, from 1.</param>
    /// <param name="files">The system's files.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static void Write(string directory, ulong first, IFileSystem? files = null)
    {
        files ??= PosixFileSystem.Instance;
        files.CreateDirectory(directory);
        string path = Path.Combine(directory, NewName);
        using (LedgerFile file = new(files, path, FileOpening.Create))
        {
            file.Write(Encoding.ASCII.GetBytes(first.ToString(CultureInfo.InvariantCulture)), 0);
            file.Sync();
        }

        files.Rename(path, Path.Combine(directory, Name));
        files.SyncDirectory(directory);
    }
}
