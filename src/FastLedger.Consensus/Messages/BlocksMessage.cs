// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// Consecutive blocks, oldest first: an uncommitted chain (no proof), or committed blocks whose newest one the proof covers.
/// A receiver checks hashes from the newest back, so only one certificate is verified per message.
/// </summary>
public readonly ref struct BlocksMessage
{
    /// <summary>Most blocks of one message.</summary>
    public const int MaxBlocks = 64;

    public MessageKind Kind { get; private init; }

    public ulong Epoch { get; private init; }

    /// <summary>An encoded <see cref="CommitProof"/> of the newest block; empty in an uncommitted chain.</summary>
    public ReadOnlySpan<byte> Commit { get; private init; }

    /// <summary>Blobs, each a block.</summary>
    public ReadOnlySpan<byte> Blocks { get; private init; }

    public static bool TryRead(ReadOnlySpan<byte> message, out BlocksMessage blocks)
    {
        var reader = new FrameReader(message);
        MessageKind kind = MessagePrefix.Read(ref reader, out ulong epoch);
        blocks = new BlocksMessage { Kind = kind, Epoch = epoch, Commit = reader.Blob(), Blocks = reader.Blob() };
        return reader.Complete && (kind == MessageKind.BlockChain ? blocks.Commit.IsEmpty : kind == MessageKind.CommittedBlocks && !blocks.Commit.IsEmpty);
    }

    /// <summary>Writes the message around blocks that are encoded already.</summary>
    public static void Write(ref FrameWriter writer, ulong epoch, scoped ReadOnlySpan<byte> commit, scoped ReadOnlySpan<byte> blocks)
    {
        MessagePrefix.Write(ref writer, commit.IsEmpty ? MessageKind.BlockChain : MessageKind.CommittedBlocks, epoch);
        writer.Blob(commit);
        writer.Blob(blocks);
    }
}
