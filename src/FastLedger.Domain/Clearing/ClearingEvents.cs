// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Execution;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>Tells participants what became of their netting cycles and exchanges.</summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no. The caller has seen to it that there is room for events.</remarks>
public sealed class ClearingEvents(ExecutionContext context)
{
    private readonly PaymentTables _tables = context.Ledger.Clearing;

    /// <summary>Tells a member of its net position in a settled cycle.</summary>
    public void CycleSettled(uint cycle, uint member, Int128 net)
    {
        ref PaymentEvent told = ref Add(PaymentEventKind.CycleSettled, cycle, member);
        told.Amount = (ulong)Int128.Abs(net);
        if (net < Int128.Zero) told.Sender = member;
        else told.Receiver = member;
        told.Reference = _tables.Cycles[cycle].Reference;
    }

    /// <summary>Tells a member that a cycle goes on without it.</summary>
    public void CycleRecast(uint cycle, uint member) => Add(PaymentEventKind.CycleRecast, cycle, member).Sender = member;

    /// <summary>Tells both sides what became of their pair.</summary>
    public void Exchange(uint number, PaymentEventKind kind)
    {
        ref readonly ExchangePairRecord pair = ref _tables.ExchangePairs[number];
        ref PaymentEvent told = ref Add(kind, number, pair.FirstPays);
        told.Sender = pair.FirstPays;
        told.Receiver = pair.SecondReceives;
        told.ReceiverSession = SessionOf(pair.SecondReceives);
        told.Amount = pair.FirstAmount;
        told.SubmittedNs = (long)pair.SecondAmount;
        told.Reference = pair.Reference;
    }

    private ref PaymentEvent Add(PaymentEventKind kind, uint subject, uint member)
    {
        ref PaymentEvent told = ref Unsafe.As<OrderEvent, PaymentEvent>(ref context.Events.Add());
        told = default;
        told.Kind = kind;
        told.PaymentId = subject;
        told.Session = SessionOf(member);
        told.System = _tables.Members[member].System;
        told.Sequence = context.Sequence;
        told.TimestampNs = context.TimestampNs;
        return ref told;
    }

    private uint SessionOf(uint member) => _tables.Participants[_tables.Members[member].Participant].Session;
}
