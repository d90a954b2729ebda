// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;

namespace FastLedger.Storage;

/// <summary>A page as it stands in FASTER's log: its bytes, what they are, and a checksum over both.</summary>
/// <remarks>
/// <code>
///  0 checksum: the first 16 bytes of BLAKE3(bytes 16…4127)    16 table    20 page    24 height    32 the page
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct PageImage
{
    public const int Size = BytesOffset + PageStore.PageBytes;
    public const int BytesOffset = 32;
    private const int CheckedOffset = 16;

    [FieldOffset(0)]
    public UInt128 Checksum;

    [FieldOffset(16)]
    public PageKey Key;

    [FieldOffset(24)]
    public ulong Height;

    [FieldOffset(BytesOffset)]
    public fixed byte Bytes[PageStore.PageBytes];

    /// <summary>What <see cref="Checksum"/> has to be.</summary>
    [SkipLocalsInit] // the digest is written whole
    public static UInt128 Compute(PageImage* image)
    {
        Unsafe.SkipInit(out UInt128 checksum);
        Blake3.Hash(
            new ReadOnlySpan<byte>((byte*)image + CheckedOffset, Size - CheckedOffset), MemoryMarshal.AsBytes(new Span<UInt128>(ref checksum)));
        return checksum;
    }
}
