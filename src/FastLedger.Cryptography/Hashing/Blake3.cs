// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// The BLAKE3 hash function in all its modes, and forms for many equal-sized inputs that fill the vector lanes across inputs. Every
/// path (AVX-512, AVX2, 128-bit, scalar) gives the same bytes.
/// </summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public static unsafe class Blake3
{
    /// <summary>Hashes <paramref name="input"/>.</summary>
    /// <param name="input">Any length.</param>
    /// <param name="output">Any length: 32 bytes are the usual digest, longer outputs begin with it.</param>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output) => Hash(input, Blake3Constants.IvPointer, 0, output);

    /// <summary>The 32-byte digest of <paramref name="input"/>.</summary>
    [SkipLocalsInit] // the digest is written whole
    public static Hash256 Hash(ReadOnlySpan<byte> input)
    {
        Unsafe.SkipInit(out Hash256 digest);
        Hash(input, Blake3Constants.IvPointer, 0, MemoryMarshal.AsBytes(new Span<Hash256>(ref digest)));
        return digest;
    }

    /// <summary>Hashes <paramref name="input"/> under a key: a message authentication code.</summary>
    /// <param name="key">32 uniformly random bytes.</param>
    /// <param name="input">Any length.</param>
    /// <param name="output">Any length.</param>
    public static void HashKeyed(in Hash256 key, ReadOnlySpan<byte> input, Span<byte> output)
    {
        fixed (Hash256* words = &key) Hash(input, (uint*)words, Blake3Constants.KeyedHash, output);
    }

    /// <summary>Derives a key.</summary>
    /// <param name="context">Names the purpose: fixed in the program, unique to it, never taken from input.</param>
    /// <param name="material">What is secret or distinguishing; any length.</param>
    /// <param name="output">The derived bytes, any length.</param>
    [SkipLocalsInit] // the key is written whole
    public static void DeriveKey(ReadOnlySpan<byte> context, ReadOnlySpan<byte> material, Span<byte> output)
    {
        uint* key = stackalloc uint[8];
        Hash(context, Blake3Constants.IvPointer, Blake3Constants.DeriveKeyContext, new Span<byte>(key, 32));
        Hash(material, key, Blake3Constants.DeriveKeyMaterial, output);
    }

    /// <summary>
    /// Hashes equal-sized records, each by itself: <c>outputs[i]</c> is what <see cref="Hash(ReadOnlySpan{byte})"/> gives for record i.
    /// </summary>
    /// <param name="records">The records, one behind the other.</param>
    /// <param name="recordSize">A multiple of 64, at most 1,024 bytes.</param>
    /// <param name="outputs">One digest per record.</param>
    public static void HashMany(ReadOnlySpan<byte> records, int recordSize, Span<Hash256> outputs)
    {
        Invariant.Check(recordSize is > 0 and <= Blake3Constants.ChunkSize && recordSize % Blake3Constants.BlockSize == 0);
        Invariant.Check(records.Length == (long)recordSize * outputs.Length);
        fixed (byte* input = records)
        fixed (Hash256* output = outputs)
            Blake3Lanes.HashStrided(input, (nuint)recordSize, (nuint)outputs.Length, RecordJob(recordSize), (byte*)output);
    }

    /// <summary>Hashes pairs: <c>parents[i]</c> is the Merkle node over <c>children[2i]</c> and <c>children[2i + 1]</c>.</summary>
    /// <param name="children">Twice as many as <paramref name="parents"/>.</param>
    /// <param name="parents">Results; must not overlap <paramref name="children"/>.</param>
    public static void HashParents(ReadOnlySpan<Hash256> children, Span<Hash256> parents)
    {
        Invariant.Check(children.Length == 2L * parents.Length);
        fixed (Hash256* input = children)
        fixed (Hash256* output = parents)
            Blake3Lanes.HashStrided((byte*)input, Blake3Constants.BlockSize, (nuint)parents.Length, ParentJob, (byte*)output);
    }

    /// <summary>Whole records as one chunk that is the root.</summary>
    internal static LaneJob RecordJob(int recordSize) => new(
        Blake3Constants.IvPointer, (uint)recordSize / Blake3Constants.BlockSize, 0, 0, 0,
        Blake3Constants.ChunkStart, Blake3Constants.ChunkEnd | Blake3Constants.Root);

    /// <summary>
    /// Merkle nodes: the parent compression without the root flag, which no digest of a message ever is, so that a node cannot be passed
    /// off as a leaf.
    /// </summary>
    internal static LaneJob ParentJob => new(Blake3Constants.IvPointer, 1, 0, 0, Blake3Constants.Parent, 0, 0);

    [SkipLocalsInit] // the node is written whole
    private static void Hash(ReadOnlySpan<byte> input, uint* key, uint modeFlags, Span<byte> output)
    {
        fixed (byte* bytes = input)
        {
            Unsafe.SkipInit(out Blake3Node node);
            if (input.Length <= Blake3Constants.ChunkSize) Blake3Tree.Chunk(bytes, (nuint)input.Length, key, 0, modeFlags, out node);
            else Blake3Tree.Top(bytes, (nuint)input.Length, key, 0, modeFlags, out node);
            node.RootBytes(output);
        }
    }
}
