// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Storage;

/// <summary>A page as it stands in FASTER's log: its bytes, what they are, and a checksum over both.</summary>
/// <remarks>
/// <code>
///  0 checksum over bytes 16…1055 (PageChecksum)    16 table    20 page    24 height    32 the page
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct PageImage
{
    public const int Size = BytesOffset + PageStore.PageBytes;
    public const int BytesOffset = 32;

    [FieldOffset(0)]
    public UInt128 Checksum;

    [FieldOffset(16)]
    public PageKey Key;

    [FieldOffset(24)]
    public ulong Height;

    [FieldOffset(BytesOffset)]
    public fixed byte Bytes[PageStore.PageBytes];

    /// <summary>All of <see cref="Checksum"/> folded into what the directory keeps of it.</summary>
    public readonly ulong Tag => (ulong)Checksum ^ (ulong)(Checksum >> 64);

    /// <summary>What <see cref="Checksum"/> has to be.</summary>
    public static UInt128 Compute(PageImage* image) => PageChecksum.Compute(
        *(ulong*)&image->Key, image->Height, new ReadOnlySpan<byte>(image->Bytes, PageStore.PageBytes));
}
