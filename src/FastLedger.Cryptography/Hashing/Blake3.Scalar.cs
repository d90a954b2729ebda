// SPDX-License-Identifier: Apache-2.0
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastLedger.Cryptography;

/// <summary>The compression function as the BLAKE3 paper writes it (section 2.2): the oracle of every other path.</summary>
internal static unsafe class Blake3Scalar
{
    /// <summary>Compresses one block to 16 words: the new chaining value, then the second half of an extended output.</summary>
    /// <param name="chain">8 words in.</param>
    /// <param name="block">64 bytes; those past <paramref name="length"/> must be zero.</param>
    /// <param name="length">Bytes of input in the block.</param>
    /// <param name="counter">Chunk number, or output block number at the root.</param>
    /// <param name="flags">See <see cref="Blake3Constants"/>.</param>
    /// <param name="output">16 words; may be <paramref name="chain"/> only if that has room for 16.</param>
    [SkipLocalsInit]
    public static void Compress(uint* chain, byte* block, uint length, ulong counter, uint flags, uint* output)
    {
        uint* m = (uint*)block;
        byte* s = Blake3Constants.SchedulePointer;
        uint v0 = chain[0], v1 = chain[1], v2 = chain[2], v3 = chain[3], v4 = chain[4], v5 = chain[5], v6 = chain[6], v7 = chain[7];
        uint v8 = Blake3Constants.Iv0, v9 = Blake3Constants.Iv1, v10 = Blake3Constants.Iv2, v11 = Blake3Constants.Iv3;
        uint v12 = (uint)counter, v13 = (uint)(counter >> 32), v14 = length, v15 = flags;
        for (int round = 0; round < Blake3Constants.Rounds; round++, s += 16)
        {
            v0 += m[s[0]]; v1 += m[s[2]]; v2 += m[s[4]]; v3 += m[s[6]];
            v0 += v4; v1 += v5; v2 += v6; v3 += v7;
            v12 = Rotate(v12 ^ v0, 16); v13 = Rotate(v13 ^ v1, 16); v14 = Rotate(v14 ^ v2, 16); v15 = Rotate(v15 ^ v3, 16);
            v8 += v12; v9 += v13; v10 += v14; v11 += v15;
            v4 = Rotate(v4 ^ v8, 12); v5 = Rotate(v5 ^ v9, 12); v6 = Rotate(v6 ^ v10, 12); v7 = Rotate(v7 ^ v11, 12);
            v0 += m[s[1]]; v1 += m[s[3]]; v2 += m[s[5]]; v3 += m[s[7]];
            v0 += v4; v1 += v5; v2 += v6; v3 += v7;
            v12 = Rotate(v12 ^ v0, 8); v13 = Rotate(v13 ^ v1, 8); v14 = Rotate(v14 ^ v2, 8); v15 = Rotate(v15 ^ v3, 8);
            v8 += v12; v9 += v13; v10 += v14; v11 += v15;
            v4 = Rotate(v4 ^ v8, 7); v5 = Rotate(v5 ^ v9, 7); v6 = Rotate(v6 ^ v10, 7); v7 = Rotate(v7 ^ v11, 7);
            v0 += m[s[8]]; v1 += m[s[10]]; v2 += m[s[12]]; v3 += m[s[14]];
            v0 += v5; v1 += v6; v2 += v7; v3 += v4;
            v15 = Rotate(v15 ^ v0, 16); v12 = Rotate(v12 ^ v1, 16); v13 = Rotate(v13 ^ v2, 16); v14 = Rotate(v14 ^ v3, 16);
            v10 += v15; v11 += v12; v8 += v13; v9 += v14;
            v5 = Rotate(v5 ^ v10, 12); v6 = Rotate(v6 ^ v11, 12); v7 = Rotate(v7 ^ v8, 12); v4 = Rotate(v4 ^ v9, 12);
            v0 += m[s[9]]; v1 += m[s[11]]; v2 += m[s[13]]; v3 += m[s[15]];
            v0 += v5; v1 += v6; v2 += v7; v3 += v4;
            v15 = Rotate(v15 ^ v0, 8); v12 = Rotate(v12 ^ v1, 8); v13 = Rotate(v13 ^ v2, 8); v14 = Rotate(v14 ^ v3, 8);
            v10 += v15; v11 += v12; v8 += v13; v9 += v14;
            v5 = Rotate(v5 ^ v10, 7); v6 = Rotate(v6 ^ v11, 7); v7 = Rotate(v7 ^ v8, 7); v4 = Rotate(v4 ^ v9, 7);
        }

        uint c0 = chain[0], c1 = chain[1], c2 = chain[2], c3 = chain[3], c4 = chain[4], c5 = chain[5], c6 = chain[6], c7 = chain[7];
        output[0] = v0 ^ v8; output[1] = v1 ^ v9; output[2] = v2 ^ v10; output[3] = v3 ^ v11;
        output[4] = v4 ^ v12; output[5] = v5 ^ v13; output[6] = v6 ^ v14; output[7] = v7 ^ v15;
        output[8] = v8 ^ c0; output[9] = v9 ^ c1; output[10] = v10 ^ c2; output[11] = v11 ^ c3;
        output[12] = v12 ^ c4; output[13] = v13 ^ c5; output[14] = v14 ^ c6; output[15] = v15 ^ c7;
    }

    /// <summary>Hashes inputs of <c>job.Blocks</c> full blocks to chaining values, one after the other.</summary>
    [SkipLocalsInit] // the state is written before it is read
    public static void Hash(byte** inputs, byte** outputs, int count, in LaneJob job)
    {
        uint* state = stackalloc uint[16];
        for (int i = 0; i < count; i++)
        {
            Unsafe.CopyBlockUnaligned(state, job.Key, 32);
            ulong counter = job.Counter + (job.CounterStep * (uint)i);
            for (uint block = 0; block < job.Blocks; block++)
                Compress(state, inputs[i] + (block * Blake3Constants.BlockSize), Blake3Constants.BlockSize, counter, job.FlagsOf(block), state);
            Unsafe.CopyBlockUnaligned(outputs[i], state, 32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Rotate(uint value, int count) => BitOperations.RotateRight(value, count);
}
