// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// What every 4 KiB block of a log must hold: 8 bytes of BLAKE3 per block, noted when it is written and compared when it is read. For small
/// records, whose links FASTER follows without looking at anything else.
/// </summary>
/// <remarks>
/// A checkpoint usually ends inside a block, which is written again afterwards with more records in it, and with other bits in the headers of
/// those that were there. So a checkpoint keeps that block itself, and recovery takes it from there. Thread: the store's.
/// </remarks>
internal sealed unsafe class BlockDigests : IDisposable
{
    public const int BlockBytes = 4096;
    private readonly ReservedMemory _digests;
    private readonly byte[] _last = new byte[BlockBytes];
    private readonly long _capacity;
    private ReservedMemory? _encoded;
    private long _lastBlock = -1;
    private bool _lastIsRecovered;

    /// <summary>Makes room for a log.</summary>
    /// <param name="maximumLogBytes">The log's addresses stay below. Takes 8 bytes of address space per block, memory only for those used.</param>
    public BlockDigests(long maximumLogBytes)
    {
        _capacity = maximumLogBytes / BlockBytes;
        _digests = new ReservedMemory((nuint)_capacity * sizeof(ulong));
    }

    /// <summary>Blocks are written.</summary>
    /// <param name="address">A multiple of 4,096.</param>
    /// <param name="bytes">Whole blocks.</param>
    public void Note(long address, ReadOnlySpan<byte> bytes)
    {
        long block = Check(address, bytes.Length);
        for (; !bytes.IsEmpty; bytes = bytes[BlockBytes..], block++)
        {
            ReadOnlySpan<byte> content = bytes[..BlockBytes];
            ((ulong*)_digests.Pointer)[block] = Digest(content);
            if (block < _lastBlock) continue;
            _lastBlock = block;
            _lastIsRecovered = false;
            content.CopyTo(_last);
        }
    }

    /// <summary>Compares blocks that were read. Blocks that were never written become zeros.</summary>
    /// <returns>Where the first wrong one begins, in bytes from the first; -1 when none is.</returns>
    public long Verify(long address, Span<byte> bytes)
    {
        long block = Check(address, bytes.Length);
        for (int done = 0; done < bytes.Length; done += BlockBytes, block++)
        {
            Span<byte> content = bytes.Slice(done, BlockBytes);
            ulong digest = ((ulong*)_digests.Pointer)[block];
            if (digest == 0) content.Clear();
            else if (_lastIsRecovered && block == _lastBlock) _last.CopyTo(content);
            else if (Digest(content) != digest) return done;
        }

        return -1;
    }

    /// <summary>The digests of all blocks before an address, and the block in which it is; valid until the next call.</summary>
    /// <param name="tail">Everything before was written, and nothing behind it.</param>
    public NativeBytes Encode(long tail)
    {
        int length = EncodedBytes(tail);
        if (_encoded is null || (int)_encoded.Length < length)
        {
            _encoded?.Dispose();
            _encoded = new ReservedMemory((nuint)(length + (length / 2)));
        }

        Span<byte> encoded = new(_encoded.Pointer, length);
        int digests = length - BlockBytes;
        new ReadOnlySpan<byte>(_digests.Pointer, digests).CopyTo(encoded);
        if (digests > 0) Invariant.Check(_lastBlock == (digests / sizeof(ulong)) - 1);
        _last.CopyTo(encoded[digests..]);
        return new NativeBytes(_encoded.Pointer, length);
    }

    /// <summary>Takes over what a checkpoint has.</summary>
    public void Load(ReadOnlySpan<byte> bytes, long tail)
    {
        Invariant.Check(bytes.Length == EncodedBytes(tail) && tail <= _capacity * BlockBytes);
        ReadOnlySpan<byte> digests = bytes[..^BlockBytes];
        digests.CopyTo(new Span<byte>(_digests.Pointer, digests.Length));
        bytes[^BlockBytes..].CopyTo(_last);
        _lastBlock = (digests.Length / sizeof(ulong)) - 1;
        _lastIsRecovered = true;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _digests.Dispose();
        _encoded?.Dispose();
    }

    private static int EncodedBytes(long tail) => checked((int)((tail + BlockBytes - 1) / BlockBytes * sizeof(ulong)) + BlockBytes);

    [SkipLocalsInit] // the digest is written whole
    private static ulong Digest(ReadOnlySpan<byte> block)
    {
        Unsafe.SkipInit(out ulong digest);
        Blake3.Hash(block, MemoryMarshal.AsBytes(new Span<ulong>(ref digest)));
        return digest == 0 ? 1 : digest; // 0 stands for a block that was never written
    }

    private long Check(long address, int length)
    {
        Invariant.Check(address % BlockBytes == 0 && length % BlockBytes == 0 && (address + length) / BlockBytes <= _capacity);
        return address / BlockBytes;
    }
}
