// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.Intrinsics.X86.Avx512F;

namespace FastLedger.Cryptography;

/// <content>
/// Between rows (the bytes of each input) and columns (word w of all inputs), by way of pairs of words:
/// <code>
/// pairs     lane 0 and 1        lane 2 and 3        lane 4 and 5        …        Pair p is words 2p and 2p + 1 of an input; all of
/// 2p        pair p of input 0   pair p of input 1   pair p of input 4   …  13    them are in two vectors, in such an order that one
/// 2p + 1    pair p of input 2   pair p of input 3   pair p of input 6   …  15    shuffle makes the column of a word.
/// </code>
/// Pairs travel as 8-byte loads and stores. Vectors loaded from them must wait until the stores are in the cache, so more than a round
/// lies between.
/// </content>
internal static unsafe partial class Blake3Vector512
{
    /// <summary>Copies the blocks of two inputs to the pairs. Those of the third and fourth of four begin 16 words behind the first two's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyPairs(byte** inputs, nuint offset, uint* pairs)
    {
        CopyBlock(inputs[0] + offset, pairs);
        CopyBlock(inputs[1] + offset, pairs + 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyBlock(byte* block, uint* pairs)
    {
        ulong* from = (ulong*)block, to = (ulong*)pairs;
        to[0] = from[0];
        to[16] = from[1];
        to[32] = from[2];
        to[48] = from[3];
        to[64] = from[4];
        to[80] = from[5];
        to[96] = from[6];
        to[112] = from[7];
    }

    /// <summary>The four message words of two pairs of all inputs, each word with a vector to itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SplitPairs(uint* pairs, uint* words)
    {
        Vector512<float>* from = (Vector512<float>*)pairs, to = (Vector512<float>*)words;
        to[0] = Shuffle(from[0], from[1], 0b10_00_10_00);
        to[1] = Shuffle(from[0], from[1], 0b11_01_11_01);
        to[2] = Shuffle(from[2], from[3], 0b10_00_10_00);
        to[3] = Shuffle(from[2], from[3], 0b11_01_11_01);
    }

    /// <summary>The reverse for the eight words of the chaining values, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void JoinPairs(uint* words)
    {
        JoinPair(words);
        JoinPair(words + 32);
        JoinPair(words + 64);
        JoinPair(words + 96);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void JoinPair(uint* words)
    {
        Vector512<uint>* w = (Vector512<uint>*)words;
        (w[0], w[1]) = (UnpackLow(w[0], w[1]), UnpackHigh(w[0], w[1]));
    }

    /// <summary>The pairs of each input, which lie 128 bytes apart, become its chaining value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRows(uint* columns, byte** outputs, nuint offset)
    {
        CopyFourRows(columns, outputs, offset);
        CopyFourRows(columns + 4, outputs + 4, offset);
        CopyFourRows(columns + 8, outputs + 8, offset);
        CopyFourRows(columns + 12, outputs + 12, offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyFourRows(uint* columns, byte** outputs, nuint offset)
    {
        CopyRow(columns, outputs[0] + offset);
        CopyRow(columns + 2, outputs[1] + offset);
        CopyRow(columns + 16, outputs[2] + offset);
        CopyRow(columns + 18, outputs[3] + offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow(uint* pairs, byte* row)
    {
        ulong* from = (ulong*)pairs, to = (ulong*)row;
        to[0] = from[0];
        to[1] = from[16];
        to[2] = from[32];
        to[3] = from[48];
    }
}
