// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Messages;

/// <summary>A vote or a finalize vote: prefix, view, block id, voter, signature.</summary>
public readonly ref struct VoteMessage
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = MessagePrefix.Size + 8 + Hash256.Size + 2 + ISignatureScheme.SignatureSize;

    public MessageKind Kind { get; private init; }

    public ulong Epoch { get; private init; }

    public ulong View { get; private init; }

    public Hash256 BlockId { get; private init; }

    /// <summary>Validator index.</summary>
    public ushort Voter { get; private init; }

    public ReadOnlySpan<byte> Signature { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, out VoteMessage vote)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        vote = new VoteMessage
        {
            Kind = kind,
            Epoch = epoch,
            View = reader.U64(),
            BlockId = reader.Hash(),
            Voter = reader.U16(),
            Signature = reader.Bytes(ISignatureScheme.SignatureSize),
        };
        return reader.Complete && kind is (MessageKind.Vote or MessageKind.FinalizeVote) && vote.View is > 0 and < ulong.MaxValue;
    }

    public static void Write(
        ref FrameWriter writer, MessageKind kind, ulong epoch, ulong view, scoped in Hash256 block, int voter, scoped ReadOnlySpan<byte> signature)
    {
        MessagePrefix.Write(ref writer, kind, epoch);
        writer.U64(view);
        writer.Hash(block);
        writer.U16(voter);
        writer.Bytes(signature);
    }
}
