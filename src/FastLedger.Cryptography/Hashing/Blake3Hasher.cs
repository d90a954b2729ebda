// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// BLAKE3 of an input that arrives in pieces. A value of about 1.9 KiB that holds everything itself: pass it by reference.
/// </summary>
/// <remarks>Thread: one at a time. Alloc: none. Blocks: no.</remarks>
public unsafe struct Blake3Hasher
{
    private const int MaxDepth = 54; // 2^64 bytes are 2^54 chunks

    private fixed uint _key[8];
    private fixed byte _chunk[Blake3Constants.ChunkSize];
    private fixed byte _stack[MaxDepth * 32];
    private ulong _chunks;
    private int _chunkLength;
    private int _depth;
    private uint _modeFlags;

    /// <summary>A hasher in the plain mode.</summary>
    [SkipLocalsInit] // buffers are written before they are read
    public static Blake3Hasher Create()
    {
        Unsafe.SkipInit(out Blake3Hasher hasher);
        hasher.Start(Blake3Constants.IvPointer, 0);
        return hasher;
    }

    /// <summary>A hasher in the keyed mode.</summary>
    /// <param name="key">32 uniformly random bytes.</param>
    [SkipLocalsInit] // buffers are written before they are read
    public static Blake3Hasher CreateKeyed(in Hash256 key)
    {
        Unsafe.SkipInit(out Blake3Hasher hasher);
        fixed (Hash256* words = &key) hasher.Start((uint*)words, Blake3Constants.KeyedHash);
        return hasher;
    }

    /// <summary>A hasher in the derive-key mode.</summary>
    /// <param name="context">Names the purpose: fixed in the program, never taken from input.</param>
    [SkipLocalsInit] // buffers are written before they are read
    public static Blake3Hasher CreateDeriveKey(ReadOnlySpan<byte> context)
    {
        Unsafe.SkipInit(out Blake3Hasher hasher);
        hasher.Start(Blake3Constants.IvPointer, Blake3Constants.DeriveKeyContext);
        hasher.Update(context);
        uint* key = stackalloc uint[8];
        hasher.Finish(new Span<byte>(key, 32));
        hasher.Start(key, Blake3Constants.DeriveKeyMaterial);
        return hasher;
    }

    /// <summary>Appends <paramref name="input"/>.</summary>
    [SkipLocalsInit] // nodes are written before they are read
    public void Update(ReadOnlySpan<byte> input)
    {
        fixed (byte* start = input)
        fixed (uint* key = _key)
        fixed (byte* chunk = _chunk)
        {
            byte* next = start;
            nuint rest = (nuint)input.Length;
            byte* value = stackalloc byte[32];
            if (_chunkLength > 0)
            {
                Buffer(ref next, ref rest);
                if (rest == 0) return; // the chunk may be the last one
                Blake3Tree.Chunk(chunk, Blake3Constants.ChunkSize, key, _chunks, _modeFlags, out Blake3Node full);
                full.ChainingValue(value);
                Push(value, 1);
                _chunkLength = 0;
            }

            // Whole subtrees straight from the input, as large as the count so far is aligned to.
            while (rest > Blake3Constants.ChunkSize)
            {
                ulong size = 1UL << BitOperations.Log2(rest);
                ulong aligned = _chunks == 0 ? size : (_chunks & (~_chunks + 1)) * Blake3Constants.ChunkSize;
                if (aligned < size) size = aligned;
                PushSubtree(next, (nuint)size);
                next += size;
                rest -= (nuint)size;
            }

            if (rest == 0) return;
            Buffer(ref next, ref rest);
            MergeComplete();
        }
    }

    /// <summary>Writes the digest of all input so far; more may follow.</summary>
    /// <param name="output">Any length.</param>
    [SkipLocalsInit] // nodes are written before they are read
    public void Finish(Span<byte> output)
    {
        fixed (uint* key = _key)
        fixed (byte* chunk = _chunk)
        fixed (byte* stack = _stack)
        {
            int depth = _depth;
            Unsafe.SkipInit(out Blake3Node node);
            if (depth == 0 || _chunkLength > 0)
            {
                Blake3Tree.Chunk(chunk, (nuint)_chunkLength, key, _chunks, _modeFlags, out node);
            }
            else
            {
                depth -= 2; // whole subtrees are pushed as two halves, so there are two
                Unsafe.CopyBlockUnaligned(node.Block, stack + (depth * 32), 64);
                node.SetParent(key, _modeFlags);
            }

            while (depth > 0)
            {
                depth--;
                node.ChainingValue(node.Block + 32);
                Unsafe.CopyBlockUnaligned(node.Block, stack + (depth * 32), 32);
                node.SetParent(key, _modeFlags);
            }

            node.RootBytes(output);
        }
    }

    /// <summary>The 32-byte digest of all input so far; more may follow.</summary>
    [SkipLocalsInit] // the digest is written whole
    public Hash256 Finish()
    {
        Unsafe.SkipInit(out Hash256 digest);
        Finish(MemoryMarshal.AsBytes(new Span<Hash256>(ref digest)));
        return digest;
    }

    private void Start(uint* key, uint modeFlags)
    {
        for (int i = 0; i < 8; i++) _key[i] = key[i];
        _modeFlags = modeFlags;
        _chunks = 0;
        _chunkLength = 0;
        _depth = 0;
    }

    private void Buffer(ref byte* next, ref nuint rest)
    {
        int part = (int)Math.Min(rest, (nuint)(Blake3Constants.ChunkSize - _chunkLength));
        new ReadOnlySpan<byte>(next, part).CopyTo(MemoryMarshal.CreateSpan(ref _chunk[_chunkLength], part));
        _chunkLength += part;
        next += part;
        rest -= (nuint)part;
    }

    private void PushSubtree(byte* input, nuint size)
    {
        byte* value = stackalloc byte[32];
        fixed (uint* key = _key)
        {
            if (size == Blake3Constants.ChunkSize)
            {
                Blake3Tree.Chunk(input, size, key, _chunks, _modeFlags, out Blake3Node chunk);
                chunk.ChainingValue(value);
                Push(value, 1);
                return;
            }

            // As two halves: should nothing follow, their parent is the root and must not have been compressed without its flag.
            Blake3Tree.Top(input, size, key, _chunks, _modeFlags, out Blake3Node top);
            ulong half = size / Blake3Constants.ChunkSize / 2;
            Push(top.Block, half);
            Push(top.Block + 32, half);
        }
    }

    private void Push(byte* value, ulong chunks)
    {
        MergeComplete();
        fixed (byte* stack = _stack) Unsafe.CopyBlockUnaligned(stack + (_depth * 32), value, 32);
        _depth++;
        _chunks += chunks;
    }

    /// <summary>
    /// Merges what the count of chunks shows to be complete: one value remains per set bit. Done only when more input follows, since a
    /// parent that turns out to be the root takes the root flag.
    /// </summary>
    private void MergeComplete()
    {
        fixed (byte* stack = _stack)
        fixed (uint* key = _key)
        {
            while (_depth > BitOperations.PopCount(_chunks))
            {
                Unsafe.SkipInit(out Blake3Node node);
                _depth--;
                byte* left = stack + ((_depth - 1) * 32);
                Unsafe.CopyBlockUnaligned(node.Block, left, 64);
                node.SetParent(key, _modeFlags);
                node.ChainingValue(left);
            }
        }
    }
}
