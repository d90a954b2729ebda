// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;

namespace FastLedger.Cryptography;

/// <summary>
/// The last compression of a chunk or a parent, not yet done: as an inner node it yields a chaining value, as the root any number of
/// output bytes (BLAKE3 paper, section 2.6).
/// </summary>
internal unsafe struct Blake3Node
{
    public fixed uint Chain[8];
    public fixed byte Block[Blake3Constants.BlockSize];
    public ulong Counter;
    public uint Length;
    public uint Flags;

    /// <summary>The parent of the two chaining values that <see cref="Block"/> holds.</summary>
    public void SetParent(uint* key, uint modeFlags)
    {
        for (int i = 0; i < 8; i++) Chain[i] = key[i];
        Counter = 0;
        Length = Blake3Constants.BlockSize;
        Flags = modeFlags | Blake3Constants.Parent;
    }

    /// <summary>The 32 bytes that stand for this node in its parent.</summary>
    [SkipLocalsInit] // written before it is read
    public void ChainingValue(byte* output)
    {
        uint* words = stackalloc uint[16];
        fixed (uint* chain = Chain)
        fixed (byte* block = Block)
            Blake3Scalar.Compress(chain, block, Length, Counter, Flags, words);
        Unsafe.CopyBlockUnaligned(output, words, 32);
    }

    /// <summary>Fills <paramref name="output"/> with the digest that this node, as the root, extends to.</summary>
    [SkipLocalsInit] // written before it is read
    public void RootBytes(Span<byte> output)
    {
        uint* words = stackalloc uint[16];
        fixed (uint* chain = Chain)
        fixed (byte* block = Block)
        {
            for (ulong number = 0; output.Length > 0; number++)
            {
                Blake3Scalar.Compress(chain, block, Length, number, Flags | Blake3Constants.Root, words);
                int part = Math.Min(output.Length, Blake3Constants.BlockSize);
                new ReadOnlySpan<byte>(words, part).CopyTo(output);
                output = output[part..];
            }
        }
    }
}
