// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Certificates;

/// <summary>
/// A view over the encoding of a quorum or finality certificate: kind, epoch, view, block id, bitmap of signers, one Ed25519
/// signature per signer. The certificate of an epoch's genesis has view 0 and no signers.
/// </summary>
/// <remarks>Parsing checks the form only; <see cref="CertificateVerifier"/> checks the signatures.</remarks>
public readonly ref struct BlockCertificate
{
    private const int FixedSize = 1 + 8 + 8 + Hash256.Size + 2;

    /// <summary>The canonical encoding.</summary>
    public ReadOnlySpan<byte> Bytes { get; private init; }

    public CertificateKind Kind { get; private init; }

    public ulong Epoch { get; private init; }

    public ulong View { get; private init; }

    public Hash256 BlockId { get; private init; }

    public UInt128 Signers { get; private init; }

    /// <summary>64 bytes per signer, in ascending order of validator index.</summary>
    public ReadOnlySpan<byte> Signatures { get; private init; }

    /// <summary>Encoded size with <paramref name="signerCount"/> signers.</summary>
    public static int SizeOf(int validatorCount, int signerCount) =>
        FixedSize + SignerSet.SizeBytes(validatorCount) + signerCount * ISignatureScheme.SignatureSize;

    /// <summary>Largest encoding in an epoch of <paramref name="validatorCount"/> validators.</summary>
    public static int MaxSize(int validatorCount) => SizeOf(validatorCount, validatorCount);

    /// <summary>Reads a certificate that fills <paramref name="bytes"/> exactly.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int validatorCount, out BlockCertificate certificate)
    {
        var reader = new FrameReader(bytes);
        byte kind = reader.U8();
        ulong epoch = reader.U64();
        ulong view = reader.U64();
        Hash256 blockId = reader.Hash();
        int count = reader.U16();
        certificate = default;
        if (reader.Failed || kind is not (1 or 2) || view == ulong.MaxValue || count != validatorCount
            || !SignerSet.TryRead(ref reader, validatorCount, out UInt128 signers)
            || reader.Remaining != SignerSet.Count(signers) * ISignatureScheme.SignatureSize)
        {
            return false;
        }

        certificate = new BlockCertificate
        {
            Bytes = bytes,
            Kind = (CertificateKind)kind,
            Epoch = epoch,
            View = view,
            BlockId = blockId,
            Signers = signers,
            Signatures = reader.Bytes(reader.Remaining),
        };
        return true;
    }

    /// <summary>Writes a certificate; the caller then writes one signature per signer.</summary>
    public static void WriteHead(
        ref FrameWriter writer, CertificateKind kind, ulong epoch, ulong view, scoped in Hash256 blockId, int validatorCount, UInt128 signers)
    {
        writer.U8((byte)kind);
        writer.U64(epoch);
        writer.U64(view);
        writer.Hash(blockId);
        writer.U16(validatorCount);
        SignerSet.Write(ref writer, signers, validatorCount);
    }

    /// <summary>The view of an encoded certificate whose form is known to be right.</summary>
    public static ulong ViewOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[9..]);

    /// <summary>Digest of the content (epoch, view, block), which every valid signer set shares.</summary>
    public static Hash256 ContentDigest(ISignatureScheme scheme, ulong epoch, ulong view, in Hash256 blockId)
    {
        Span<byte> buffer = stackalloc byte[16 + Hash256.Size];
        var writer = new FrameWriter(buffer);
        writer.U64(epoch);
        writer.U64(view);
        writer.Hash(blockId);
        return scheme.Digest(writer.Written);
    }
}
