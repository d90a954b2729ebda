// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;

namespace FastLedger.Storage;

/// <summary>
/// Which segments a journal has: from segment 0 on, or, once it was truncated, from the one that its start file names. A gap is damage;
/// segments before the start are the remains of a truncation that a crash interrupted.
/// </summary>
/// <remarks>
/// The start file: <c>magic, version, zeros (16 bytes), anchor (48 bytes), zeros, checksum: the first 16 bytes of BLAKE3 over the 112
/// bytes before it</c>.
/// </remarks>
internal sealed class JournalExtent
{
    private const ulong StartMagic = 0x3154_5241_5453_4A46; // "FJSTART1"
    private const int StartBytes = 128;
    private const int CheckedBytes = 112;
    private const string StartNewName = "journal.start.new";
    private readonly List<uint> _forgotten;

    private JournalExtent(JournalAnchor anchor, uint segmentEnd, List<uint> forgotten)
    {
        Anchor = anchor;
        SegmentEnd = segmentEnd;
        _forgotten = forgotten;
    }

    /// <summary>Where a truncated journal begins; all zeros for one that begins with segment 0.</summary>
    public JournalAnchor Anchor { get; }

    public uint FirstSegment => (uint)Anchor.Segment;

    /// <summary>Behind the last segment.</summary>
    public uint SegmentEnd { get; }

    public static bool IsTruncated(IFileSystem files, string directory)
    {
        foreach (string name in files.List(directory))
        {
            if (name == JournalFormat.StartName) return true;
        }

        return false;
    }

    /// <summary>Looks at a directory.</summary>
    public static JournalExtent Find(IFileSystem files, string directory)
    {
        JournalAnchor anchor = IsTruncated(files, directory) ? ReadStart(files, directory) : default;
        List<uint> segments = [];
        List<uint> forgotten = [];
        foreach (string name in files.List(directory))
        {
            if (JournalFormat.TryParseSegmentName(name, out uint segment)) (segment < anchor.Segment ? forgotten : segments).Add(segment);
        }

        segments.Sort();
        forgotten.Sort();
        for (int i = 0; i < segments.Count; i++)
        {
            if (segments[i] != anchor.Segment + (uint)i) throw Missing(directory, (uint)anchor.Segment + (uint)i);
        }

        if (segments.Count == 0 && !anchor.HeaderDigest.IsZero) throw Missing(directory, (uint)anchor.Segment);
        return new JournalExtent(anchor, (uint)anchor.Segment + (uint)segments.Count, forgotten);
    }

    /// <summary>The last segment that begins at or before an entry. Segments that are prepared and not begun have no header yet.</summary>
    public JournalAnchor FindAnchor(IFileSystem files, string directory, ulong index)
    {
        for (uint segment = SegmentEnd; segment-- > FirstSegment;)
        {
            if (TryAnchor(files, directory, segment, out JournalAnchor anchor) && anchor.FirstIndex <= index) return anchor;
        }

        throw new ArgumentOutOfRangeException(nameof(index), index, "The journal begins after this entry");
    }

    /// <summary>Writes down where the journal begins, then gives up what is before: some of it as spare files.</summary>
    public void Truncate(IFileSystem files, string directory, in JournalAnchor anchor)
    {
        string first = JournalFormat.SegmentPath(directory, (uint)anchor.Segment);
        if (anchor.Segment < FirstSegment || anchor.Segment >= SegmentEnd) throw Missing(directory, (uint)anchor.Segment);
        if (!TryAnchor(files, directory, (uint)anchor.Segment, out JournalAnchor found) || found != anchor)
            throw new JournalDamagedException(first, 0, "this is not the segment that the journal is to begin with");
        if (anchor.Segment > FirstSegment) WriteStart(files, directory, in anchor);
        GiveUp(files, directory, (uint)anchor.Segment);
        if (anchor.Segment > FirstSegment) files.SyncDirectory(directory);
    }

    /// <summary>Makes spare files of segments, and deletes those for which there is no use.</summary>
    private void GiveUp(IFileSystem files, string directory, uint end)
    {
        int spares = 0;
        string? oldest = null;
        foreach (string name in files.List(directory))
        {
            if (!JournalFormat.IsSpareName(name)) continue;
            oldest ??= name;
            spares++;
        }

        uint most = Math.Max(JournalFormat.SparesKept, end - FirstSegment);
        if (spares > most) files.Delete(Path.Combine(directory, oldest!)); // after a busy time: one at a time, so that no sync waits long
        for (uint segment = FirstSegment; segment < end; segment++)
        {
            string path = JournalFormat.SegmentPath(directory, segment);
            if (spares++ < most) files.Rename(path, JournalFormat.SparePath(directory, segment));
            else files.Delete(path);
        }
    }

    /// <summary>Ends a truncation that was interrupted.</summary>
    public void DeleteForgotten(IFileSystem files, string directory)
    {
        foreach (uint segment in _forgotten) files.Delete(JournalFormat.SegmentPath(directory, segment));
        if (_forgotten.Count > 0) files.SyncDirectory(directory);
    }

    private static bool TryAnchor(IFileSystem files, string directory, uint segment, out JournalAnchor anchor)
    {
        using LedgerFile file = new(files, JournalFormat.SegmentPath(directory, segment), FileOpening.Read);
        Span<byte> bytes = stackalloc byte[JournalSegmentHeader.Size];
        anchor = default;
        if (file.ReadUpTo(bytes, 0) < bytes.Length) return false;
        JournalSegmentHeader header = MemoryMarshal.Read<JournalSegmentHeader>(bytes);
        if (!JournalFormat.IsValid(in header) || header.Segment != segment) return false;
        anchor = new JournalAnchor(segment, header.FirstIndex, Blake3.Hash(bytes));
        return true;
    }

    private static void WriteStart(IFileSystem files, string directory, in JournalAnchor anchor)
    {
        Span<byte> bytes = stackalloc byte[StartBytes];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, StartMagic);
        bytes[8] = JournalEntryHeader.CurrentVersion;
        MemoryMarshal.Write(bytes[16..], in anchor);
        Blake3.Hash(bytes[..CheckedBytes], bytes[CheckedBytes..]);
        string prepared = Path.Combine(directory, StartNewName);
        using (LedgerFile file = new(files, prepared, FileOpening.Create))
        {
            file.Write(bytes, 0);
            file.Sync();
        }

        files.Rename(prepared, Path.Combine(directory, JournalFormat.StartName));
        files.SyncDirectory(directory);
    }

    private static JournalAnchor ReadStart(IFileSystem files, string directory)
    {
        string path = Path.Combine(directory, JournalFormat.StartName);
        using LedgerFile file = new(files, path, FileOpening.Read);
        Span<byte> bytes = stackalloc byte[StartBytes];
        Span<byte> checksum = stackalloc byte[StartBytes - CheckedBytes];
        if (file.Length != StartBytes) throw new JournalDamagedException(path, Math.Min(file.Length, StartBytes), "the file has another size");
        file.Read(bytes, 0);
        Blake3.Hash(bytes[..CheckedBytes], checksum);
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != StartMagic || !checksum.SequenceEqual(bytes[CheckedBytes..]))
            throw new JournalDamagedException(path, 0, "the file fails its checksum");
        if (bytes[8] != JournalEntryHeader.CurrentVersion) throw new JournalDamagedException(path, 8, $"format version {bytes[8]} is unknown");
        return MemoryMarshal.Read<JournalAnchor>(bytes[16..]);
    }

    private static JournalDamagedException Missing(string directory, uint segment) =>
        new(JournalFormat.SegmentPath(directory, segment), 0, "the segment is missing");
}
