// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Certificates;

/// <summary>The verified timeouts of one view: one per voter, with the highest certificate that any of them carried.</summary>
/// <remarks>Thread: one. Alloc: at construction.</remarks>
public sealed class TimeoutSet(int capacity)
{
    private readonly byte[] _signatures = new byte[capacity * ISignatureScheme.SignatureSize];
    private readonly ulong[] _highQcViews = new ulong[capacity];
    private readonly CertificateBuffer _highQc = new();

    /// <summary>Voters whose timeout is here.</summary>
    public UInt128 Voters { get; private set; }

    /// <summary>How many timeouts are here.</summary>
    public int Count => SignerSet.Count(Voters);

    public void Clear()
    {
        Voters = 0;
        _highQc.Clear();
    }

    /// <summary>What <paramref name="voter"/> claimed as the view of its highest certificate.</summary>
    public bool TryGet(int voter, out ulong highQcView, out ReadOnlySpan<byte> signature)
    {
        bool present = (Voters >> voter & 1) != 0;
        highQcView = present ? _highQcViews[voter] : 0;
        signature = present ? SignatureOf(voter) : default;
        return present;
    }

    /// <summary>Files a verified timeout of a voter that has none here.</summary>
    public void Add(int voter, in BlockCertificate highQc, ReadOnlySpan<byte> signature, int validatorCount)
    {
        Invariant.Check((Voters >> voter & 1) == 0);
        _highQcViews[voter] = highQc.View;
        signature.CopyTo(_signatures.AsSpan(voter * ISignatureScheme.SignatureSize));
        if (_highQc.IsEmpty || highQc.View > _highQc.View) _highQc.CopyFrom(highQc, validatorCount);
        Voters |= UInt128.One << voter;
    }

    /// <summary>Writes the certificate of all timeouts that are here.</summary>
    public void WriteCertificate(ref FrameWriter writer, ulong epoch, ulong view, int validatorCount)
    {
        TimeoutCertificate.WriteHead(ref writer, epoch, view, validatorCount, Voters);
        for (UInt128 rest = Voters; rest != 0; rest &= rest - 1) writer.U64(_highQcViews[SignerSet.First(rest)]);
        for (UInt128 rest = Voters; rest != 0; rest &= rest - 1) writer.Bytes(SignatureOf(SignerSet.First(rest)));
        writer.Bytes(_highQc.Bytes);
    }

    private ReadOnlySpan<byte> SignatureOf(int voter) =>
        _signatures.AsSpan(voter * ISignatureScheme.SignatureSize, ISignatureScheme.SignatureSize);
}
