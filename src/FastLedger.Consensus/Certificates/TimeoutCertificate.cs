// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Certificates;

/// <summary>
/// A view over the encoding of a timeout certificate (DiemBFT v4): epoch, view, bitmap of signers, per signer the view of its
/// highest quorum certificate and its signature over (epoch, view, that view), then the one highest certificate.
/// </summary>
/// <remarks>
/// The views per signer are what makes forks accountable: each signer is bound to what it claimed to know.
/// Parsing checks the form only; <see cref="CertificateVerifier"/> checks meaning and signatures.
/// </remarks>
public readonly ref struct TimeoutCertificate
{
    private const int FixedSize = 8 + 8 + 2;

    /// <summary>The canonical encoding.</summary>
    public ReadOnlySpan<byte> Bytes { get; private init; }

    public ulong Epoch { get; private init; }

    public ulong View { get; private init; }

    public UInt128 Signers { get; private init; }

    /// <summary>8 bytes per signer, in ascending order of validator index.</summary>
    public ReadOnlySpan<byte> HighQcViews { get; private init; }

    /// <summary>64 bytes per signer, in ascending order of validator index.</summary>
    public ReadOnlySpan<byte> Signatures { get; private init; }

    /// <summary>The highest quorum certificate that any signer claimed.</summary>
    public BlockCertificate HighQc { get; private init; }

    /// <summary>Largest encoding in an epoch of <paramref name="validatorCount"/> validators.</summary>
    public static int MaxSize(int validatorCount) =>
        FixedSize + SignerSet.SizeBytes(validatorCount) + validatorCount * (8 + ISignatureScheme.SignatureSize)
        + BlockCertificate.MaxSize(validatorCount);

    /// <summary>The claimed view of the signer at <paramref name="position"/> among the signers.</summary>
    public ulong HighQcView(int position) => BinaryPrimitives.ReadUInt64LittleEndian(HighQcViews[(8 * position)..]);

    /// <summary>Reads a certificate that fills <paramref name="bytes"/> exactly.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int validatorCount, out TimeoutCertificate certificate)
    {
        var reader = new FrameReader(bytes);
        ulong epoch = reader.U64();
        ulong view = reader.U64();
        int count = reader.U16();
        certificate = default;
        if (reader.Failed || view is 0 or ulong.MaxValue || count != validatorCount
            || !SignerSet.TryRead(ref reader, validatorCount, out UInt128 signers)) return false;
        int signerCount = SignerSet.Count(signers);
        ReadOnlySpan<byte> views = reader.Bytes(8 * signerCount);
        ReadOnlySpan<byte> signatures = reader.Bytes(ISignatureScheme.SignatureSize * signerCount);
        if (reader.Failed || !BlockCertificate.TryRead(reader.Bytes(reader.Remaining), validatorCount, out BlockCertificate highQc)
            || highQc.Kind != CertificateKind.Quorum) return false;
        certificate = new TimeoutCertificate
        {
            Bytes = bytes,
            Epoch = epoch,
            View = view,
            Signers = signers,
            HighQcViews = views,
            Signatures = signatures,
            HighQc = highQc,
        };
        return true;
    }

    /// <summary>Writes the part before the views and signatures.</summary>
    public static void WriteHead(ref FrameWriter writer, ulong epoch, ulong view, int validatorCount, UInt128 signers)
    {
        writer.U64(epoch);
        writer.U64(view);
        writer.U16(validatorCount);
        SignerSet.Write(ref writer, signers, validatorCount);
    }

    /// <summary>Digest of the content that a block binds itself to: epoch, view and the highest certificate.</summary>
    public Hash256 ContentDigest(ISignatureScheme scheme)
    {
        Span<byte> buffer = stackalloc byte[24 + Hash256.Size];
        var writer = new FrameWriter(buffer);
        writer.U64(Epoch);
        writer.U64(View);
        writer.U64(HighQc.View);
        writer.Hash(HighQc.BlockId);
        return scheme.Digest(writer.Written);
    }
}
