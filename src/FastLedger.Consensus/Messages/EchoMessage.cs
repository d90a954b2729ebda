// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// What the sender remembers of the receiver's own newest vote and timeout. A replica that started from an old copy of its
/// journal finds its signature under something it does not remember, and stops signing.
/// </summary>
public readonly ref struct EchoMessage
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = MessagePrefix.Size + 8 + Hash256.Size + ISignatureScheme.SignatureSize + 8 + 8 + ISignatureScheme.SignatureSize;

    public ulong Epoch { get; private init; }

    /// <summary>View of the vote; 0 for none.</summary>
    public ulong VoteView { get; private init; }

    public Hash256 VoteBlock { get; private init; }

    public ReadOnlySpan<byte> VoteSignature { get; private init; }

    /// <summary>View of the timeout; 0 for none.</summary>
    public ulong TimeoutView { get; private init; }

    public ulong TimeoutHighQcView { get; private init; }

    public ReadOnlySpan<byte> TimeoutSignature { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, out EchoMessage echo)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        echo = new EchoMessage
        {
            Epoch = epoch,
            VoteView = reader.U64(),
            VoteBlock = reader.Hash(),
            VoteSignature = reader.Bytes(ISignatureScheme.SignatureSize),
            TimeoutView = reader.U64(),
            TimeoutHighQcView = reader.U64(),
            TimeoutSignature = reader.Bytes(ISignatureScheme.SignatureSize),
        };
        return reader.Complete && kind == MessageKind.Echo && (echo.VoteView | echo.TimeoutView) != 0;
    }

    public static void Write(
        ref FrameWriter writer, ulong epoch, ulong voteView, scoped in Hash256 voteBlock, scoped ReadOnlySpan<byte> voteSignature,
        ulong timeoutView, ulong timeoutHighQcView, scoped ReadOnlySpan<byte> timeoutSignature)
    {
        MessagePrefix.Write(ref writer, MessageKind.Echo, epoch);
        writer.U64(voteView);
        writer.Hash(voteBlock);
        Fill(ref writer, voteSignature);
        writer.U64(timeoutView);
        writer.U64(timeoutHighQcView);
        Fill(ref writer, timeoutSignature);
    }

    private static void Fill(ref FrameWriter writer, scoped ReadOnlySpan<byte> signature)
    {
        Span<byte> room = writer.Reserve(ISignatureScheme.SignatureSize);
        room.Clear();
        signature.CopyTo(room);
    }
}
