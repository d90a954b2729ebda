// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Events;
using FastLedger.Domain.Objects;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// Queries about objects, their classes and histories, and the event log.
internal sealed partial class ExecutionStage
{
    private void AnswerObjectClass(in IngressHead head, in ObjectClassQuery query)
    {
        ObjectTables tables = _ledger.Agreements.Objects;
        uint number = query.Class != 0 ? query.Class : tables.ClassById.Find(query.ExternalId);
        if (!tables.Classes.Has(number))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownClass);
            return;
        }

        ObjectClassRecord record = tables.Classes[number];
        ReadOnlySpan<byte> table = record.Table;
        Send(head, new ObjectClassAnswer
        {
            RequestId = query.RequestId,
            Class = number,
            Active = record.Active,
            ExternalId = record.ExternalId,
            IssuePolicy = record.IssuePolicy,
            Policy = record.Policy,
            ClassFlags = record.Flags,
            RolePolicy = record.RolePolicy,
            ParentClass = record.ParentClass,
            ParentStates = record.ParentStates,
            MinValue = record.MinValue,
            MaxValue = record.MaxValue,
            ProofSeconds = record.ProofSeconds,
            MaxPerOwner = record.MaxPerOwner,
            Objects = record.Objects,
            Reference = record.Reference,
            Table0 = new Hash256(table[..32]),
            Table1 = new Hash256(table[32..64]),
            Table2 = new Hash256(table[64..96]),
            Table3 = new Hash256(table[96..]),
            AsOfSequence = AsOf,
        });
    }

    private void AnswerObject(in IngressHead head, in ObjectQuery query)
    {
        ObjectTables tables = _ledger.Agreements.Objects;
        ulong number = query.Object != 0 ? query.Object
            : query.ExternalId != UInt128.Zero ? tables.Find(query.Class, query.ExternalId)
            : tables.FindContent(query.Class, query.Content);
        if (!tables.Objects.Has(number))
        {
            RejectQuery(head, query.RequestId, ResultCode.UnknownObject);
            return;
        }

        ObjectRecord record = tables.Objects[(uint)number];
        Send(head, new ObjectAnswer
        {
            RequestId = query.RequestId,
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
            Challenge = record.ProofPolicy == 0 ? 0 : ObjectHandlers.Challenge((uint)number, record),
            ProvedNs = record.ProvedNs,
            LastEvent = record.LastEvent,
            Content = record.Content,
            History = record.History,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerObjectHistory(in IngressHead head, in ObjectHistoryQuery query)
    {
        ObjectTables tables = _ledger.Agreements.Objects;
        EventLog log = _ledger.Agreements.Events;
        ResultCode refusal = query.Limit is 0 or > ProtocolLimits.MaxStatementEntries ? ResultCode.QueryTooLarge
            : !tables.Objects.Has(query.Object) ? ResultCode.UnknownObject
            : query.FromEvent != 0 && !IsOf(log, query.FromEvent, query.Object) ? ResultCode.NotFound
            : ResultCode.Ok;
        if (refusal != ResultCode.Ok)
        {
            RejectQuery(head, query.RequestId, refusal);
            return;
        }

        ulong first = query.FromEvent != 0 ? query.FromEvent : tables.Objects[(uint)query.Object].LastEvent;
        int count = 0;
        ulong next = first;
        for (; next != 0 && count < query.Limit; count++) next = log.Events[(uint)next].Previous;
        if (!TryBegin<ObjectHistoryAnswerHead, LedgerEvent>(head, count, out FrameWriter writer, out ByteRing.Entry entry, out int length)) return;
        writer.Begin(new ObjectHistoryAnswerHead { RequestId = query.RequestId, Object = query.Object, FirstEvent = first, NextEvent = next, AsOfSequence = AsOf });
        Span<LedgerEvent> events = writer.Group<LedgerEvent>(count);
        next = first;
        for (int i = 0; i < events.Length; i++)
        {
            events[i] = log.Events[(uint)next];
            next = events[i].Previous;
        }

        Finish(head, writer, entry, length);
    }

    private void AnswerEvents(in IngressHead head, in EventQuery query)
    {
        EventLog log = _ledger.Agreements.Events;
        if (query.Limit is 0 or > ProtocolLimits.MaxStatementEntries || query.FirstEvent == 0)
        {
            RejectQuery(head, query.RequestId, ResultCode.QueryTooLarge);
            return;
        }

        ulong left = query.FirstEvent < log.Events.Count ? log.Events.Count - query.FirstEvent : 0;
        int count = (int)Math.Min(left, query.Limit);
        if (!TryBegin<EventAnswerHead, LedgerEvent>(head, count, out FrameWriter writer, out ByteRing.Entry entry, out int length)) return;
        writer.Begin(new EventAnswerHead { RequestId = query.RequestId, FirstEvent = query.FirstEvent, Events = log.Record.Events, LogRoot = log.Record.Root, AsOfSequence = AsOf });
        Span<LedgerEvent> events = writer.Group<LedgerEvent>(count);
        for (int i = 0; i < count; i++) events[i] = log.Events[(uint)query.FirstEvent + (uint)i];
        Finish(head, writer, entry, length);
    }

    /// <summary>An event to begin with is the client's word: it may not exist, or be another subject's.</summary>
    private static bool IsOf(EventLog log, ulong number, ulong item) =>
        log.Events.Has(number) && log.Events[(uint)number].Subject == item && log.Events[(uint)number].Kind is >= LedgerEventKind.ObjectCreated and <= LedgerEventKind.ObjectProved;
}
