// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>q acknowledgements of one batch: at least f + 1 correct replicas store it, so a vote need not wait for it.</summary>
public readonly ref struct AvailabilityCertificateMessage
{
    public ulong Epoch { get; private init; }

    public BatchReference Batch { get; private init; }

    public UInt128 Signers { get; private init; }

    /// <summary>64 bytes per signer, in ascending order of validator index.</summary>
    public ReadOnlySpan<byte> Signatures { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, int validatorCount, out AvailabilityCertificateMessage certificate)
    {
        certificate = default;
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        BatchReference batch = BatchReference.Read(ref reader);
        int count = reader.U16();
        if (kind != MessageKind.AvailabilityCertificate || count != validatorCount
            || !SignerSet.TryRead(ref reader, validatorCount, out UInt128 signers)) return false;
        ReadOnlySpan<byte> signatures = reader.Bytes(SignerSet.Count(signers) * ISignatureScheme.SignatureSize);
        if (!reader.Complete) return false;
        certificate = new AvailabilityCertificateMessage { Epoch = epoch, Batch = batch, Signers = signers, Signatures = signatures };
        return true;
    }

    /// <summary>Writes everything but the signatures.</summary>
    public static void WriteHead(ref FrameWriter writer, ulong epoch, scoped in BatchReference batch, int validatorCount, UInt128 signers)
    {
        MessagePrefix.Write(ref writer, MessageKind.AvailabilityCertificate, epoch);
        batch.Write(ref writer);
        writer.U16(validatorCount);
        SignerSet.Write(ref writer, signers, validatorCount);
    }
}
