// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>q signatures over one state commitment: what clients and auditors check, and the anchor of state sync.</summary>
public readonly ref struct StateCertificateMessage
{
    public ulong Epoch { get; private init; }

    public StateCommitment Commitment { get; private init; }

    public UInt128 Signers { get; private init; }

    /// <summary>64 bytes per signer, in ascending order of validator index.</summary>
    public ReadOnlySpan<byte> Signatures { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, int validatorCount, out StateCertificateMessage certificate)
    {
        certificate = default;
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        StateCommitment commitment = StateCommitment.Read(ref reader);
        int count = reader.U16();
        if (kind != MessageKind.StateCertificate || count != validatorCount
            || !SignerSet.TryRead(ref reader, validatorCount, out UInt128 signers)) return false;
        ReadOnlySpan<byte> signatures = reader.Bytes(SignerSet.Count(signers) * ISignatureScheme.SignatureSize);
        if (!reader.Complete) return false;
        certificate = new StateCertificateMessage { Epoch = epoch, Commitment = commitment, Signers = signers, Signatures = signatures };
        return true;
    }

    /// <summary>What was signed, in a message that was verified before.</summary>
    public static bool TryReadCommitment(ReadOnlySpan<byte> message, out StateCommitment commitment)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out _);
        commitment = StateCommitment.Read(ref reader);
        return kind == MessageKind.StateCertificate && !reader.Failed;
    }

    /// <summary>Writes everything but the signatures.</summary>
    public static void WriteHead(ref FrameWriter writer, ulong epoch, scoped in StateCommitment commitment, int validatorCount, UInt128 signers)
    {
        MessagePrefix.Write(ref writer, MessageKind.StateCertificate, epoch);
        commitment.Write(ref writer);
        writer.U16(validatorCount);
        SignerSet.Write(ref writer, signers, validatorCount);
    }
}
