// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Events;
using FastLedger.Domain.Objects;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// Queries about objects and the event log.
internal sealed partial class CoreStage
{
    private const uint MaxEventsPerAnswer = 1_000;

    private void AnswerAgreements(in IngressHead head, ReadOnlySpan<byte> body)
    {
        ObjectTables objects = _ledger.Agreements.Objects;
        ulong request = MemoryMarshal.Read<ulong>(body);
        switch (head.Template)
        {
            case TemplateId.ObjectQuery:
                ObjectQuery asked = MemoryMarshal.Read<ObjectQuery>(body);
                ulong number = asked.Object != 0 ? asked.Object
                    : asked.ExternalId != UInt128.Zero ? objects.Find(asked.Class, asked.ExternalId) : objects.FindContent(asked.Class, asked.Content);
                if (objects.Objects.Has(number)) AnswerObject(head, request, (uint)number);
                else RejectQuery(head, request, ResultCode.UnknownObject);
                break;
            case TemplateId.ObjectHistoryQuery:
                AnswerObjectHistory(head, MemoryMarshal.Read<ObjectHistoryQuery>(body));
                break;
            case TemplateId.EventQuery:
                AnswerEvents(head, MemoryMarshal.Read<EventQuery>(body));
                break;
            default:
                RejectQuery(head, request, ResultCode.UnknownTemplate);
                break;
        }
    }

    private void AnswerObject(in IngressHead head, ulong request, uint number)
    {
        ObjectRecord record = _ledger.Agreements.Objects.Objects[number];
        Send(head, new ObjectAnswer
        {
            RequestId = request,
            Object = number,
            ExternalId = record.ExternalId,
            Class = record.Class,
            State = record.State,
            Owner = record.Owner,
            Counterparty = record.Counterparty,
            LienHolder = record.LienHolder,
            ProofPolicy = record.ProofPolicy,
            LienAmount = record.LienAmount,
            Value = record.Value,
            UserData64 = record.UserData64,
            ValidFromNs = record.ValidFromNs,
            ValidToNs = record.ValidToNs,
            Parent0 = record.Parent0,
            Parent1 = record.Parent1,
            Version = record.Version,
            Challenge = record.ProofPolicy == 0 ? 0 : ChallengeOf(record, number),
            ProvedNs = record.ProvedNs,
            LastEvent = record.LastEvent,
            Content = record.Content,
            History = record.History,
            AsOfSequence = AsOf,
        });
    }

    private static ulong ChallengeOf(in ObjectRecord record, uint number)
    {
        Span<byte> image = stackalloc byte[Hash256.Size + sizeof(ulong)];
        record.Seed.Bytes.CopyTo(image);
        BinaryPrimitives.WriteUInt64LittleEndian(image[Hash256.Size..], number);
        return record.Value == 0 ? 0 : MemoryMarshal.Read<ulong>(Blake3.Hash(image).Bytes) % record.Value;
    }

    private void AnswerObjectHistory(in IngressHead head, in ObjectHistoryQuery query)
    {
        EventLog log = _ledger.Agreements.Events;
        if (query.Limit is 0 or > MaxEventsPerAnswer)
        {
            RejectQuery(head, query.RequestId, ResultCode.QueryTooLarge);
            return;
        }

        if (!_ledger.Agreements.Objects.Objects.Has(query.Object)
            || (query.FromEvent != 0 && (!log.Events.Has(query.FromEvent) || log.Events[(uint)query.FromEvent].Subject != query.Object)))
        {
            RejectQuery(head, query.RequestId, ResultCode.NotFound);
            return;
        }

        ulong first = query.FromEvent != 0 ? query.FromEvent : _ledger.Agreements.Objects.Objects[(uint)query.Object].LastEvent;
        int count = 0;
        ulong next = first;
        for (; next != 0 && count < (int)query.Limit; count++) next = log.Events[(uint)next].Previous;
        int length = FrameWriter.LengthOf<ObjectHistoryAnswerHead, LedgerEvent>(count);
        ByteRing.Entry entry = ClaimEgress(EgressHead.Size + length);
        var writer = new FrameWriter(entry.Payload[EgressHead.Size..]);
        writer.Begin(new ObjectHistoryAnswerHead { RequestId = query.RequestId, Object = query.Object, FirstEvent = first, NextEvent = next, AsOfSequence = AsOf });
        Span<LedgerEvent> events = writer.Group<LedgerEvent>(count);
        ulong at = first;
        for (int i = 0; i < count; i++)
        {
            events[i] = log.Events[(uint)at];
            at = events[i].Previous;
        }

        writer.Complete(0, 0);
        PublishFrame(entry, EgressKind.Frame, head.Connection, length);
    }

    private void AnswerEvents(in IngressHead head, in EventQuery query)
    {
        EventLog log = _ledger.Agreements.Events;
        if (query.Limit is 0 or > MaxEventsPerAnswer || query.FirstEvent == 0)
        {
            RejectQuery(head, query.RequestId, ResultCode.QueryTooLarge);
            return;
        }

        ulong total = log.Record.Events;
        int count = query.FirstEvent > total ? 0 : (int)Math.Min(query.Limit, total - query.FirstEvent + 1);
        int length = FrameWriter.LengthOf<EventAnswerHead, LedgerEvent>(count);
        ByteRing.Entry entry = ClaimEgress(EgressHead.Size + length);
        var writer = new FrameWriter(entry.Payload[EgressHead.Size..]);
        writer.Begin(new EventAnswerHead { RequestId = query.RequestId, FirstEvent = query.FirstEvent, Events = total, LogRoot = log.Record.Root, AsOfSequence = AsOf });
        Span<LedgerEvent> events = writer.Group<LedgerEvent>(count);
        for (int i = 0; i < count; i++) events[i] = log.Events[(uint)query.FirstEvent + (uint)i];
        writer.Complete(0, 0);
        PublishFrame(entry, EgressKind.Frame, head.Connection, length);
    }
}
