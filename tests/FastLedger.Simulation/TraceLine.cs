// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Messages;

namespace FastLedger.Simulation;

/// <summary>A delivered message as a line that a human can read.</summary>
public static class TraceLine
{
    public static string Of(ulong timeNs, int from, int to, ReadOnlySpan<byte> message)
    {
        string body = (MessageKind)message[0] switch
        {
            MessageKind.Vote or MessageKind.FinalizeVote when VoteMessage.TryRead(message, out VoteMessage vote) =>
                $"view {vote.View} block {Short(vote.BlockId.ToString())}",
            MessageKind.StateVote when StateVoteMessage.TryRead(message, out StateVoteMessage state) => $"height {state.Commitment.Height}",
            MessageKind.BlockRequest when BlockRequestMessage.TryRead(message, out BlockRequestMessage request) =>
                $"tip {Short(request.Tip.ToString())} above height {request.CommittedHeight}",
            MessageKind.Proposal => $"view {MessageViews.ViewOf(message, 0)} {Proposal(message)}",
            MessageKind.Timeout or MessageKind.CertificateAnnounce or MessageKind.TimeoutCertificateAnnounce => $"view {MessageViews.ViewOf(message, 0)}",
            _ => $"{message.Length} bytes",
        };
        return $"{timeNs / 1000,9} µs  {from} → {to}  {(MessageKind)message[0]} {body}";
    }

    private static string Proposal(ReadOnlySpan<byte> message)
    {
        var reader = new Consensus.Encoding.FrameReader(message[MessagePrefix.Size..]);
        if (!BlockImage.TryRead(reader.Blob(), out BlockImage block)) return "unreadable";
        string id = Short(BlockHeader.IdOf(MockScheme.Instance, block.HeaderBytes).ToString());
        return $"block {id} height {block.Header.Height} on {Short(block.Header.ParentId.ToString())} of view {block.Header.ParentView}, {block.BatchCount} batches";
    }

    private static string Short(string id) => id[..8];
}
