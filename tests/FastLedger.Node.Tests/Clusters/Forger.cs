// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading;
using FastLedger.Consensus;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;
using FastLedger.Node.Cluster;
using FastLedger.Primitives;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>
/// The bad half of a replica whose operator has its key: it signs a second statement beside each vote and state vote, shows different blocks to
/// different peers, keeps its batches to itself, and garbles what peers that are behind ask it for.
/// </summary>
internal sealed class Forger(SigningKey key, int self, Hash256 chainId)
{
    private int _doubled, _withheld, _garbled;

    /// <summary>Statements that contradict another one.</summary>
    public int Doubled => Volatile.Read(ref _doubled);

    /// <summary>Batches not sent.</summary>
    public int Withheld => Volatile.Read(ref _withheld);

    /// <summary>Answers to peers that were changed.</summary>
    public int Garbled => Volatile.Read(ref _garbled);

    /// <summary>What this replica says to one of its peers instead of what it should.</summary>
    public FrameRewriter Towards(int peer) => (template, body) =>
    {
        switch (template)
        {
            case PeerTemplate.Batch when peer != self + 1:
                Interlocked.Increment(ref _withheld);
                return [];
            case PeerTemplate.FetchedBatch:
                Interlocked.Increment(ref _garbled);
                return [Garble(body)];
            case PeerTemplate.Consensus:
                return Rewrite(peer, body);
            default:
                return [body];
        }
    };

    /// <summary>The other block of a forked pair.</summary>
    private static Hash256 Other(in Hash256 id)
    {
        byte[] bytes = id.Bytes.ToArray();
        bytes[0] ^= 1;
        return new Hash256(bytes);
    }

    private static byte[] Garble(byte[] body)
    {
        byte[] changed = (byte[])body.Clone();
        changed[8 + (BinaryPrimitives.ReadInt32LittleEndian(body) / 2)] ^= 1;
        return changed;
    }

    private static byte[] Framed(ReadOnlySpan<byte> message)
    {
        byte[] body = new byte[(8 + message.Length + 7) & ~7];
        BinaryPrimitives.WriteInt32LittleEndian(body, message.Length);
        message.CopyTo(body.AsSpan(8));
        return body;
    }

    private IReadOnlyList<byte[]> Rewrite(int peer, byte[] body)
    {
        ReadOnlySpan<byte> message = body.AsSpan(8, BinaryPrimitives.ReadInt32LittleEndian(body));
        switch (MessagePrefix.Peek(message, out _))
        {
            case MessageKind.Vote or MessageKind.FinalizeVote when VoteMessage.TryRead(message, out VoteMessage vote):
                return Beside(body, SecondVote(vote));
            case MessageKind.StateVote when StateVoteMessage.TryRead(message, out StateVoteMessage vote):
                return Beside(body, SecondStateVote(vote));
            case MessageKind.Proposal:
                byte[] second = SecondProposal(message);
                return peer % 2 == 0 ? Beside(body, second) : Beside(Framed(second), message.ToArray());
            case MessageKind.CommittedBlocks or MessageKind.BlockChain or MessageKind.SyncInfo:
                Interlocked.Increment(ref _garbled);
                return [Garble(body)];
            default:
                return [body];
        }
    }

    private IReadOnlyList<byte[]> Beside(byte[] first, byte[] second)
    {
        Interlocked.Increment(ref _doubled);
        return [first, Framed(second)];
    }

    private byte[] SecondVote(in VoteMessage vote)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize], signature = stackalloc byte[ISignatureScheme.SignatureSize];
        Hash256 other = Other(vote.BlockId);
        key.Sign(
            vote.Kind == MessageKind.Vote ? Statement.Vote(buffer, chainId, vote.Epoch, vote.View, other) : Statement.Finalize(buffer, chainId, vote.Epoch, vote.View, other),
            signature);
        byte[] message = new byte[VoteMessage.Size];
        var writer = new FrameWriter(message);
        VoteMessage.Write(ref writer, vote.Kind, vote.Epoch, vote.View, other, vote.Voter, signature);
        return message;
    }

    private byte[] SecondStateVote(in StateVoteMessage vote)
    {
        Span<byte> buffer = stackalloc byte[Statement.MaxSize], signature = stackalloc byte[ISignatureScheme.SignatureSize];
        StateCommitment other = vote.Commitment with { StateRoot = Other(vote.Commitment.StateRoot) };
        key.Sign(Statement.State(buffer, chainId, vote.Epoch, other), signature);
        byte[] message = new byte[StateVoteMessage.Size];
        var writer = new FrameWriter(message);
        StateVoteMessage.Write(ref writer, vote.Epoch, other, vote.Voter, signature);
        return message;
    }

    /// <summary>The same block a nanosecond later.</summary>
    private byte[] SecondProposal(ReadOnlySpan<byte> message)
    {
        var reader = new FrameReader(message);
        _ = MessagePrefix.Read(ref reader, out ulong epoch);
        ReadOnlySpan<byte> image = reader.Blob(), justify = reader.Blob(), entry = reader.Blob(), availability = reader.Blob();
        Invariant.Check(BlockImage.TryRead(image, out BlockImage block));
        BlockHeader header = block.Header;
        header.TimestampNs++;
        byte[] other = image.ToArray();
        var head = new FrameWriter(other);
        header.Write(ref head);
        byte[] forged = new byte[message.Length];
        var writer = new FrameWriter(forged);
        ProposalMessage.WriteUnsigned(ref writer, epoch, other, justify, entry, availability);
        Span<byte> buffer = stackalloc byte[Statement.MaxSize];
        key.Sign(Statement.Vote(buffer, chainId, epoch, header.View, BlockHeader.IdOf(Ed25519Scheme.Instance, other.AsSpan(0, BlockHeader.Size))), writer.Reserve(ISignatureScheme.SignatureSize));
        return forged;
    }
}
