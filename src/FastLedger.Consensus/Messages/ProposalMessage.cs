// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// A proposal: prefix, block (header and body), justification, optional timeout certificate, availability certificates of
/// batches, the proposer's signature, which is its vote (Flow).
/// </summary>
public readonly ref struct ProposalMessage
{
    public ulong Epoch { get; private init; }

    public BlockImage Block { get; private init; }

    public BlockCertificate Justify { get; private init; }

    /// <summary>True when the message carries a timeout certificate.</summary>
    public bool HasEntry { get; private init; }

    public TimeoutCertificate Entry { get; private init; }

    /// <summary>Concatenated blobs, each an <see cref="MessageKind.AvailabilityCertificate"/> message.</summary>
    public ReadOnlySpan<byte> Availability { get; private init; }

    public ReadOnlySpan<byte> Signature { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, int validatorCount, out ProposalMessage proposal)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        ReadOnlySpan<byte> blockBytes = reader.Blob();
        ReadOnlySpan<byte> justifyBytes = reader.Blob();
        ReadOnlySpan<byte> entryBytes = reader.Blob();
        ReadOnlySpan<byte> availability = reader.Blob();
        ReadOnlySpan<byte> signature = reader.Bytes(ISignatureScheme.SignatureSize);
        proposal = default;
        if (!reader.Complete || kind != MessageKind.Proposal || !BlockImage.TryRead(blockBytes, out BlockImage block)
            || block.Header.Epoch != epoch
            || !BlockCertificate.TryRead(justifyBytes, validatorCount, out BlockCertificate justify) || justify.Kind != CertificateKind.Quorum)
        {
            return false;
        }

        TimeoutCertificate entry = default;
        if (!entryBytes.IsEmpty && !TimeoutCertificate.TryRead(entryBytes, validatorCount, out entry)) return false;
        proposal = new ProposalMessage
        {
            Epoch = epoch,
            Block = block,
            Justify = justify,
            HasEntry = !entryBytes.IsEmpty,
            Entry = entry,
            Availability = availability,
            Signature = signature,
        };
        return true;
    }

    /// <summary>Writes everything but the signature, which takes the last 64 bytes.</summary>
    public static void WriteUnsigned(
        ref FrameWriter writer, ulong epoch, scoped ReadOnlySpan<byte> block, scoped ReadOnlySpan<byte> justify, scoped ReadOnlySpan<byte> entry,
        scoped ReadOnlySpan<byte> availability)
    {
        MessagePrefix.Write(ref writer, MessageKind.Proposal, epoch);
        writer.Blob(block);
        writer.Blob(justify);
        writer.Blob(entry);
        writer.Blob(availability);
    }
}
