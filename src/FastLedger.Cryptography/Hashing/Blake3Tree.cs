// SPDX-License-Identifier: Apache-2.0
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastLedger.Cryptography;

/// <summary>The tree over the chunks of one contiguous input (BLAKE3 paper, section 2.1), many nodes at a time.</summary>
internal static unsafe class Blake3Tree
{
    /// <summary>Sets <paramref name="node"/> to the one chunk that <paramref name="input"/> is.</summary>
    /// <param name="input">Its first byte; not read when <paramref name="length"/> is 0.</param>
    /// <param name="length">0 to 1,024.</param>
    /// <param name="key">8 words.</param>
    /// <param name="counter">Chunk number.</param>
    /// <param name="modeFlags">Flags of the mode.</param>
    /// <param name="node">Result.</param>
    [SkipLocalsInit] // every field of the node is written
    public static void Chunk(byte* input, nuint length, uint* key, ulong counter, uint modeFlags, out Blake3Node node)
    {
        Unsafe.SkipInit(out node);
        uint* state = stackalloc uint[16];
        Unsafe.CopyBlockUnaligned(state, key, 32);
        uint flags = modeFlags | Blake3Constants.ChunkStart;
        while (length > Blake3Constants.BlockSize)
        {
            Blake3Scalar.Compress(state, input, Blake3Constants.BlockSize, counter, flags, state);
            flags = modeFlags;
            input += Blake3Constants.BlockSize;
            length -= Blake3Constants.BlockSize;
        }

        fixed (uint* chain = node.Chain) Unsafe.CopyBlockUnaligned(chain, state, 32);
        fixed (byte* block = node.Block)
        {
            Unsafe.InitBlockUnaligned(block, 0, Blake3Constants.BlockSize);
            Unsafe.CopyBlockUnaligned(block, input, (uint)length);
        }

        node.Counter = counter;
        node.Length = (uint)length;
        node.Flags = flags | Blake3Constants.ChunkEnd;
    }

    /// <summary>Sets <paramref name="node"/> to the top parent of an input that is longer than one chunk.</summary>
    [SkipLocalsInit] // written before it is read
    public static void Top(byte* input, nuint length, uint* key, ulong counter, uint modeFlags, out Blake3Node node)
    {
        Unsafe.SkipInit(out node);
        byte* values = stackalloc byte[Blake3Lanes.Width * 32];
        int count = Subtree(input, length, key, counter, modeFlags, values);
        while (count > 2) count = Parents(values, count, key, modeFlags, values);
        fixed (byte* block = node.Block) Unsafe.CopyBlockUnaligned(block, values, Blake3Constants.BlockSize);
        node.SetParent(key, modeFlags);
    }

    /// <summary>
    /// Hashes an input to the chaining values of one level of its tree. The left part is always the larger, a power of two of chunks, so
    /// from 32 chunks on every call of the parents' lanes is full: 17 calls per 16 KiB.
    /// </summary>
    /// <returns>2 to 16 values when the input is longer than one chunk, else 1.</returns>
    [SkipLocalsInit] // written before it is read
    private static int Subtree(byte* input, nuint length, uint* key, ulong counter, uint modeFlags, byte* output)
    {
        if (length <= Blake3Lanes.Width * Blake3Constants.ChunkSize) return Chunks(input, length, key, counter, modeFlags, output);
        nuint left = (nuint)BitOperations.RoundUpToPowerOf2((ulong)length) / 2;
        byte* values = stackalloc byte[2 * Blake3Lanes.Width * 32];
        int count = Subtree(input, left, key, counter, modeFlags, values);
        count += Subtree(input + left, length - left, key, counter + (left / Blake3Constants.ChunkSize), modeFlags, values + (count * 32));
        return Parents(values, count, key, modeFlags, output);
    }

    private static int Chunks(byte* input, nuint length, uint* key, ulong counter, uint modeFlags, byte* output)
    {
        nuint whole = length / Blake3Constants.ChunkSize, rest = length % Blake3Constants.ChunkSize;
        LaneJob job = new(
            key, Blake3Constants.BlocksPerChunk, counter, 1, modeFlags, Blake3Constants.ChunkStart, Blake3Constants.ChunkEnd,
            Blake3Lanes.Width * Blake3Constants.ChunkSize);
        Blake3Lanes.HashStrided(input, Blake3Constants.ChunkSize, whole, job, output);
        if (rest == 0) return (int)whole;
        Chunk(input + (whole * Blake3Constants.ChunkSize), rest, key, counter + whole, modeFlags, out Blake3Node node);
        node.ChainingValue(output + (whole * 32));
        return (int)whole + 1;
    }

    /// <summary>One level up; a value without a sibling moves up unchanged. The output may be the input.</summary>
    [SkipLocalsInit] // written before it is read
    private static int Parents(byte* values, int count, uint* key, uint modeFlags, byte* output)
    {
        byte* parents = stackalloc byte[Blake3Lanes.Width * 32];
        int pairs = count / 2;
        LaneJob job = new(key, 1, 0, 0, modeFlags | Blake3Constants.Parent, 0, 0);
        Blake3Lanes.HashStrided(values, Blake3Constants.BlockSize, (nuint)pairs, job, parents);
        if (count % 2 != 0) Unsafe.CopyBlockUnaligned(parents + (pairs * 32), values + (pairs * 64), 32);
        int result = pairs + (count % 2);
        Unsafe.CopyBlockUnaligned(output, parents, (uint)result * 32);
        return result;
    }
}
