// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.Intrinsics.X86.Avx512F;

namespace FastLedger.Cryptography;

/// <summary>Sixteen equally long inputs at a time, one per 32-bit lane of AVX-512 registers.</summary>
/// <remarks>
/// <code>
/// register  lane 0     lane 1     …  lane 15        After the transposition of a block, register w holds message word w
/// v0        input 0    input 1       input 15       of all inputs, so the compression is the scalar one with every
/// …         (state word k of each input in v[k])    operation done sixteen times. A block costs 784 vector operations,
/// v15                                               64 shuffles to transpose it, and nothing per lane.
/// </code>
/// The state lives in 16 registers; the message words are read from the stack as memory operands, which the load ports do for free
/// beside the two vector ports.
/// </remarks>
internal static unsafe class Blake3Vector512
{
    /// <summary>Inputs per call.</summary>
    public const int Lanes = 16;

    /// <summary>True where the processor has the instructions.</summary>
    public static bool IsSupported => System.Runtime.Intrinsics.X86.Avx512F.IsSupported;

    /// <summary>Hashes 16 inputs of <c>job.Blocks</c> full blocks to 16 chaining values.</summary>
    [SkipLocalsInit] // the message buffer is written before it is read
    public static void Hash(byte** inputs, in LaneJob job, byte* output)
    {
        byte* buffer = stackalloc byte[(16 + 1) * 64];
        uint* m = (uint*)(((nuint)buffer + 63) & ~(nuint)63);
        byte* schedule = Blake3Constants.ScaledSchedulePointer;
        uint* key = job.Key;

        Vector512<uint> counterLow = Vector512.Create((uint)job.Counter);
        Vector512<uint> counterHigh = Vector512.Create((uint)(job.Counter >> 32));
        if (job.CounterStep != 0)
        {
            Vector512<uint> low = counterLow + Vector512<uint>.Indices;
            counterHigh -= Vector512.LessThan(low, counterLow); // a carry is a lane of ones, which is -1
            counterLow = low;
        }

        Vector512<uint> v0 = Vector512.Create(key[0]), v1 = Vector512.Create(key[1]), v2 = Vector512.Create(key[2]);
        Vector512<uint> v3 = Vector512.Create(key[3]), v4 = Vector512.Create(key[4]), v5 = Vector512.Create(key[5]);
        Vector512<uint> v6 = Vector512.Create(key[6]), v7 = Vector512.Create(key[7]);
        uint blocks = job.Blocks;
        for (uint block = 0; block < blocks; block++)
        {
            LoadTransposed(inputs, block * Blake3Constants.BlockSize, m);
            Vector512<uint> v8 = Vector512.Create(Blake3Constants.Iv0), v9 = Vector512.Create(Blake3Constants.Iv1);
            Vector512<uint> v10 = Vector512.Create(Blake3Constants.Iv2), v11 = Vector512.Create(Blake3Constants.Iv3);
            Vector512<uint> v12 = counterLow, v13 = counterHigh, v14 = Vector512.Create((uint)Blake3Constants.BlockSize);
            Vector512<uint> v15 = Vector512.Create(job.FlagsOf(block));
            byte* s = schedule;
            for (int round = 0; round < Blake3Constants.Rounds; round++, s += 16)
            {
                v0 += Word(m, s[0]); v1 += Word(m, s[2]); v2 += Word(m, s[4]); v3 += Word(m, s[6]);
                v0 += v4; v1 += v5; v2 += v6; v3 += v7;
                v12 = RotateRight(v12 ^ v0, 16); v13 = RotateRight(v13 ^ v1, 16); v14 = RotateRight(v14 ^ v2, 16); v15 = RotateRight(v15 ^ v3, 16);
                v8 += v12; v9 += v13; v10 += v14; v11 += v15;
                v4 = RotateRight(v4 ^ v8, 12); v5 = RotateRight(v5 ^ v9, 12); v6 = RotateRight(v6 ^ v10, 12); v7 = RotateRight(v7 ^ v11, 12);
                v0 += Word(m, s[1]); v1 += Word(m, s[3]); v2 += Word(m, s[5]); v3 += Word(m, s[7]);
                v0 += v4; v1 += v5; v2 += v6; v3 += v7;
                v12 = RotateRight(v12 ^ v0, 8); v13 = RotateRight(v13 ^ v1, 8); v14 = RotateRight(v14 ^ v2, 8); v15 = RotateRight(v15 ^ v3, 8);
                v8 += v12; v9 += v13; v10 += v14; v11 += v15;
                v4 = RotateRight(v4 ^ v8, 7); v5 = RotateRight(v5 ^ v9, 7); v6 = RotateRight(v6 ^ v10, 7); v7 = RotateRight(v7 ^ v11, 7);
                v0 += Word(m, s[8]); v1 += Word(m, s[10]); v2 += Word(m, s[12]); v3 += Word(m, s[14]);
                v0 += v5; v1 += v6; v2 += v7; v3 += v4;
                v15 = RotateRight(v15 ^ v0, 16); v12 = RotateRight(v12 ^ v1, 16); v13 = RotateRight(v13 ^ v2, 16); v14 = RotateRight(v14 ^ v3, 16);
                v10 += v15; v11 += v12; v8 += v13; v9 += v14;
                v5 = RotateRight(v5 ^ v10, 12); v6 = RotateRight(v6 ^ v11, 12); v7 = RotateRight(v7 ^ v8, 12); v4 = RotateRight(v4 ^ v9, 12);
                v0 += Word(m, s[9]); v1 += Word(m, s[11]); v2 += Word(m, s[13]); v3 += Word(m, s[15]);
                v0 += v5; v1 += v6; v2 += v7; v3 += v4;
                v15 = RotateRight(v15 ^ v0, 8); v12 = RotateRight(v12 ^ v1, 8); v13 = RotateRight(v13 ^ v2, 8); v14 = RotateRight(v14 ^ v3, 8);
                v10 += v15; v11 += v12; v8 += v13; v9 += v14;
                v5 = RotateRight(v5 ^ v10, 7); v6 = RotateRight(v6 ^ v11, 7); v7 = RotateRight(v7 ^ v8, 7); v4 = RotateRight(v4 ^ v9, 7);
            }

            v0 ^= v8; v1 ^= v9; v2 ^= v10; v3 ^= v11; v4 ^= v12; v5 ^= v13; v6 ^= v14; v7 ^= v15;
        }

        StoreTransposed(v0, v1, v2, v3, v4, v5, v6, v7, output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Word(uint* m, nuint eightfold) => Vector512.Load((uint*)((byte*)m + (eightfold * 8)));

    /// <summary>Turns the rows (64 bytes of each input at <paramref name="offset"/>) into columns: m[w] = word w of all inputs.</summary>
    private static void LoadTransposed(byte** inputs, uint offset, uint* m)
    {
        // Four groups of four rows: words interleave within 128-bit quarters; then quarters are sorted among the groups.
        for (int group = 0; group < 4; group++)
        {
            Vector512<uint> r0 = Row(inputs, group * 4, offset), r1 = Row(inputs, (group * 4) + 1, offset);
            Vector512<uint> r2 = Row(inputs, (group * 4) + 2, offset), r3 = Row(inputs, (group * 4) + 3, offset);
            Vector512<ulong> a = UnpackLow(r0, r1).AsUInt64(), b = UnpackHigh(r0, r1).AsUInt64();
            Vector512<ulong> c = UnpackLow(r2, r3).AsUInt64(), d = UnpackHigh(r2, r3).AsUInt64();
            UnpackLow(a, c).AsUInt32().Store(m + (group * 64));
            UnpackHigh(a, c).AsUInt32().Store(m + (group * 64) + 16);
            UnpackLow(b, d).AsUInt32().Store(m + (group * 64) + 32);
            UnpackHigh(b, d).AsUInt32().Store(m + (group * 64) + 48);
        }

        for (int k = 0; k < 4; k++)
        {
            Vector512<uint> g0 = Vector512.Load(m + (k * 16)), g1 = Vector512.Load(m + 64 + (k * 16));
            Vector512<uint> g2 = Vector512.Load(m + 128 + (k * 16)), g3 = Vector512.Load(m + 192 + (k * 16));
            Vector512<uint> low01 = Shuffle4x128(g0, g1, 0x88), high01 = Shuffle4x128(g0, g1, 0xDD);
            Vector512<uint> low23 = Shuffle4x128(g2, g3, 0x88), high23 = Shuffle4x128(g2, g3, 0xDD);
            Shuffle4x128(low01, low23, 0x88).Store(m + (k * 16));
            Shuffle4x128(high01, high23, 0x88).Store(m + 64 + (k * 16));
            Shuffle4x128(low01, low23, 0xDD).Store(m + 128 + (k * 16));
            Shuffle4x128(high01, high23, 0xDD).Store(m + 192 + (k * 16));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Row(byte** inputs, int input, uint offset) => Vector512.Load((uint*)(inputs[input] + offset));

    /// <summary>Turns eight columns into sixteen rows of 32 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTransposed(
        Vector512<uint> h0, Vector512<uint> h1, Vector512<uint> h2, Vector512<uint> h3,
        Vector512<uint> h4, Vector512<uint> h5, Vector512<uint> h6, Vector512<uint> h7, byte* output)
    {
        Vector512<ulong> a = UnpackLow(h0, h1).AsUInt64(), b = UnpackHigh(h0, h1).AsUInt64();
        Vector512<ulong> c = UnpackLow(h2, h3).AsUInt64(), d = UnpackHigh(h2, h3).AsUInt64();
        Vector512<ulong> e = UnpackLow(h4, h5).AsUInt64(), f = UnpackHigh(h4, h5).AsUInt64();
        Vector512<ulong> g = UnpackLow(h6, h7).AsUInt64(), h = UnpackHigh(h6, h7).AsUInt64();
        StoreRows(UnpackLow(a, c), UnpackLow(e, g), output);
        StoreRows(UnpackHigh(a, c), UnpackHigh(e, g), output + 32);
        StoreRows(UnpackLow(b, d), UnpackLow(f, h), output + 64);
        StoreRows(UnpackHigh(b, d), UnpackHigh(f, h), output + 96);
    }

    /// <summary>Quarter q of the two registers is the first and the second half of the chaining value of input 4q + k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRows(Vector512<ulong> first, Vector512<ulong> second, byte* output)
    {
        Vector512<ulong> rows01 = PermuteVar8x64x2(first, Vector512.Create(0UL, 1, 8, 9, 2, 3, 10, 11), second);
        Vector512<ulong> rows23 = PermuteVar8x64x2(first, Vector512.Create(4UL, 5, 12, 13, 6, 7, 14, 15), second);
        rows01.GetLower().Store((ulong*)output);
        rows01.GetUpper().Store((ulong*)(output + 128));
        rows23.GetLower().Store((ulong*)(output + 256));
        rows23.GetUpper().Store((ulong*)(output + 384));
    }
}
