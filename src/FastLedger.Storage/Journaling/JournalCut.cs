// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.InteropServices;

namespace FastLedger.Storage;

/// <summary>Ends a journal earlier than it ended: for copies that go back to an earlier height. What is cut off is lost.</summary>
public static class JournalCut
{
    /// <summary>Makes a journal end before an entry.</summary>
    /// <param name="directory">Where its segments are; nobody has it open.</param>
    /// <param name="segment">Number of the segment that the entry is in.</param>
    /// <param name="offset">Where the entry begins.</param>
    /// <param name="files">The system's files.</param>
    /// <exception cref="JournalDamagedException">The segment's header is damaged.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static void Before(string directory, uint segment, long offset, IFileSystem? files = null)
    {
        files ??= PosixFileSystem.Instance;
        foreach (string name in files.List(directory))
            if (JournalFormat.TryParseSegmentName(name, out uint later) && later > segment) files.Delete(Path.Combine(directory, name));
        string path = JournalFormat.SegmentPath(directory, segment);
        using (LedgerFile file = new(files, path, FileOpening.ReadWrite))
        {
            Span<byte> bytes = stackalloc byte[JournalSegmentHeader.Size];
            file.Read(bytes, 0);
            JournalSegmentHeader header = MemoryMarshal.Read<JournalSegmentHeader>(bytes);
            if (!JournalFormat.IsValid(in header)) throw new JournalDamagedException(path, 0, "the segment's header fails its checksum");
            file.Truncate(offset);
            file.Preallocate(header.SegmentBytes); // zeros: where nothing was written yet
            file.Sync();
        }

        files.SyncDirectory(directory);
    }
}
