// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.InteropServices;

namespace FastLedger.Storage;

/// <summary>
/// The checksum of a page on disk: CRC-32C over head and bytes, once for each quarter of the page. It finds damage, and images that are not
/// the newest; that nobody forged a page is shown by the state root. The four run side by side in the processor.
/// </summary>
/// <remarks>
/// Quarter <c>q</c> (from 0) of the result, 32 bits little-endian, is CRC-32C (polynomial 0x1EDC6F41, reflected, inverted before and after)
/// of the 16 bytes of the head and then of bytes <c>256·q … 256·q + 255</c>. Since every quarter begins with the head, two images of
/// one page with different heights differ in all four. Thread: any. Alloc: none. Blocks: no.
/// </remarks>
internal static class PageChecksum
{
    private const int QuarterWords = PageStore.PageBytes / 4 / sizeof(ulong);

    /// <summary>Computes it.</summary>
    /// <param name="first">First half of the head.</param>
    /// <param name="second">Second half of the head.</param>
    /// <param name="page">The page's 1,024 bytes.</param>
    public static UInt128 Compute(ulong first, ulong second, ReadOnlySpan<byte> page)
    {
        uint head = BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, first), second);
        uint a = head, b = head, c = head, d = head;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(page)[..(4 * QuarterWords)];
        for (int i = 0; i < QuarterWords; i++)
        {
            a = BitOperations.Crc32C(a, words[i]);
            b = BitOperations.Crc32C(b, words[i + QuarterWords]);
            c = BitOperations.Crc32C(c, words[i + (2 * QuarterWords)]);
            d = BitOperations.Crc32C(d, words[i + (3 * QuarterWords)]);
        }

        return ~new UInt128(((ulong)d << 32) | c, ((ulong)b << 32) | a);
    }
}
