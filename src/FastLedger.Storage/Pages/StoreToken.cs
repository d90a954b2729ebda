// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Names one checkpoint of a store exactly, and binds every byte that recovering it reads: it goes into the manifest as it is.
/// </summary>
/// <remarks>
/// <code>
///  0 sequence  8 begin address  16 tail address  24 records  32 FASTER's token  48 digest of the checkpoint's description  80 generation  88 zeros
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public readonly record struct StoreToken
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 96;

    /// <summary>Number of the checkpoint in this store, from 1; 0 stands for no checkpoint.</summary>
    [field: FieldOffset(0)]
    public ulong Sequence { get; init; }

    /// <summary>The first address of the log that the checkpoint needs. Everything below may be deleted once no older one is kept.</summary>
    [field: FieldOffset(8)]
    public long BeginAddress { get; init; }

    /// <summary>Where the checkpoint's part of the log ends.</summary>
    [field: FieldOffset(16)]
    public long TailAddress { get; init; }

    /// <summary>Pages, or entries of an index, that it holds.</summary>
    [field: FieldOffset(24)]
    public ulong Records { get; init; }

    /// <summary>FASTER's own name for it.</summary>
    [field: FieldOffset(32)]
    public Guid Checkpoint { get; init; }

    /// <summary>BLAKE3 of the file that describes the checkpoint, which in turn has the digests of the others.</summary>
    [field: FieldOffset(48)]
    public Hash256 DescriptionDigest { get; init; }

    /// <summary>Which log of the store it is in: a store begins another one before the addresses of one are used up.</summary>
    [field: FieldOffset(80)]
    public ulong Generation { get; init; }

    /// <summary>Reads a token.</summary>
    /// <param name="bytes">At least 96 bytes.</param>
    public static StoreToken Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<StoreToken>(bytes);

    /// <summary>Writes the token.</summary>
    /// <param name="bytes">At least 96 bytes.</param>
    public void Write(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);

    public override string ToString() => FormattableString.Invariant($"checkpoint {Sequence} ({Records} records, log {BeginAddress}…{TailAddress})");
}
