// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.Intrinsics.X86.Avx2;

namespace FastLedger.Cryptography;

/// <summary>Eight equally long inputs at a time, one per 32-bit lane of AVX2 registers.</summary>
/// <remarks>
/// Word w of all inputs stands in one register once a block is transposed, as in <see cref="Blake3Vector512"/>; here the transposition
/// simply goes before the rounds.
/// </remarks>
internal static unsafe class Blake3Vector256
{
    /// <summary>Inputs per group.</summary>
    public const int Lanes = 8;

    /// <summary>True where the processor has the instructions.</summary>
    public static bool IsSupported => System.Runtime.Intrinsics.X86.Avx2.IsSupported;

    /// <summary>Hashes groups of 8 inputs of <c>job.Blocks</c> full blocks to chaining values.</summary>
    /// <param name="inputs">8 addresses per group.</param>
    /// <param name="outputs">Where the 32 bytes of each input go.</param>
    /// <param name="groups">At least 1.</param>
    /// <param name="job">What they have in common.</param>
    [SkipLocalsInit] // the message buffer is written before it is read
    public static void Hash(byte** inputs, byte** outputs, int groups, in LaneJob job)
    {
        uint* m = stackalloc uint[16 * Lanes];
        for (int group = 0; group < groups; group++, inputs += Lanes, outputs += Lanes) Group(inputs, outputs, job.From((uint)group * Lanes), m);
    }

