// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Encoding;

/// <summary>Writes the canonical encodings: fixed width, little-endian, no padding.</summary>
/// <remarks>Thread: one. Alloc: none. The buffer must be large enough; running over it is a bug of the caller.</remarks>
public ref struct FrameWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    public void U8(byte value) => _buffer[Length++] = value;

    public void U16(int value)
    {
        Invariant.Check((uint)value <= ushort.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[Length..], (ushort)value);
        Length += 2;
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[Length..], value);
        Length += 4;
    }

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Length..], value);
        Length += 8;
    }

    public void Hash(scoped in Hash256 value) => Bytes(value.Bytes);

    public void Bytes(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(_buffer[Length..]);
        Length += value.Length;
    }

    /// <summary>A 32-bit length, then the bytes.</summary>
    public void Blob(scoped ReadOnlySpan<byte> value)
    {
        U32((uint)value.Length);
        Bytes(value);
    }

    /// <summary>Room for <paramref name="length"/> bytes that the caller fills.</summary>
    public Span<byte> Reserve(int length)
    {
        Span<byte> room = _buffer.Slice(Length, length);
        Length += length;
        return room;
    }
}
