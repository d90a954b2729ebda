// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace FastLedger.Cryptography;

/// <summary>Four equally long inputs at a time, one per 32-bit lane of 128-bit registers (SSE2, NEON).</summary>
/// <remarks>
/// Word w of all inputs stands in one register once a block is transposed, as in <see cref="Blake3Vector512"/>; here the transposition
/// simply goes before the rounds.
/// </remarks>
internal static unsafe class Blake3Vector128
{
    /// <summary>Inputs per group.</summary>
    public const int Lanes = 4;

    /// <summary>True where the processor has the instructions.</summary>
    public static bool IsSupported => Sse2.IsSupported || AdvSimd.Arm64.IsSupported;

    /// <summary>Hashes groups of 4 inputs of <c>job.Blocks</c> full blocks to chaining values.</summary>
    /// <param name="inputs">4 addresses per group.</param>
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
        Vector128<uint> counterLow = Vector128.Create((uint)job.Counter), counterHigh = Vector128.Create((uint)(job.Counter >> 32));
        if (job.CounterStep != 0)
        {
            Vector128<uint> low = counterLow + Vector128<uint>.Indices;
            counterHigh -= Vector128.LessThan(low, counterLow); // a carry is a lane of ones, which is -1
            counterLow = low;
        }

        uint* key = job.Key;
        Vector128<uint> v0 = Vector128.Create(key[0]), v1 = Vector128.Create(key[1]), v2 = Vector128.Create(key[2]), v3 = Vector128.Create(key[3]);
        Vector128<uint> v4 = Vector128.Create(key[4]), v5 = Vector128.Create(key[5]), v6 = Vector128.Create(key[6]), v7 = Vector128.Create(key[7]);
        for (uint block = 0; block < job.Blocks; block++)
        {
            for (int quarter = 0; quarter < 4; quarter++)
            {
                uint offset = (block * Blake3Constants.BlockSize) + ((uint)quarter * 16);
                Transpose(Row(inputs[0], offset), Row(inputs[1], offset), Row(inputs[2], offset), Row(inputs[3], offset), m + (quarter * 16));
            }

            Vector128<uint> v8 = Vector128.Create(Blake3Constants.Iv0), v9 = Vector128.Create(Blake3Constants.Iv1);
            Vector128<uint> v10 = Vector128.Create(Blake3Constants.Iv2), v11 = Vector128.Create(Blake3Constants.Iv3);
            Vector128<uint> v12 = counterLow, v13 = counterHigh, v14 = Vector128.Create((uint)Blake3Constants.BlockSize);
            Vector128<uint> v15 = Vector128.Create(job.FlagsOf(block));
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

        Transpose(v0, v1, v2, v3, m);
        Transpose(v4, v5, v6, v7, m + 16);
        for (int i = 0; i < Lanes; i++)
        {
            Vector128.Load(m + (4 * i)).Store((uint*)outputs[i]);
            Vector128.Load(m + (4 * i) + 16).Store((uint*)outputs[i] + 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Word(uint* m, nuint eightfold) => Vector128.Load((uint*)((byte*)m + (eightfold * 2)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Rotate16(Vector128<uint> v) => (v >>> 16) | (v << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Rotate12(Vector128<uint> v) => (v >>> 12) | (v << 20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Rotate8(Vector128<uint> v) => (v >>> 8) | (v << 24);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Rotate7(Vector128<uint> v) => (v >>> 7) | (v << 25);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Row(byte* input, uint offset) => Vector128.Load((uint*)(input + offset));

    /// <summary>Transposes 4×4 words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector128<uint> r0, Vector128<uint> r1, Vector128<uint> r2, Vector128<uint> r3, uint* to)
    {
        Vector128<ulong> low01 = ZipLow(r0, r1).AsUInt64(), high01 = ZipHigh(r0, r1).AsUInt64();
        Vector128<ulong> low23 = ZipLow(r2, r3).AsUInt64(), high23 = ZipHigh(r2, r3).AsUInt64();
        Vector128.Create(low01.GetLower(), low23.GetLower()).AsUInt32().Store(to);
        Vector128.Create(low01.GetUpper(), low23.GetUpper()).AsUInt32().Store(to + 4);
        Vector128.Create(high01.GetLower(), high23.GetLower()).AsUInt32().Store(to + 8);
        Vector128.Create(high01.GetUpper(), high23.GetUpper()).AsUInt32().Store(to + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipLow(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipHigh(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
