// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using FastLedger.Domain.Sessions;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// What leaves: answers to batches, events to sessions, outcomes of handshakes.
internal sealed partial class ExecutionStage
{
    /// <summary>Events in one frame: half a megabyte.</summary>
    private const int MaxEventsPerFrame = 4096;

    private PendingReply[] _replies = new PendingReply[64];
    private int _pendingReplies;
    private bool _inBlock;

    /// <summary>Writes the answer to a batch; its proof is filled in when the block is done, because it needs all receipts.</summary>
    private void Reply(
        ConnectionId client, in CommandBatchHead batch, ReadOnlySpan<CommandResult> results, int failed, ulong height, long timestampNs, int leaves)
    {
        bool all = batch.ResultMode == ResultMode.All;
        int entries = all ? results.Length : failed;
        int leaf = _execution.Receipts.Count - 1;
        int proofLength = FrameWriter.LengthOf<ReceiptProofHead, PathNode>(ReceiptTree.PathLength(leaf, leaves));
        int length = proofLength + FrameWriter.LengthOf<BatchResultHead, CommandResult>(entries);
        if (!TryClaimEgress(EgressHead.Size + length, client, out ByteRing.Entry entry)) return;
        var writer = new FrameWriter(entry.Payload[(EgressHead.Size + proofLength)..]);
        writer.Begin(new BatchResultHead
        {
            Session = batch.Session,
            Count = (uint)results.Length,
            FirstNumber = batch.FirstNumber,
            LastNumber = batch.LastNumber,
            FirstSequence = results[0].Sequence,
            Height = height,
            TimestampNs = timestampNs,
            OkCount = (uint)(results.Length - failed),
            ResultMode = batch.ResultMode,
        });
        Span<CommandResult> group = writer.Group<CommandResult>(entries);
        if (all) results.CopyTo(group);
        else
        {
            int at = 0;
            foreach (ref readonly CommandResult result in results)
                if (result.Code != ResultCode.Ok) group[at++] = result;
        }

        writer.Complete(0, 0);
        EgressHead.In(entry.Payload) = new EgressHead { Height = height, Kind = EgressKind.BatchResult, Connection = client, FrameBytes = length };
        if (_pendingReplies == _replies.Length) Array.Resize(ref _replies, 2 * _replies.Length);
        _replies[_pendingReplies++] = new PendingReply(entry, height, leaf, leaves);
    }

    /// <summary>The block is done: the answers get their proofs and may leave when the block is certified.</summary>
    private void FinishReplies()
    {
        for (int i = 0; i < _pendingReplies; i++)
        {
            PendingReply reply = _replies[i];
            var writer = new FrameWriter(reply.Entry.Payload[EgressHead.Size..]);
            writer.Begin(new ReceiptProofHead
            {
                Height = reply.Height,
                LeafIndex = (uint)reply.Leaf,
                LeafCount = (uint)reply.Leaves,
                Receipt = _execution.Receipts[reply.Leaf],
            });
            int length = ReceiptTree.PathLength(reply.Leaf, reply.Leaves);
            Invariant.Check(_execution.Receipts.Path(reply.Leaf, writer.Group<PathNode>(length)) == length);
            writer.Complete(0, 0);
            ByteRing.Publish(reply.Entry);
        }

        _pendingReplies = 0;
    }

    /// <summary>Sends each session the events that concern it, in ledger order.</summary>
    private void SendEvents(ulong height, long timestampNs)
    {
        ReadOnlySpan<OrderEvent> events = _execution.Events;
        int sessions = 0;
        foreach (ref readonly OrderEvent e in events)
        {
            Count(e.Session, EventMode.Maker, ref sessions);
            if (e.TakerSession != e.Session) Count(e.TakerSession, EventMode.MakerAndTaker, ref sessions);
        }

        for (int i = 0; i < sessions; i++)
        {
            uint session = _eventSessions[i];
            int left = _eventCountOf[session];
            _eventCountOf[session] = 0;
            for (int from = 0; left > 0 && from >= 0;)
            {
                int count = Math.Min(left, MaxEventsPerFrame);
                from = SendEvents(session, events, from, count, height, timestampNs);
                left -= count;
            }
        }
    }

