// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Peers;

namespace FastLedger.Network.Peers;

/// <summary>What waits to be sent to one peer: a bounded ring of finished frames per priority.</summary>
/// <remarks>
/// A frame carries the number of the connection it was meant for where its sequence number will stand, so that nothing is sent on a later
/// one. Thread: any number of producers, one consumer. Alloc: none after construction. Blocks: no. The memory goes with the last
/// reference, because a producer may still hold one when the peer leaves the validator set.
/// </remarks>
internal sealed class PeerQueues(PeerNetworkOptions options)
{
    private const int Priorities = 3;
    private const int HeadBytes = ProtocolLimits.HeaderBytes + PeerMessageHead.Size;

    private readonly ByteRing[] _rings = [new(options.ConsensusQueueBytes), new(options.ControlQueueBytes), new(options.BulkQueueBytes)];

    /// <summary>Bytes that wait.</summary>
    public long UsedBytes => _rings[0].UsedBytes + _rings[1].UsedBytes + _rings[2].UsedBytes;

    /// <summary>Bytes that wait in the last priority, whose messages may be long.</summary>
    public long BulkBytes => _rings[(int)PeerPriority.Bulk].UsedBytes;

    /// <summary>Something waits, or is just being taken. Any thread.</summary>
    public bool HasAny => _rings[0].HasPublished || _rings[1].HasPublished || _rings[2].HasPublished;

    /// <summary>Queues a message.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(PeerPriority priority, ulong connection, ushort template, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        int bodyBytes = head.Length + body.Length;
        int frameBytes = (HeadBytes + bodyBytes + 7) & ~7;
        Invariant.Check(frameBytes <= ProtocolLimits.MaxPeerFrameBytes);
        Invariant.Check((TemplateId)template is >= PeerSession.FirstMessage and <= PeerSession.LastMessage);
        if (!_rings[(int)priority].TryClaim(frameBytes, out ByteRing.Entry entry)) return false;
        Span<byte> frame = entry.Payload;
        MemoryMarshal.AsRef<FrameHeader>(frame) = new FrameHeader
        {
            Length = (uint)frameBytes,
            EncodingType = FrameHeader.SbeLittleEndian,
            BlockLength = PeerMessageHead.Size,
            TemplateId = (TemplateId)template,
            SchemaId = Schema.Id,
            Version = Schema.Version,
            SeqNum = connection,
        };
        MemoryMarshal.AsRef<PeerMessageHead>(frame[ProtocolLimits.HeaderBytes..]) = new PeerMessageHead { BodyBytes = (uint)bodyBytes };
        head.CopyTo(frame[HeadBytes..]);
        body.CopyTo(frame[(HeadBytes + head.Length)..]);
        frame[(HeadBytes + bodyBytes)..].Clear();
        ByteRing.Publish(entry);
        return true;
    }

    /// <summary>The first frame of the first queue that has one. For the consumer.</summary>
    /// <param name="frame">The frame, in place.</param>
    /// <param name="ticket">For <see cref="Release"/>.</param>
    /// <returns>False when nothing waits.</returns>
    public bool TryPeek(out Span<byte> frame, out Ticket ticket)
    {
        for (int i = 0; i < Priorities; i++)
        {
            ulong position = _rings[i].Position;
            if (!_rings[i].TryRead(ref position, out ByteRing.Entry entry)) continue;
            frame = entry.Payload;
            ticket = new Ticket(i, position);
            return true;
        }

        frame = default;
        ticket = default;
        return false;
    }

    /// <summary>Gives the room of a frame back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(Ticket ticket) => _rings[ticket.Queue].Release(ticket.Position);

    /// <summary>Which frame was looked at.</summary>
    internal readonly record struct Ticket(int Queue, ulong Position);
}
