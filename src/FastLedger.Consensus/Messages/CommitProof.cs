// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// Self-contained proof that a block is committed: the block's header, the headers of descendants up to a certified one, and
/// that certificate. A finality certificate commits the last header and so all before it; a quorum certificate commits the
/// header before the last when their views are consecutive (the 2-chain rule), and so all before that.
/// </summary>
public readonly ref struct CommitProof
{
    /// <summary>The committed block's header.</summary>
    public BlockHeader Header { get; private init; }

    /// <summary>The committed block's id.</summary>
    public Hash256 BlockId { get; private init; }

    /// <summary>The certificate that commits it.</summary>
    public BlockCertificate Certificate { get; private init; }

    /// <summary>Writes the part before the headers and the certificate.</summary>
    public static void WriteHead(ref FrameWriter writer, CertificateKind kind, int headers)
    {
        writer.U8((byte)kind);
        writer.U16(headers);
    }

    /// <summary>
    /// Reads a proof and checks that headers and certificate belong together. The certificate's signatures are the caller's to
    /// verify.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int validatorCount, ISignatureScheme scheme, out CommitProof proof)
    {
        proof = default;
        var reader = new FrameReader(bytes);
        var kind = (CertificateKind)reader.U8();
        int count = reader.U16();
        if (reader.Failed || count < (kind == CertificateKind.Quorum ? 2 : 1)) return false;

        BlockHeader committed = default, last = default;
        Hash256 committedId = default, lastId = default;
        bool consecutive = false;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> headerBytes = reader.Bytes(BlockHeader.Size);
            var headerReader = new FrameReader(headerBytes);
            if (!BlockHeader.TryRead(ref headerReader, out BlockHeader header)) return false;
            if (i > 0)
            {
                if (header.ParentId != lastId || header.ParentView != last.View || header.Epoch != last.Epoch) return false;
                consecutive = header.View == last.View + 1;
            }

            last = header;
            lastId = BlockHeader.IdOf(scheme, headerBytes);
            if (i > 0) continue;
            committed = header;
            committedId = lastId;
        }

        if (!BlockCertificate.TryRead(reader.Bytes(reader.Remaining), validatorCount, out BlockCertificate certificate)
            || certificate.Kind != kind || certificate.Epoch != last.Epoch || certificate.View != last.View || certificate.BlockId != lastId
            || (kind == CertificateKind.Quorum && !consecutive))
        {
            return false;
        }

        proof = new CommitProof { Header = committed, BlockId = committedId, Certificate = certificate };
        return true;
    }
}
