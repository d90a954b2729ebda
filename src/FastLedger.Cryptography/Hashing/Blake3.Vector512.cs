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
    /// <param name="groups">At least 1.</param>
    /// <param name="job">What they have in common.</param>
    /// <param name="output">32 bytes per input, contiguous.</param>
    [SkipLocalsInit] // the buffers are written before they are read
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // the unoptimized code of the first calls would be slower a hundred times
    public static void Hash(byte** inputs, int groups, in LaneJob job, byte* output)
    {
        byte* buffer = stackalloc byte[((2 * Words) + (8 * Lanes)) * sizeof(uint) + 64];
        uint* m = (uint*)(((nuint)buffer + 63) & ~(nuint)63);
        uint* next = m + Words, columns = next + Words;
        byte* pending = null;
        uint* key = job.Key;
        ulong counter = job.Counter;
        uint blocks = job.Blocks;
        byte** prefetches = job.Prefetches;

        TransposeHalf(inputs, 0, m);
        TransposeHalf(inputs, 32, m + 128);
        for (int group = 0; group < groups; group++, counter += job.CounterStep * (ulong)Lanes, output += Lanes * 32)
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

                if (job.Ahead != 0) PrefetchBlock(inputs, (block * Blake3Constants.BlockSize) + job.Ahead);
                if (job.PrefetchesPerBlock != 0) prefetches = PrefetchList(prefetches, job.PrefetchesPerBlock);
                Vector512<uint> v8 = Vector512.Create(Blake3Constants.Iv0), v9 = Vector512.Create(Blake3Constants.Iv1);
                Vector512<uint> v10 = Vector512.Create(Blake3Constants.Iv2), v11 = Vector512.Create(Blake3Constants.Iv3);
                Vector512<uint> v12 = counterLow, v13 = counterHigh, v14 = Vector512.Create((uint)Blake3Constants.BlockSize);
                Vector512<uint> v15 = Vector512.Create(job.FlagsOf(block));
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    0, 1, 2, 3, 4, 5, 6, 7);
                if (pending != null) InterleaveColumns(columns);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    8, 9, 10, 11, 12, 13, 14, 15);
                SortQuarters(nextInputs, nextOffset, out Vector512<uint> a0, out Vector512<uint> b0);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    2, 6, 3, 10, 7, 0, 4, 13);
                SortQuarters(nextInputs + 1, nextOffset, out Vector512<uint> a1, out Vector512<uint> b1);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    1, 11, 12, 5, 9, 14, 15, 8);
                SortQuarters(nextInputs + 2, nextOffset, out Vector512<uint> a2, out Vector512<uint> b2);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    3, 4, 10, 12, 13, 2, 7, 14);
                SortQuarters(nextInputs + 3, nextOffset, out Vector512<uint> a3, out Vector512<uint> b3);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    6, 5, 9, 0, 11, 15, 8, 1);
                Interleave(a0, a1, a2, a3, next);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    10, 7, 12, 9, 14, 3, 13, 15);
                Interleave(b0, b1, b2, b3, next + 64);
                if (pending != null) CopyRows(columns, pending);
                pending = null;
                nextOffset += 32;
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    4, 0, 11, 2, 5, 8, 1, 6);
                SortQuarters(nextInputs, nextOffset, out a0, out b0);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    12, 13, 9, 11, 15, 10, 14, 8);
                SortQuarters(nextInputs + 1, nextOffset, out a1, out b1);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    7, 2, 5, 3, 0, 1, 6, 4);
                SortQuarters(nextInputs + 2, nextOffset, out a2, out b2);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    9, 14, 11, 5, 8, 12, 15, 1);
                SortQuarters(nextInputs + 3, nextOffset, out a3, out b3);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    13, 3, 0, 10, 2, 6, 4, 7);
                Interleave(a0, a1, a2, a3, next + 128);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    11, 15, 5, 0, 1, 9, 8, 6);
                Interleave(b0, b1, b2, b3, next + 192);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    14, 10, 2, 12, 3, 4, 7, 13);

                v0 ^= v8; v1 ^= v9; v2 ^= v10; v3 ^= v11; v4 ^= v12; v5 ^= v13; v6 ^= v14; v7 ^= v15;
                uint* used = m;
                m = next;
                next = used;
            }

            inputs = nextInputs;
            pending = output;
            Vector512<uint>* column = (Vector512<uint>*)columns;
            column[0] = v0; column[1] = v1; column[2] = v2; column[3] = v3; column[4] = v4; column[5] = v5; column[6] = v6; column[7] = v7;
        }

        InterleaveColumns(columns);
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
        a0 += Vector512.Load(m + (16 * s0)); a1 += Vector512.Load(m + (16 * s2)); a2 += Vector512.Load(m + (16 * s4)); a3 += Vector512.Load(m + (16 * s6));
        a0 += b0; a1 += b1; a2 += b2; a3 += b3;
        d0 = RotateRight(d0 ^ a0, 16); d1 = RotateRight(d1 ^ a1, 16); d2 = RotateRight(d2 ^ a2, 16); d3 = RotateRight(d3 ^ a3, 16);
        c0 += d0; c1 += d1; c2 += d2; c3 += d3;
        b0 = RotateRight(b0 ^ c0, 12); b1 = RotateRight(b1 ^ c1, 12); b2 = RotateRight(b2 ^ c2, 12); b3 = RotateRight(b3 ^ c3, 12);
        a0 += Vector512.Load(m + (16 * s1)); a1 += Vector512.Load(m + (16 * s3)); a2 += Vector512.Load(m + (16 * s5)); a3 += Vector512.Load(m + (16 * s7));
        a0 += b0; a1 += b1; a2 += b2; a3 += b3;
        d0 = RotateRight(d0 ^ a0, 8); d1 = RotateRight(d1 ^ a1, 8); d2 = RotateRight(d2 ^ a2, 8); d3 = RotateRight(d3 ^ a3, 8);
        c0 += d0; c1 += d1; c2 += d2; c3 += d3;
        b0 = RotateRight(b0 ^ c0, 7); b1 = RotateRight(b1 ^ c1, 7); b2 = RotateRight(b2 ^ c2, 7); b3 = RotateRight(b3 ^ c3, 7);
    }

    /// <summary>Sixteen streams are more than the processor follows by itself. An address past the end of the input does no harm.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PrefetchBlock(byte** inputs, nuint offset)
    {
        for (int input = 0; input < Lanes; input++) System.Runtime.Intrinsics.X86.Sse.Prefetch0(inputs[input] + offset);
    }

    /// <summary>To the L2 cache, which can wait for three times as many lines as the L1 cache.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte** PrefetchList(byte** addresses, uint count)
    {
        for (uint i = 0; i < count; i++) System.Runtime.Intrinsics.X86.Sse.Prefetch1(addresses[i]);
        return addresses + count;
    }

    /// <summary>
    /// Message words 0 to 7 of the 32 bytes of each input at <paramref name="offset"/>. Addresses instead of the named loads and stores
    /// keep the caller within the compiler's inlining budget.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeHalf(byte** inputs, nuint offset, uint* m)
    {
        SortQuarters(inputs, offset, out Vector512<uint> a0, out Vector512<uint> b0);
        SortQuarters(inputs + 1, offset, out Vector512<uint> a1, out Vector512<uint> b1);
        SortQuarters(inputs + 2, offset, out Vector512<uint> a2, out Vector512<uint> b2);
        SortQuarters(inputs + 3, offset, out Vector512<uint> a3, out Vector512<uint> b3);
        Interleave(a0, a1, a2, a3, m);
        Interleave(b0, b1, b2, b3, m + 64);
    }

    /// <summary>The two quarters of four inputs, in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SortQuarters(byte** inputs, nuint offset, out Vector512<uint> first, out Vector512<uint> second)
    {
        Vector512<uint> r0 = (*(Vector256<uint>*)(inputs[0] + offset)).ToVector512Unsafe();
        Vector512<uint> r8 = (*(Vector256<uint>*)(inputs[8] + offset)).ToVector512Unsafe();
        Vector512<uint> r04 = InsertVector256(r0, *(Vector256<uint>*)(inputs[4] + offset), 1);
        Vector512<uint> r8c = InsertVector256(r8, *(Vector256<uint>*)(inputs[12] + offset), 1);
        first = Shuffle4x128(r04, r8c, 0x88);
        second = Shuffle4x128(r04, r8c, 0xDD);
    }

    /// <summary>Transposes the 4×4 words of each quarter of four vectors. Serves both directions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(Vector512<uint> r0, Vector512<uint> r1, Vector512<uint> r2, Vector512<uint> r3, uint* output)
    {
        Vector512<uint>* to = (Vector512<uint>*)output;
        Vector512<ulong> low01 = UnpackLow(r0, r1).AsUInt64(), high01 = UnpackHigh(r0, r1).AsUInt64();
        Vector512<ulong> low23 = UnpackLow(r2, r3).AsUInt64(), high23 = UnpackHigh(r2, r3).AsUInt64();
        to[0] = UnpackLow(low01, low23).AsUInt32();
        to[1] = UnpackHigh(low01, low23).AsUInt32();
        to[2] = UnpackLow(high01, high23).AsUInt32();
        to[3] = UnpackHigh(high01, high23).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InterleaveColumns(uint* columns)
    {
        Vector512<uint>* h = (Vector512<uint>*)columns;
        Interleave(h[0], h[1], h[2], h[3], columns);
        Interleave(h[4], h[5], h[6], h[7], columns + 64);
    }

    /// <summary>Quarter q of vectors k and 4 + k is the first and the second half of the chaining value of input 4q + k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRows(uint* columns, byte* output)
    {
        Vector128<uint>* from = (Vector128<uint>*)columns, to = (Vector128<uint>*)output;
        for (int quarter = 0; quarter < 4; quarter++, from++, to += 8)
        {
            to[0] = from[0];
            to[1] = from[16];
            to[2] = from[4];
            to[3] = from[20];
            to[4] = from[8];
            to[5] = from[24];
            to[6] = from[12];
            to[7] = from[28];
        }
    }
}
