// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>Sizes, names, checksums and links of the journal's files: what writer and reader must agree on.</summary>
internal static class JournalFormat
{
    /// <summary>Headers start at multiples of this.</summary>
    public const int Alignment = 64;

    /// <summary>No payload is larger, whatever the segments' size.</summary>
    public const int MaximumPayloadBytes = 16 << 20;

    public const int MinimumSegmentBytes = 4096;

    /// <summary>A mark is a header without payload; every segment keeps room for one.</summary>
    public const int MarkBytes = JournalEntryHeader.Size;

    /// <summary>A segment file that is being prepared has this name, so that a half-prepared one is never taken for a segment.</summary>
    public const string PreparedName = "segment.new";

    /// <summary>A truncated journal has this file: it names the first segment that counts.</summary>
    public const string StartName = "journal.start";

    /// <summary>
    /// So many segment files are kept for later segments once the journal does not need them any more, or as many as were given up together,
    /// which the journal will fill again before it gives up as many: with a file that is deleted its blocks go back to the device, and where
    /// the file system tells the device so (discard), every sync waits meanwhile, a fifth of a second per GiB.
    /// </summary>
    public const int SparesKept = 8;

    private const string SparePrefix = "spare-";
    private const string NamePrefix = "segment-";
    private const string NameSuffix = ".journal";
    private const int CheckedBytes = 112;

    /// <summary>Bytes that an entry takes in the file: header, payload, padding.</summary>
    public static int EntryBytes(int payloadLength) => JournalEntryHeader.Size + Padded(payloadLength);

    public static int Padded(int payloadLength) => (payloadLength + Alignment - 1) & -Alignment;

    /// <summary>The largest payload that fits into a segment of this size.</summary>
    public static int PayloadLimit(long segmentBytes) =>
        (int)Math.Min(MaximumPayloadBytes, segmentBytes - JournalSegmentHeader.Size - JournalEntryHeader.Size - MarkBytes);

    public static bool IsMark(JournalEntryKind kind) => kind is JournalEntryKind.SegmentEnd or JournalEntryKind.Sealed;

    public static string SegmentPath(string directory, uint segment) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{segment:D10}{NameSuffix}"));

    public static string SparePath(string directory, uint segment) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{SparePrefix}{segment:D10}{NameSuffix}"));

    public static bool IsSpareName(string name) =>
        name.StartsWith(SparePrefix, StringComparison.Ordinal) && name.EndsWith(NameSuffix, StringComparison.Ordinal);

    public static bool TryParseSegmentName(string name, out uint segment)
    {
        segment = 0;
        return name.Length == NamePrefix.Length + 10 + NameSuffix.Length
            && name.StartsWith(NamePrefix, StringComparison.Ordinal)
            && name.EndsWith(NameSuffix, StringComparison.Ordinal)
            && uint.TryParse(name.AsSpan(NamePrefix.Length, 10), NumberStyles.None, CultureInfo.InvariantCulture, out segment);
    }

    /// <summary>The keyed checksum over the first 112 bytes of a header.</summary>
    [SkipLocalsInit] // every byte of the block is written
    public static UInt128 Checksum(ReadOnlySpan<byte> header, UInt128 journalId)
    {
        Span<byte> block = stackalloc byte[16 + CheckedBytes];
        MemoryMarshal.Write(block, in journalId);
        header[..CheckedBytes].CopyTo(block[16..]);
        Hash256 digest = Blake3.Hash(block);
        return MemoryMarshal.Read<UInt128>(digest.Bytes);
    }

    public static bool IsValid(in JournalEntryHeader header, UInt128 journalId) =>
        header.Magic == JournalEntryHeader.EntryMagic && header.Checksum == Checksum(Bytes(in header), journalId);

    public static bool IsValid(in JournalSegmentHeader header) =>
        header.Magic == JournalSegmentHeader.SegmentMagic && header.Checksum == Checksum(Bytes(in header), header.JournalId);

    /// <summary>Completes a segment's header and returns its digest, the first link of the segment's chain.</summary>
    public static Hash256 SealSegment(Span<byte> bytes, uint segment, ulong firstIndex, long segmentBytes, UInt128 journalId, in Hash256 previous)
    {
        bytes.Clear();
        ref JournalSegmentHeader header = ref MemoryMarshal.AsRef<JournalSegmentHeader>(bytes);
        header.Magic = JournalSegmentHeader.SegmentMagic;
        header.Version = JournalEntryHeader.CurrentVersion;
        header.Segment = segment;
        header.FirstIndex = firstIndex;
        header.SegmentBytes = segmentBytes;
        header.JournalId = journalId;
        header.PreviousDigest = previous;
        header.Checksum = Checksum(bytes, journalId);
        return Blake3.Hash(bytes);
    }

    public static ReadOnlySpan<byte> Bytes<T>(in T header)
        where T : unmanaged => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in header, 1));
}