    private void Count(uint session, EventMode least, ref int sessions)
    {
        if (session == SystemSession || _connectionOf[session].IsNone || _eventModeOf[session] < least) return;
        if (_eventCountOf[session]++ == 0) _eventSessions[sessions++] = session;
    }

    private int SendEvents(uint session, ReadOnlySpan<OrderEvent> events, int from, int count, ulong height, long timestampNs)
    {
        int length = FrameWriter.LengthOf<OrderEventsHead, OrderEvent>(count);
        if (!TryClaimEgress(EgressHead.Size + length, _connectionOf[session], out ByteRing.Entry entry)) return -1;
        var writer = new FrameWriter(entry.Payload[EgressHead.Size..]);
        writer.Begin(new OrderEventsHead { Session = session, Height = height, TimestampNs = timestampNs });
        Span<OrderEvent> group = writer.Group<OrderEvent>(count);
        bool taker = _eventModeOf[session] >= EventMode.MakerAndTaker;
        int at = from;
        for (int filled = 0; filled < count; at++)
            if (events[at].Session == session || (taker && events[at].TakerSession == session)) group[filled++] = events[at];
        writer.Complete(0, 0);
        PublishFrame(entry, _connectionOf[session], length, height);
        return at;
    }

    private static void PublishFrame(ByteRing.Entry entry, ConnectionId connection, int length, ulong height)
    {
        EgressHead.In(entry.Payload) = new EgressHead { Height = height, Kind = EgressKind.Frame, Connection = connection, FrameBytes = length };
        ByteRing.Publish(entry);
    }

    private void PublishOutcome(EgressKind kind, ConnectionId connection, ResultCode code, ulong value)
    {
        if (!TryClaimEgress(EgressHead.Size, connection, out ByteRing.Entry entry)) return;
        EgressHead.In(entry.Payload) = new EgressHead { Kind = kind, Connection = connection, Code = code, Value = value };
        ByteRing.Publish(entry);
    }

    /// <summary>
    /// Takes room in the egress ring, and waits for it while answers of earlier blocks can still leave. A block whose own answers fill the
    /// ring would wait for itself: then the client is cut off instead, and asks again.
    /// </summary>
    private bool TryClaimEgress(int bytes, ConnectionId connection, out ByteRing.Entry entry)
    {
        for (int spin = 0; !_egress.TryClaim(bytes, out entry); spin++)
        {
            if (_aborted) throw new OperationCanceledException("The replica was stopped by a fault.");
            if (bytes > _egress.MaxPayload || (_inBlock && _egress.Position >= _egressAtBlock))
            {
                _connections.Find(connection)?.End(ResultCode.Overloaded);
                return false;
            }

            _consensusBell.Ring();
            if (spin < 16) Thread.Yield();
            else Thread.Sleep(1);
        }

        return true;
    }

    private void Answer(ByteRing.Entry entry)
    {
        ref IngressHead head = ref IngressHead.In(entry.Payload);
        switch (head.Kind)
        {
            case IngressKind.LookUp:
                uint found = FindSession(head.Digest);
                PublishOutcome(EgressKind.Handshake, head.Connection, ResultCode.Ok, found);
                break;
            case IngressKind.Open:
                ConnectionId previous = _connectionOf[head.Session];
                if (!previous.IsNone && previous != head.Connection) PublishOutcome(EgressKind.TakenOver, previous, ResultCode.SessionTakenOver, 0);
                _connectionOf[head.Session] = head.Connection;
                _eventModeOf[head.Session] = head.EventMode;
                PublishOutcome(EgressKind.Handshake, head.Connection, ResultCode.Ok, _ledger.Sessions[head.Session].LastNumber + 1);
                break;
            case IngressKind.Closed:
                if (_connectionOf[head.Session] == head.Connection) _connectionOf[head.Session] = ConnectionId.None;
                break;
            default:
                AnswerQuery(head, entry.Payload[IngressHead.Size..]);
                break;
        }
    }

    private uint FindSession(in Hash256 key)
    {
        uint session = _ledger.SessionByKey.Find(Domain.Ledger.KeyId(key));
        return session != 0 && _ledger.Sessions[session].Key == key ? session : 0;
    }

    private ref readonly SessionRecord SessionOf(uint number) => ref _ledger.Sessions[number];

    private readonly record struct PendingReply(ByteRing.Entry Entry, ulong Height, int Leaf, int Leaves);
}
