// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>The first 128 bytes of a segment file, little-endian. Part of the hash chain like any entry's header.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct JournalSegmentHeader
{
    public const int Size = 128;
    public const uint SegmentMagic = 0x534A_4C46; // "FLJS"

    [FieldOffset(0)]
    public uint Magic;

    [FieldOffset(4)]
    public byte Version;

    /// <summary>Number of the segment, from 0.</summary>
    [FieldOffset(12)]
    public uint Segment;

    /// <summary>Index of the first entry in it.</summary>
    [FieldOffset(16)]
    public ulong FirstIndex;

    /// <summary>Size of every segment file of this journal.</summary>
    [FieldOffset(24)]
    public long SegmentBytes;

    /// <summary>Random, the same in all segments of one journal.</summary>
    [FieldOffset(32)]
    public UInt128 JournalId;

    /// <summary>BLAKE3 of the mark that ends the previous segment; zero in the first one.</summary>
    [FieldOffset(48)]
    public Hash256 PreviousDigest;

    [FieldOffset(112)]
    public UInt128 Checksum;
}
