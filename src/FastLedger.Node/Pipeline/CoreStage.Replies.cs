// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Sessions;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// What leaves: answers to batches, events to sessions, outcomes of handshakes.
internal sealed partial class CoreStage
{
    /// <summary>Events in one frame: half a megabyte.</summary>
    private const int MaxEventsPerFrame = 4096;

    private void Reply(in IngressHead head, in CommandBatchHead batch, ReadOnlySpan<CommandResult> results, int failed, long timestampNs)
    {
        bool all = batch.ResultMode == ResultMode.All;
        int entries = all ? results.Length : failed;
        var block = new BatchResultHead
        {
            Session = head.Session,
            Count = (uint)results.Length,
            FirstNumber = batch.FirstNumber,
            LastNumber = batch.LastNumber,
            FirstSequence = results[0].Sequence,
            Height = _ledger.Height + 1,
            TimestampNs = timestampNs,
            OkCount = (uint)(results.Length - failed),
            ResultMode = batch.ResultMode,
        };
        int length = FrameWriter.LengthOf<BatchResultHead, CommandResult>(entries);
        ByteRing.Entry entry = ClaimEgress(EgressHead.Size + length);
        var writer = new FrameWriter(entry.Payload[EgressHead.Size..]);
        writer.Begin(in block);
        Span<CommandResult> group = writer.Group<CommandResult>(entries);
        if (all) results.CopyTo(group);
        else
        {
            int at = 0;
            foreach (ref readonly CommandResult result in results)
                if (result.Code != ResultCode.Ok) group[at++] = result;
        }

        writer.Complete(0, 0);
        PublishFrame(entry, EgressKind.BatchResult, head.Connection, length);
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
            for (int from = 0; left > 0;)
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
        ByteRing.Entry entry = ClaimEgress(EgressHead.Size + length);
        var writer = new FrameWriter(entry.Payload[EgressHead.Size..]);
        writer.Begin(new OrderEventsHead { Session = session, Height = height, TimestampNs = timestampNs });
        Span<OrderEvent> group = writer.Group<OrderEvent>(count);
        bool taker = _eventModeOf[session] >= EventMode.MakerAndTaker;
        int at = from;
        for (int filled = 0; filled < count; at++)
            if (events[at].Session == session || (taker && events[at].TakerSession == session)) group[filled++] = events[at];
        writer.Complete(0, 0);
        PublishFrame(entry, EgressKind.Frame, _connectionOf[session], length);
        return at;
    }

    private void PublishFrame(ByteRing.Entry entry, EgressKind kind, ConnectionId connection, int length)
    {
        EgressHead.In(entry.Payload) = new EgressHead { RequiredIndex = _lastIndex, Kind = kind, Connection = connection, FrameBytes = length };
        ByteRing.Publish(entry);
    }

    private void PublishOutcome(EgressKind kind, ConnectionId connection, ResultCode code, ulong value)
    {
        ByteRing.Entry entry = ClaimEgress(EgressHead.Size);
        EgressHead.In(entry.Payload) = new EgressHead { RequiredIndex = _lastIndex, Kind = kind, Connection = connection, Code = code, Value = value };
        ByteRing.Publish(entry);
    }

    private void Answer(ByteRing.Entry entry, ref int registration)
    {
        ref IngressHead head = ref IngressHead.In(entry.Payload);
        switch (head.Kind)
        {
            case IngressKind.LookUp:
                uint found = FindSession(head.Digest);
                PublishOutcome(EgressKind.Handshake, head.Connection, ResultCode.Ok, found);
                break;
            case IngressKind.Register:
                CommandResult result = _registrationResults[registration++];
                PublishOutcome(EgressKind.Handshake, head.Connection, result.Code, (ulong)result.Value);
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
}
