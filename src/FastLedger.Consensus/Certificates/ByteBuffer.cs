// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Consensus.Certificates;

/// <summary>Bytes kept in memory that is reused: a message, a proof, a timeout certificate.</summary>
/// <remarks>Alloc: grows to the longest content it has held, then nothing.</remarks>
public sealed class ByteBuffer
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void CopyFrom(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length < bytes.Length) _bytes = new byte[Math.Max(bytes.Length, 2 * _bytes.Length)];
        bytes.CopyTo(_bytes);
        Length = bytes.Length;
    }
}
