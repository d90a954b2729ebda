// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>The 128 bytes before every payload in the journal, little-endian.</summary>
/// <remarks>
/// <code>
///   0 magic            4 kind     6 version  7 flags    8 payload length  12 segment
///  16 index           24 height  32 timestamp          40 first index of the group
///  48 digest of the previous header                    80 digest of the payload
/// 112 checksum: the first 16 bytes of BLAKE3(journal id ‖ bytes 0…111)
/// </code>
/// The checksum is keyed with the journal's random id, so a payload that holds the image of an entry is never taken for one. The group's
/// first index tells recovery a torn write from lost data: everything below it was durable before this header was written.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct JournalEntryHeader
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 128;

    /// <summary>Flag: the payload's digest was given by the appender and is not simply BLAKE3 of the payload.</summary>
    public const byte DigestGiven = 1;

    internal const uint EntryMagic = 0x454A_4C46; // "FLJE"
    internal const byte CurrentVersion = 1;

    [FieldOffset(0)]
    internal uint Magic;

    /// <summary>What the payload is.</summary>
    [FieldOffset(4)]
    public JournalEntryKind Kind;

    /// <summary>Version of this layout.</summary>
    [FieldOffset(6)]
    public byte Version;

    /// <summary><see cref="DigestGiven"/> or 0.</summary>
    [FieldOffset(7)]
    public byte Flags;

    /// <summary>Bytes of payload; zeros follow up to the next multiple of 64.</summary>
    [FieldOffset(8)]
    public int PayloadLength;

    /// <summary>Number of the segment that holds the entry, from 0.</summary>
    [FieldOffset(12)]
    public uint Segment;

    /// <summary>Number of the entry in the whole journal, dense from 1. A mark carries the number of the entry that follows it.</summary>
    [FieldOffset(16)]
    public ulong Index;

    /// <summary>Height of the block that the entry belongs to.</summary>
    [FieldOffset(24)]
    public ulong Height;

    /// <summary>Nanoseconds since 1970, as the appender said.</summary>
    [FieldOffset(32)]
    public long TimestampNs;

    /// <summary>Index of the first entry that was written together with this one: all before were durable already.</summary>
    [FieldOffset(40)]
    public ulong GroupFirstIndex;

    /// <summary>BLAKE3 of the header before this one: of an entry, a mark, or the segment's own header.</summary>
    [FieldOffset(48)]
    public Hash256 PreviousDigest;

    /// <summary>Digest of the payload: BLAKE3 of it, or what the appender gave.</summary>
    [FieldOffset(80)]
    public Hash256 PayloadDigest;

    /// <summary>Keyed checksum of everything before it.</summary>
    [FieldOffset(112)]
    public UInt128 Checksum;
}
