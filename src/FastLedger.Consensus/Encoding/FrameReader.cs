// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Encoding;

/// <summary>
/// Reads the canonical encodings. A read past the end makes the reader fail for good and yields zeros, so a decoder may read
/// all fields first and ask <see cref="Complete"/> once: no byte missing, none left over.
/// </summary>
/// <remarks>Thread: one. Alloc: none.</remarks>
public ref struct FrameReader(ReadOnlySpan<byte> frame)
{
    private ReadOnlySpan<byte> _rest = frame;

    /// <summary>A read ran past the end.</summary>
    public bool Failed { get; private set; }

    /// <summary>Everything was read and nothing was missing.</summary>
    public readonly bool Complete => !Failed && _rest.IsEmpty;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    public byte U8() => Take(1, out ReadOnlySpan<byte> bytes) ? bytes[0] : (byte)0;

    public ushort U16() => Take(2, out ReadOnlySpan<byte> bytes) ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public uint U32() => Take(4, out ReadOnlySpan<byte> bytes) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public ulong U64() => Take(8, out ReadOnlySpan<byte> bytes) ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    public Hash256 Hash() => Take(Hash256.Size, out ReadOnlySpan<byte> bytes) ? new Hash256(bytes) : default;

    public ReadOnlySpan<byte> Bytes(int length)
    {
        _ = Take(length, out ReadOnlySpan<byte> bytes);
        return bytes;
    }

    /// <summary>A 32-bit length, then that many bytes.</summary>
    public ReadOnlySpan<byte> Blob()
    {
        uint length = U32();
        if (length <= int.MaxValue) return Bytes((int)length);
        Failed = true;
        return default;
    }

    private bool Take(int length, out ReadOnlySpan<byte> bytes)
    {
        if (Failed || _rest.Length < length)
        {
            Failed = true;
            bytes = default;
            return false;
        }

        bytes = _rest[..length];
        _rest = _rest[length..];
        return true;
    }
}
