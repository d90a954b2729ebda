// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// Asks for blocks above <paramref name="CommittedHeight"/>: the uncommitted chain that ends in <paramref name="Tip"/>, or, when
/// the tip is zero or the receiver has committed more, committed blocks.
/// </summary>
/// <param name="Epoch">The sender's epoch.</param>
/// <param name="Tip">Id of the newest block wanted, or zero.</param>
/// <param name="CommittedHeight">Newest height the sender has committed.</param>
public readonly record struct BlockRequestMessage(ulong Epoch, Hash256 Tip, ulong CommittedHeight)
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = MessagePrefix.Size + Hash256.Size + 8;

    public static bool TryRead(ReadOnlySpan<byte> message, out BlockRequestMessage request)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        request = new BlockRequestMessage(epoch, reader.Hash(), reader.U64());
        return reader.Complete && kind == MessageKind.BlockRequest;
    }

    public void Write(ref FrameWriter writer)
    {
        MessagePrefix.Write(ref writer, MessageKind.BlockRequest, Epoch);
        writer.Hash(Tip);
        writer.U64(CommittedHeight);
    }
}
