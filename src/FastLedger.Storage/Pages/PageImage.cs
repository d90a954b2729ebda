// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>A page as it stands in FASTER's log: its bytes, what they are, and a checksum over both.</summary>
/// <remarks>
/// <code>
///  0 checksum    16 table    20 page    24 height    32 the page
/// </code>
/// The checksum is the first 16 bytes of BLAKE3 over bytes 16 … 31, 16 zeros, and the BLAKE3 digest of each 256 bytes of the page: sixteen
/// parts of four blocks fill the lanes of the widest vectors, four chunks would leave most of them empty.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct PageImage
{
    public const int Size = BytesOffset + PageStore.PageBytes;
    public const int BytesOffset = 32;
    private const int PartBytes = 256, Parts = PageStore.PageBytes / PartBytes;

    [FieldOffset(0)]
    public UInt128 Checksum;

    [FieldOffset(16)]
    public PageKey Key;

    [FieldOffset(24)]
    public ulong Height;

    [FieldOffset(BytesOffset)]
    public fixed byte Bytes[PageStore.PageBytes];

    /// <summary>What <see cref="Checksum"/> has to be.</summary>
    [SkipLocalsInit] // the digests are written whole
    public static UInt128 Compute(PageImage* image)
    {
        Hash256* digests = stackalloc Hash256[1 + Parts];
        UInt128* head = (UInt128*)digests;
        head[0] = *(UInt128*)&image->Key; // and the height behind it
        head[1] = UInt128.Zero;
        Blake3.HashMany(new ReadOnlySpan<byte>(image->Bytes, PageStore.PageBytes), PartBytes, new Span<Hash256>(digests + 1, Parts));
        UInt128 checksum;
        Blake3.Hash(new ReadOnlySpan<byte>(digests, (1 + Parts) * Hash256.Size), new Span<byte>(&checksum, sizeof(UInt128)));
        return checksum;
    }
}
