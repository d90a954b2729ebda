// SPDX-License-Identifier: Apache-2.0
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastLedger.State.Residency;

/// <summary>
/// Bytes without their zeros: of amounts and counters most bytes are zero, and a page of accounts shrinks to a third in less time than a
/// cache miss takes.
/// </summary>
/// <remarks>
/// <code>
/// line by line of 64 bytes: a mask of 8 bytes (bit i: byte i is not zero)          all masks first
/// then, line by line, the bytes that are not zero
/// </code>
/// Every path gives the same bytes. Thread: any. Alloc: none. Blocks: no.
/// </remarks>
internal static unsafe class ZeroSuppression
{
    /// <summary>Bytes of a line.</summary>
    public const int LineBytes = 64;

    /// <summary>Bytes that may be written or read past the end of what is suppressed.</summary>
    public const int Slack = LineBytes;

    /// <summary>Most bytes that so many lines become.</summary>
    public static int MostBytes(int lines) => lines * (LineBytes + sizeof(ulong));

    /// <summary>Leaves the zeros out.</summary>
    /// <param name="from">The lines.</param>
    /// <param name="lines">How many.</param>
    /// <param name="to">Has room for <see cref="MostBytes"/> and <see cref="Slack"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Suppress(byte* from, int lines, byte* to) =>
        Avx512Vbmi2.IsSupported ? SuppressVector512(from, lines, to) : SuppressScalar(from, lines, to);

    /// <summary>Puts the zeros in again.</summary>
    /// <param name="from">What <see cref="Suppress"/> wrote; <see cref="Slack"/> more bytes can be read.</param>
    /// <param name="lines">How many lines it was.</param>
    /// <param name="to">Gets them.</param>
    public static void Restore(byte* from, int lines, byte* to)
    {
        if (Avx512Vbmi2.IsSupported) RestoreVector512(from, lines, to);
        else RestoreScalar(from, lines, to);
    }

    /// <summary>As <see cref="Suppress"/>, byte by byte.</summary>
    internal static int SuppressScalar(byte* from, int lines, byte* to)
    {
        ulong* masks = (ulong*)to;
        byte* next = to + (lines * sizeof(ulong));
        for (int line = 0; line < lines; line++, from += LineBytes)
        {
            ulong mask = 0;
            for (int i = 0; i < LineBytes; i++)
            {
                if (from[i] == 0) continue;
                mask |= 1UL << i;
                *next++ = from[i];
            }

            masks[line] = mask;
        }

        return (int)(next - to);
    }

    /// <summary>As <see cref="Restore"/>, byte by byte.</summary>
    internal static void RestoreScalar(byte* from, int lines, byte* to)
    {
        ulong* masks = (ulong*)from;
        byte* next = from + (lines * sizeof(ulong));
        for (int line = 0; line < lines; line++, to += LineBytes)
        {
            Unsafe.InitBlockUnaligned(to, 0, LineBytes);
            for (ulong mask = masks[line]; mask != 0; mask &= mask - 1) to[BitOperations.TrailingZeroCount(mask)] = *next++;
        }
    }

    private static int SuppressVector512(byte* from, int lines, byte* to)
    {
        ulong* masks = (ulong*)to;
        byte* next = to + (lines * sizeof(ulong));
        for (int line = 0; line < lines; line++, from += LineBytes)
        {
            Vector512<byte> bytes = Vector512.Load(from), isNotZero = ~Vector512.Equals(bytes, Vector512<byte>.Zero);
            ulong mask = isNotZero.ExtractMostSignificantBits();
            masks[line] = mask;
            Avx512Vbmi2.Compress(Vector512<byte>.Zero, isNotZero, bytes).Store(next);
            next += BitOperations.PopCount(mask);
        }

        return (int)(next - to);
    }

    private static void RestoreVector512(byte* from, int lines, byte* to)
    {
        ulong* masks = (ulong*)from;
        byte* next = from + (lines * sizeof(ulong));
        Vector512<byte> bits = Vector512.Create(0x8040_2010_0804_0201UL).AsByte(), places = Vector512<byte>.Indices >>> 3;
        for (int line = 0; line < lines; line++, to += LineBytes)
        {
            // The mask as a vector: each byte of it where its eight bits belong, and of that byte the bit of the place.
            Vector512<byte> isNotZero = Vector512.Equals(Avx512BW.Shuffle(Vector512.Create(masks[line]).AsByte(), places) & bits, bits);
            Avx512Vbmi2.Expand(Vector512<byte>.Zero, isNotZero, Vector512.Load(next)).Store(to);
            next += BitOperations.PopCount(masks[line]);
        }
    }
}
