// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Consensus.Messages;

namespace FastLedger.Simulation;

/// <summary>Which view a message belongs to: partitions of Twins scenarios are per view.</summary>
public static class MessageViews
{
    /// <summary>The view in the message, or the sender's own for messages without one.</summary>
    public static ulong ViewOf(ReadOnlySpan<byte> message, ulong senderView)
    {
        switch ((MessageKind)message[0])
        {
            case MessageKind.Vote or MessageKind.FinalizeVote or MessageKind.Timeout:
                return BinaryPrimitives.ReadUInt64LittleEndian(message[MessagePrefix.Size..]);
            case MessageKind.Proposal:
                return BinaryPrimitives.ReadUInt64LittleEndian(message[(MessagePrefix.Size + 4 + 41)..]);
            case MessageKind.CertificateAnnounce:
                return BinaryPrimitives.ReadUInt64LittleEndian(message[(MessagePrefix.Size + 9)..]);
            case MessageKind.TimeoutCertificateAnnounce:
                return BinaryPrimitives.ReadUInt64LittleEndian(message[(MessagePrefix.Size + 8)..]);
            default:
                return senderView;
        }
    }
}
