// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.Intrinsics.X86.Avx512F;

namespace FastLedger.Cryptography;

/// <summary>Sixteen equally long inputs at a time, one per 32-bit lane of AVX-512 registers.</summary>
/// <remarks>
/// <code>
/// register  lane 0     lane 1     …  lane 15        Once a block is transposed, vector m[w] holds message word w of all
/// v0        input 0    input 1       input 15       inputs, so the compression is the scalar one with every operation
/// …         (state word k of each input in v[k])    done sixteen times: 784 operations on the two vector ports, of which
/// v15                                               the 224 rotations fit only one.
/// </code>
/// Those ports are the limit, so everything else must hide beside them. While one block is compressed, the next (of the same inputs or
/// of the next sixteen) is transposed and the results before are turned back, in pieces between the rounds: a shuffle fits just the port
/// that a rotation does not, and standing alone the shuffles would cost a fifth of the whole. The message words are memory operands.
/// </remarks>
internal static unsafe class Blake3Vector512
{
    /// <summary>Inputs per group.</summary>
    public const int Lanes = 16;

    private const int Words = 16 * Lanes;

    /// <summary>True where the processor has the instructions.</summary>
    public static bool IsSupported => System.Runtime.Intrinsics.X86.Avx512F.IsSupported;

    /// <summary>Hashes groups of 16 inputs of <c>job.Blocks</c> full blocks to chaining values.</summary>
    /// <param name="inputs">16 addresses per group.</param>
    /// <param name="outputs">Where the 32 bytes of each input go.</param>
    /// <param name="groups">At least 1.</param>
    /// <param name="job">What they have in common.</param>
    [SkipLocalsInit] // the buffers are written before they are read
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // the unoptimized code of the first calls would be slower a hundred times
    public static void Hash(byte** inputs, byte** outputs, int groups, in LaneJob job)
    {
        byte* buffer = stackalloc byte[((3 * Words) + (8 * Lanes)) * sizeof(uint) + 64];
        uint* m = (uint*)(((nuint)buffer + 63) & ~(nuint)63);
        uint* next = m + Words, pairs = next + Words, columns = pairs + Words;
        byte** pending = null;
        uint* key = job.Key;
        ulong counter = job.Counter;
        uint blocks = job.Blocks;

        for (int i = 0; i < Lanes; i += 4) { CopyPairs(inputs + i, 0, pairs + i); CopyPairs(inputs + i + 2, 0, pairs + i + 16); }
        for (int i = 0; i < Words; i += 64) SplitPairs(pairs + i, m + i);
        for (int group = 0; group < groups; group++, counter += job.CounterStep * (ulong)Lanes, outputs += Lanes)
        {
            Vector512<uint> counterLow = Vector512.Create((uint)counter), counterHigh = Vector512.Create((uint)(counter >> 32));
            if (job.CounterStep != 0)
            {
                Vector512<uint> low = counterLow + Vector512<uint>.Indices;
                counterHigh -= Vector512.LessThan(low, counterLow); // a carry is a lane of ones, which is -1
                counterLow = low;
            }

            Vector512<uint> v0 = Vector512.Create(key[0]), v1 = Vector512.Create(key[1]), v2 = Vector512.Create(key[2]);
            Vector512<uint> v3 = Vector512.Create(key[3]), v4 = Vector512.Create(key[4]), v5 = Vector512.Create(key[5]);
            Vector512<uint> v6 = Vector512.Create(key[6]), v7 = Vector512.Create(key[7]);
            byte** nextInputs = inputs;
            for (uint block = 0; block < blocks; block++)
            {
                nuint nextOffset = (block + 1) * Blake3Constants.BlockSize;
                if (block == blocks - 1)
                {
                    // After the very last block the first is transposed again, to no use and no harm.
                    nextInputs += group == groups - 1 ? 0 : Lanes;
                    nextOffset = 0;
                }

                if (job.BytesAhead != 0) PrefetchBlock(inputs, (block * Blake3Constants.BlockSize) + job.BytesAhead);
                if (job.ListAhead != 0)
                {
                    PrefetchList(inputs + job.ListAhead, block * Blake3Constants.BlockSize);
                    if (block == 0) PrefetchList(outputs + job.ListAhead, 0);
                }

                Vector512<uint> v8 = Vector512.Create(Blake3Constants.Iv0), v9 = Vector512.Create(Blake3Constants.Iv1);
                Vector512<uint> v10 = Vector512.Create(Blake3Constants.Iv2), v11 = Vector512.Create(Blake3Constants.Iv3);
                Vector512<uint> v12 = counterLow, v13 = counterHigh, v14 = Vector512.Create((uint)Blake3Constants.BlockSize);
                Vector512<uint> v15 = Vector512.Create(job.FlagsOf(block));
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    0, 1, 2, 3, 4, 5, 6, 7);
                if (pending != null) JoinPairs(columns);
                CopyPairs(nextInputs, nextOffset, pairs);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    8, 9, 10, 11, 12, 13, 14, 15);
                CopyPairs(nextInputs + 2, nextOffset, pairs + 16);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    2, 6, 3, 10, 7, 0, 4, 13);
                CopyPairs(nextInputs + 4, nextOffset, pairs + 4);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    1, 11, 12, 5, 9, 14, 15, 8);
                CopyPairs(nextInputs + 6, nextOffset, pairs + 20);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    3, 4, 10, 12, 13, 2, 7, 14);
                CopyPairs(nextInputs + 8, nextOffset, pairs + 8);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    6, 5, 9, 0, 11, 15, 8, 1);
                CopyPairs(nextInputs + 10, nextOffset, pairs + 24);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    10, 7, 12, 9, 14, 3, 13, 15);
                CopyPairs(nextInputs + 12, nextOffset, pairs + 12);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    4, 0, 11, 2, 5, 8, 1, 6);
                CopyPairs(nextInputs + 14, nextOffset, pairs + 28);
                if (pending != null) CopyRows(columns, pending);
                pending = null;
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    12, 13, 9, 11, 15, 10, 14, 8);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    7, 2, 5, 3, 0, 1, 6, 4);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    9, 14, 11, 5, 8, 12, 15, 1);
                SplitPairs(pairs, next);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    13, 3, 0, 10, 2, 6, 4, 7);
                SplitPairs(pairs + 64, next + 64);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    11, 15, 5, 0, 1, 9, 8, 6);
                SplitPairs(pairs + 128, next + 128);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    14, 10, 2, 12, 3, 4, 7, 13);
                SplitPairs(pairs + 192, next + 192);

                v0 ^= v8; v1 ^= v9; v2 ^= v10; v3 ^= v11; v4 ^= v12; v5 ^= v13; v6 ^= v14; v7 ^= v15;
                uint* used = m;
                m = next;
                next = used;
            }

            inputs = nextInputs;
            pending = outputs;
            Vector512<uint>* column = (Vector512<uint>*)columns;
            column[0] = v0; column[1] = v1; column[2] = v2; column[3] = v3; column[4] = v4; column[5] = v5; column[6] = v6; column[7] = v7;
        }

        JoinPairs(columns);
        CopyRows(columns, pending);
    }

    /// <summary>
    /// Half a round (section 2.2): four columns, or with the registers turned, four diagonals. s0 … s7 name the message words. Stays
    /// below the 32 arguments up to which the compiler inlines.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector512<uint> a0, ref Vector512<uint> a1, ref Vector512<uint> a2, ref Vector512<uint> a3,
        ref Vector512<uint> b0, ref Vector512<uint> b1, ref Vector512<uint> b2, ref Vector512<uint> b3,
        ref Vector512<uint> c0, ref Vector512<uint> c1, ref Vector512<uint> c2, ref Vector512<uint> c3,
        ref Vector512<uint> d0, ref Vector512<uint> d1, ref Vector512<uint> d2, ref Vector512<uint> d3,
        uint* m, int s0, int s1, int s2, int s3, int s4, int s5, int s6, int s7)
    {
        a0 += Vector512.Load(m + (16 * s0)); a1 += Vector512.Load(m + (16 * s2));
        a0 += b0; a1 += b1;
        d0 ^= a0; d1 ^= a1;
        d0 = RotateRight(d0, 16); d1 = RotateRight(d1, 16);
        c0 += d0; c1 += d1; a2 += Vector512.Load(m + (16 * s4)); a3 += Vector512.Load(m + (16 * s6));
        b0 ^= c0; b1 ^= c1; a2 += b2; a3 += b3;
        b0 = RotateRight(b0, 12); b1 = RotateRight(b1, 12); d2 ^= a2; d3 ^= a3;
        a0 += Vector512.Load(m + (16 * s1)); a1 += Vector512.Load(m + (16 * s3)); d2 = RotateRight(d2, 16); d3 = RotateRight(d3, 16);
        a0 += b0; a1 += b1; c2 += d2; c3 += d3;
        d0 ^= a0; d1 ^= a1; b2 ^= c2; b3 ^= c3;
        d0 = RotateRight(d0, 8); d1 = RotateRight(d1, 8); b2 = RotateRight(b2, 12); b3 = RotateRight(b3, 12);
        c0 += d0; c1 += d1; a2 += Vector512.Load(m + (16 * s5)); a3 += Vector512.Load(m + (16 * s7));
        b0 ^= c0; b1 ^= c1; a2 += b2; a3 += b3;
        b0 = RotateRight(b0, 7); b1 = RotateRight(b1, 7); d2 ^= a2; d3 ^= a3;
        d2 = RotateRight(d2, 8); d3 = RotateRight(d3, 8);
        c2 += d2; c3 += d3;
        b2 ^= c2; b3 ^= c3;
        b2 = RotateRight(b2, 7); b3 = RotateRight(b3, 7);
    }

    /// <summary>Sixteen streams are more than the processor follows by itself. An address past the end of the input does no harm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchBlock(byte** inputs, nuint offset)
    {
        for (int input = 0; input < Lanes; input++) System.Runtime.Intrinsics.X86.Sse.Prefetch0(inputs[input] + offset);
    }

    /// <summary>To the L2 cache, which can wait for three times as many lines as the L1 cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchList(byte** addresses, nuint offset)
    {
        for (int i = 0; i < Lanes; i++) System.Runtime.Intrinsics.X86.Sse.Prefetch1(addresses[i] + offset);
    }

    /// <summary>Copies the blocks of four inputs to the pairs, as the drawing above shows.</summary>
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
    private static void CopyRows(uint* columns, byte** outputs)
    {
        CopyFourRows(columns, outputs);
        CopyFourRows(columns + 4, outputs + 4);
        CopyFourRows(columns + 8, outputs + 8);
        CopyFourRows(columns + 12, outputs + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyFourRows(uint* columns, byte** outputs)
    {
        CopyRow(columns, outputs[0]);
        CopyRow(columns + 2, outputs[1]);
        CopyRow(columns + 16, outputs[2]);
        CopyRow(columns + 18, outputs[3]);
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
