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
/// of the next sixteen) is transposed and the results before are turned back, in pieces between the rounds, and mostly by loads and
/// stores, which have ports of their own. The message words are memory operands.
/// </remarks>
internal static unsafe partial class Blake3Vector512
{
    /// <summary>Inputs per group.</summary>
    public const int Lanes = 16;

    private const int Words = 16 * Lanes;

    /// <summary>Where the addresses come from; known when the kernel is compiled, one for each source.</summary>
    private interface ISource
    {
        static abstract bool IsListed { get; }
    }

    /// <summary>Every input and output is in the lists.</summary>
    private readonly struct Listed : ISource
    {
        public static bool IsListed => true;
    }

    /// <summary>Those of the first group are, the others follow by steps.</summary>
    private readonly struct Strided : ISource
    {
        public static bool IsListed => false;
    }

    /// <summary>True where the processor has the instructions.</summary>
    public static bool IsSupported => System.Runtime.Intrinsics.X86.Avx512F.IsSupported;

    /// <summary>Hashes groups of 16 inputs of <c>job.Blocks</c> full blocks to chaining values.</summary>
    /// <param name="inputs">16 addresses per group; just 16 if the job has a stride.</param>
    /// <param name="outputs">Where the 32 bytes of each input go; likewise.</param>
    /// <param name="groups">At least 1.</param>
    /// <param name="job">What they have in common.</param>
    public static void Hash(byte** inputs, byte** outputs, int groups, in LaneJob job)
    {
        if (job.Stride == 0) Hash<Listed>(inputs, outputs, groups, job);
        else Hash<Strided>(inputs, outputs, groups, job);
    }

    [SkipLocalsInit] // the buffers are written before they are read
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // the unoptimized code of the first calls would be slower a hundred times
    private static void Hash<TSource>(byte** inputs, byte** outputs, int groups, in LaneJob job)
        where TSource : struct, ISource
    {
        byte* buffer = stackalloc byte[((3 * Words) + (8 * Lanes)) * sizeof(uint) + 64];
        uint* m = (uint*)(((nuint)buffer + 63) & ~(nuint)63);
        uint* next = m + Words, pairs = next + Words, columns = pairs + Words;
        byte** pending = null;
        nuint inputOffset = 0, outputOffset = 0, pendingOffset = 0;
        nuint inputStep = TSource.IsListed ? 0 : Lanes * job.Stride, outputStep = TSource.IsListed ? 0 : Lanes * 32u;
        int places = TSource.IsListed ? Lanes : 0;
        uint* key = job.Key;
        ulong counter = job.Counter;
        uint blocks = job.Blocks;

        for (int i = 0; i < Lanes; i += 4)
        {
            CopyPairs(inputs + i, 0, pairs + i);
            CopyPairs(inputs + i + 2, 0, pairs + i + 16);
        }

        for (int i = 0; i < Words; i += 64) SplitPairs(pairs + i, m + i);
        for (int group = 0; group < groups; group++, counter += job.CounterStep * (ulong)Lanes)
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
                nuint here = inputOffset + (block * Blake3Constants.BlockSize), nextOffset = here + Blake3Constants.BlockSize;
                if (block == blocks - 1)
                {
                    // After the very last block the first is transposed again, to no use and no harm.
                    bool isLast = group == groups - 1;
                    nextInputs += isLast ? 0 : places;
                    nextOffset = inputOffset + (isLast ? 0 : inputStep);
                }

                byte** aheadInputs = inputs + job.ListAhead, aheadOutputs = outputs + job.ListAhead;
                bool isOutputAhead = TSource.IsListed && block == 0;
                if (!TSource.IsListed && job.BytesAhead != 0) PrefetchBlock(inputs, here + job.BytesAhead);
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
                if (TSource.IsListed) PrefetchFour(aheadInputs, here);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    2, 6, 3, 10, 7, 0, 4, 13);
                CopyPairs(nextInputs + 4, nextOffset, pairs + 4);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    1, 11, 12, 5, 9, 14, 15, 8);
                CopyPairs(nextInputs + 6, nextOffset, pairs + 20);
                if (TSource.IsListed) PrefetchFour(aheadInputs + 4, here);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    3, 4, 10, 12, 13, 2, 7, 14);
                CopyPairs(nextInputs + 8, nextOffset, pairs + 8);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    6, 5, 9, 0, 11, 15, 8, 1);
                CopyPairs(nextInputs + 10, nextOffset, pairs + 24);
                if (TSource.IsListed) PrefetchFour(aheadInputs + 8, here);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    10, 7, 12, 9, 14, 3, 13, 15);
                CopyPairs(nextInputs + 12, nextOffset, pairs + 12);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    4, 0, 11, 2, 5, 8, 1, 6);
                CopyPairs(nextInputs + 14, nextOffset, pairs + 28);
                if (pending != null) CopyRows(columns, pending, pendingOffset);
                pending = null;
                if (TSource.IsListed) PrefetchFour(aheadInputs + 12, here);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    12, 13, 9, 11, 15, 10, 14, 8);
                if (isOutputAhead) PrefetchFour(aheadOutputs, 0);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    7, 2, 5, 3, 0, 1, 6, 4);
                if (isOutputAhead) PrefetchFour(aheadOutputs + 4, 0);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15, m,
                    9, 14, 11, 5, 8, 12, 15, 1);
                SplitPairs(pairs, next);
                if (isOutputAhead) PrefetchFour(aheadOutputs + 8, 0);
                Mix(ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14, m,
                    13, 3, 0, 10, 2, 6, 4, 7);
                SplitPairs(pairs + 64, next + 64);
                if (isOutputAhead) PrefetchFour(aheadOutputs + 12, 0);
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
            inputOffset += inputStep;
            pending = outputs;
            pendingOffset = outputOffset;
            outputs += places;
            outputOffset += outputStep;
            Vector512<uint>* column = (Vector512<uint>*)columns;
            column[0] = v0; column[1] = v1; column[2] = v2; column[3] = v3; column[4] = v4; column[5] = v5; column[6] = v6; column[7] = v7;
        }

        JoinPairs(columns);
        CopyRows(columns, pending, pendingOffset);
    }

    /// <summary>
    /// Half a round (section 2.2): four columns, or with the registers turned, four diagonals. s0 … s7 name the message words. Two of the
    /// four run four steps ahead of the others: in step, all would rotate at once, on one port. Stays below the 32 arguments up to which
    /// the compiler inlines.
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

    /// <summary>
    /// Asks for four lines that are needed soon; an address past the end does no harm. To the L2 cache, which can wait for three times as
    /// many lines as the L1 cache, and never many at once, or hashing would wait too.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchFour(byte** addresses, nuint offset)
    {
        System.Runtime.Intrinsics.X86.Sse.Prefetch1(addresses[0] + offset);
        System.Runtime.Intrinsics.X86.Sse.Prefetch1(addresses[1] + offset);
        System.Runtime.Intrinsics.X86.Sse.Prefetch1(addresses[2] + offset);
        System.Runtime.Intrinsics.X86.Sse.Prefetch1(addresses[3] + offset);
    }
}
