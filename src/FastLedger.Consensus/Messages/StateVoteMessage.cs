// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>A signed state commitment: prefix, commitment, voter, signature.</summary>
public readonly ref struct StateVoteMessage
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = MessagePrefix.Size + StateCommitment.Size + 2 + ISignatureScheme.SignatureSize;

    public ulong Epoch { get; private init; }

    public StateCommitment Commitment { get; private init; }

    /// <summary>Validator index.</summary>
    public ushort Voter { get; private init; }

    public ReadOnlySpan<byte> Signature { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, out StateVoteMessage vote)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        vote = new StateVoteMessage
        {
            Epoch = epoch,
            Commitment = StateCommitment.Read(ref reader),
            Voter = reader.U16(),
            Signature = reader.Bytes(ISignatureScheme.SignatureSize),
        };
        return reader.Complete && kind == MessageKind.StateVote;
    }

    public static void Write(ref FrameWriter writer, ulong epoch, scoped in StateCommitment commitment, int voter, scoped ReadOnlySpan<byte> signature)
    {
        MessagePrefix.Write(ref writer, MessageKind.StateVote, epoch);
        commitment.Write(ref writer);
        writer.U16(voter);
        writer.Bytes(signature);
    }
}
