// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Certificates;

/// <summary>Holds one block certificate in memory that is reused for the next.</summary>
/// <remarks>Alloc: grows to the largest certificate it has held, then nothing.</remarks>
public sealed class CertificateBuffer
{
    private byte[] _bytes = [];
    private int _validatorCount;

    /// <summary>Encoded size; 0 when the buffer holds nothing.</summary>
    public int Length { get; private set; }

    public bool IsEmpty => Length == 0;

    public ulong View { get; private set; }

    public Hash256 BlockId { get; private set; }

    /// <summary>The encoding.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>The certificate; the buffer must hold one.</summary>
    public BlockCertificate Value
    {
        get
        {
            Invariant.Check(BlockCertificate.TryRead(Bytes, _validatorCount, out BlockCertificate certificate));
            return certificate;
        }
    }

    public void Clear()
    {
        Length = 0;
        View = 0;
        BlockId = default;
    }

    public void CopyFrom(in BlockCertificate certificate, int validatorCount)
    {
        Length = certificate.Bytes.Length;
        if (_bytes.Length < Length) _bytes = new byte[Math.Max(Length, BlockCertificate.MaxSize(validatorCount))];
        certificate.Bytes.CopyTo(_bytes);
        _validatorCount = validatorCount;
        View = certificate.View;
        BlockId = certificate.BlockId;
    }
}
