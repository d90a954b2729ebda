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
/// A checkpoint's last block is usually written again afterwards, with more records behind those of the checkpoint. Sectors are written
/// whole or not at all, so the checkpoint's part stays; recovery clears the rest before it compares. Thread: the store's.
/// </remarks>
internal sealed unsafe class BlockDigests : IDisposable
{
    public const int BlockBytes = 4096;
    private readonly ReservedMemory _digests;
    private readonly long _capacity;
    private ReservedMemory? _encoded;
    private long _recoveredTail = -1;

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
        Invariant.Check(address % BlockBytes == 0 && bytes.Length % BlockBytes == 0 && (address + bytes.Length) / BlockBytes <= _capacity);
        if (_recoveredTail >= address && _recoveredTail < address + bytes.Length) _recoveredTail = -1;
        ulong* digest = (ulong*)_digests.Pointer + (address / BlockBytes);
        for (; !bytes.IsEmpty; bytes = bytes[BlockBytes..]) *digest++ = Digest(bytes[..BlockBytes]);
    }

    /// <summary>Compares blocks that were read. Blocks that were never written become zeros.</summary>
    /// <returns>Where the first wrong one begins, in bytes from the first; -1 when none is.</returns>
    public long Verify(long address, Span<byte> bytes)
    {
        Invariant.Check(address % BlockBytes == 0 && bytes.Length % BlockBytes == 0 && (address + bytes.Length) / BlockBytes <= _capacity);
        ulong* digest = (ulong*)_digests.Pointer + (address / BlockBytes);
        for (int done = 0; done < bytes.Length; done += BlockBytes, digest++)
        {
            Span<byte> block = bytes.Slice(done, BlockBytes);
            long tail = _recoveredTail - (address + done);
            if (*digest == 0) block.Clear();
            else if (tail is > 0 and < BlockBytes) block[(int)tail..].Clear();
            if (*digest != 0 && Digest(block) != *digest) return done;
        }

        return -1;
    }

    /// <summary>The digests of all blocks before an address, valid until the next call.</summary>
    public NativeBytes Encode(long tail)
    {
        int length = checked((int)((tail + BlockBytes - 1) / BlockBytes * sizeof(ulong)));
        if (_encoded is null || (int)_encoded.Length < length)
        {
            _encoded?.Dispose();
            _encoded = new ReservedMemory((nuint)(length + (length / 2)));
        }

        new ReadOnlySpan<byte>(_digests.Pointer, length).CopyTo(new Span<byte>(_encoded.Pointer, length));
        return new NativeBytes(_encoded.Pointer, length);
    }

    /// <summary>Takes over the digests that a checkpoint has.</summary>
    public void Load(ReadOnlySpan<byte> bytes, long tail)
    {
        Invariant.Check(bytes.Length == (tail + BlockBytes - 1) / BlockBytes * sizeof(ulong) && bytes.Length / sizeof(ulong) <= _capacity);
        bytes.CopyTo(new Span<byte>(_digests.Pointer, bytes.Length));
        _recoveredTail = tail;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _digests.Dispose();
        _encoded?.Dispose();
    }

    [SkipLocalsInit] // the digest is written whole
    private static ulong Digest(ReadOnlySpan<byte> block)
    {
        Unsafe.SkipInit(out ulong digest);
        Blake3.Hash(block, MemoryMarshal.AsBytes(new Span<ulong>(ref digest)));
        return digest == 0 ? 1 : digest; // 0 stands for a block that was never written
    }
}