    private static void Group(byte** inputs, byte** outputs, in LaneJob job, uint* m)
    {
        Vector256<uint> counterLow = Vector256.Create((uint)job.Counter), counterHigh = Vector256.Create((uint)(job.Counter >> 32));
        if (job.CounterStep != 0)
        {
            Vector256<uint> low = counterLow + Vector256<uint>.Indices;
            counterHigh -= Vector256.LessThan(low, counterLow); // a carry is a lane of ones, which is -1
            counterLow = low;
        }

        uint* key = job.Key;
        Vector256<uint> v0 = Vector256.Create(key[0]), v1 = Vector256.Create(key[1]), v2 = Vector256.Create(key[2]), v3 = Vector256.Create(key[3]);
        Vector256<uint> v4 = Vector256.Create(key[4]), v5 = Vector256.Create(key[5]), v6 = Vector256.Create(key[6]), v7 = Vector256.Create(key[7]);
        for (uint block = 0; block < job.Blocks; block++)
        {
            LoadTransposed(inputs, block * Blake3Constants.BlockSize, m);
            LoadTransposed(inputs, (block * Blake3Constants.BlockSize) + 32, m + 64);
            Vector256<uint> v8 = Vector256.Create(Blake3Constants.Iv0), v9 = Vector256.Create(Blake3Constants.Iv1);
            Vector256<uint> v10 = Vector256.Create(Blake3Constants.Iv2), v11 = Vector256.Create(Blake3Constants.Iv3);
            Vector256<uint> v12 = counterLow, v13 = counterHigh, v14 = Vector256.Create((uint)Blake3Constants.BlockSize);
            Vector256<uint> v15 = Vector256.Create(job.FlagsOf(block));
            byte* s = Blake3Constants.ScaledSchedulePointer;
            for (int round = 0; round < Blake3Constants.Rounds; round++, s += 16)
            {
                v0 += Word(m, s[0]); v1 += Word(m, s[2]); v2 += Word(m, s[4]); v3 += Word(m, s[6]);
                v0 += v4; v1 += v5; v2 += v6; v3 += v7;
                v12 = Rotate16(v12 ^ v0); v13 = Rotate16(v13 ^ v1); v14 = Rotate16(v14 ^ v2); v15 = Rotate16(v15 ^ v3);
                v8 += v12; v9 += v13; v10 += v14; v11 += v15;
                v4 = Rotate12(v4 ^ v8); v5 = Rotate12(v5 ^ v9); v6 = Rotate12(v6 ^ v10); v7 = Rotate12(v7 ^ v11);
                v0 += Word(m, s[1]); v1 += Word(m, s[3]); v2 += Word(m, s[5]); v3 += Word(m, s[7]);
                v0 += v4; v1 += v5; v2 += v6; v3 += v7;
                v12 = Rotate8(v12 ^ v0); v13 = Rotate8(v13 ^ v1); v14 = Rotate8(v14 ^ v2); v15 = Rotate8(v15 ^ v3);
                v8 += v12; v9 += v13; v10 += v14; v11 += v15;
                v4 = Rotate7(v4 ^ v8); v5 = Rotate7(v5 ^ v9); v6 = Rotate7(v6 ^ v10); v7 = Rotate7(v7 ^ v11);
                v0 += Word(m, s[8]); v1 += Word(m, s[10]); v2 += Word(m, s[12]); v3 += Word(m, s[14]);
                v0 += v5; v1 += v6; v2 += v7; v3 += v4;
                v15 = Rotate16(v15 ^ v0); v12 = Rotate16(v12 ^ v1); v13 = Rotate16(v13 ^ v2); v14 = Rotate16(v14 ^ v3);
                v10 += v15; v11 += v12; v8 += v13; v9 += v14;
                v5 = Rotate12(v5 ^ v10); v6 = Rotate12(v6 ^ v11); v7 = Rotate12(v7 ^ v8); v4 = Rotate12(v4 ^ v9);
                v0 += Word(m, s[9]); v1 += Word(m, s[11]); v2 += Word(m, s[13]); v3 += Word(m, s[15]);
                v0 += v5; v1 += v6; v2 += v7; v3 += v4;
                v15 = Rotate8(v15 ^ v0); v12 = Rotate8(v12 ^ v1); v13 = Rotate8(v13 ^ v2); v14 = Rotate8(v14 ^ v3);
                v10 += v15; v11 += v12; v8 += v13; v9 += v14;
                v5 = Rotate7(v5 ^ v10); v6 = Rotate7(v6 ^ v11); v7 = Rotate7(v7 ^ v8); v4 = Rotate7(v4 ^ v9);
            }

            v0 ^= v8; v1 ^= v9; v2 ^= v10; v3 ^= v11; v4 ^= v12; v5 ^= v13; v6 ^= v14; v7 ^= v15;
        }

        Transpose(v0, v1, v2, v3, v4, v5, v6, v7, m);
        for (int i = 0; i < Lanes; i++) Vector256.Load(m + (8 * i)).Store((uint*)outputs[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Word(uint* m, nuint eightfold) => Vector256.Load((uint*)((byte*)m + (eightfold * 4)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate16(Vector256<uint> v) => Shuffle(v.AsByte(), Vector256.Create(
        (byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate8(Vector256<uint> v) => Shuffle(v.AsByte(), Vector256.Create(
        (byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate12(Vector256<uint> v) => (v >>> 12) | (v << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate7(Vector256<uint> v) => (v >>> 7) | (v << 25);

    /// <summary>m[w] = word w of the 32 bytes at <paramref name="offset"/> of all inputs.</summary>
    private static void LoadTransposed(byte** inputs, uint offset, uint* m) => Transpose(
        Row(inputs[0], offset), Row(inputs[1], offset), Row(inputs[2], offset), Row(inputs[3], offset),
        Row(inputs[4], offset), Row(inputs[5], offset), Row(inputs[6], offset), Row(inputs[7], offset), m);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Row(byte* input, uint offset) => Vector256.Load((uint*)(input + offset));

    /// <summary>Transposes 8×8 words: within 128-bit halves, then the halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector256<uint> r0, Vector256<uint> r1, Vector256<uint> r2, Vector256<uint> r3,
        Vector256<uint> r4, Vector256<uint> r5, Vector256<uint> r6, Vector256<uint> r7, uint* to)
    {
        Vector256<ulong> low01 = UnpackLow(r0, r1).AsUInt64(), high01 = UnpackHigh(r0, r1).AsUInt64();
        Vector256<ulong> low23 = UnpackLow(r2, r3).AsUInt64(), high23 = UnpackHigh(r2, r3).AsUInt64();
        Vector256<ulong> low45 = UnpackLow(r4, r5).AsUInt64(), high45 = UnpackHigh(r4, r5).AsUInt64();
        Vector256<ulong> low67 = UnpackLow(r6, r7).AsUInt64(), high67 = UnpackHigh(r6, r7).AsUInt64();
        Halves(UnpackLow(low01, low23), UnpackLow(low45, low67), to);
        Halves(UnpackHigh(low01, low23), UnpackHigh(low45, low67), to + 8);
        Halves(UnpackLow(high01, high23), UnpackLow(high45, high67), to + 16);
        Halves(UnpackHigh(high01, high23), UnpackHigh(high45, high67), to + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halves(Vector256<ulong> a, Vector256<ulong> b, uint* to)
    {
        Permute2x128(a, b, 0x20).AsUInt32().Store(to);
        Permute2x128(a, b, 0x31).AsUInt32().Store(to + 32);
    }
}
