// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Domain;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Pipeline;

// Queries about payment clearing.
internal sealed partial class ExecutionStage
{
    private void AnswerClearing(in IngressHead head, ReadOnlySpan<byte> body)
    {
        PaymentTables tables = _ledger.Clearing;
        ulong request = MemoryMarshal.Read<ulong>(body);
        switch (head.Template)
        {
            case TemplateId.PaymentQuery:
                ulong id = MemoryMarshal.Read<PaymentQuery>(body).PaymentId;
                uint payment = RecordId.Number(id);
                if (tables.Payments.Has(payment) && tables.Payments[payment].Generation == RecordId.Generation(id)) AnswerPayment(head, request, payment);
                else RejectQuery(head, request, ResultCode.UnknownPayment);
                break;
            case TemplateId.MemberQuery:
                MemberQuery asked = MemoryMarshal.Read<MemberQuery>(body);
                uint member = asked.Member != 0 ? asked.Member : tables.MemberByAccount.Find(asked.Account);
                if (tables.Members.Has(member)) AnswerMember(head, request, member);
                else RejectQuery(head, request, ResultCode.UnknownMember);
                break;
            case TemplateId.PaymentSystemQuery:
                uint system = MemoryMarshal.Read<PaymentSystemQuery>(body).System;
                if (tables.Systems.Has(system)) AnswerSystem(head, request, system);
                else RejectQuery(head, request, ResultCode.UnknownPaymentSystem);
                break;
            case TemplateId.BusinessDayQuery:
                BusinessDayQuery day = MemoryMarshal.Read<BusinessDayQuery>(body);
                if (!tables.Systems.Has(day.System)) RejectQuery(head, request, ResultCode.UnknownPaymentSystem);
                else AnswerBusinessDay(head, request, day);
                break;
            case TemplateId.ExchangeQuery:
                uint exchange = MemoryMarshal.Read<ExchangeQuery>(body).Exchange;
                if (tables.Exchanges.Has(exchange)) AnswerExchange(head, request, exchange);
                else RejectQuery(head, request, ResultCode.UnknownExchange);
                break;
            case TemplateId.ExchangePairQuery:
                uint pair = MemoryMarshal.Read<ExchangePairQuery>(body).Pair;
                if (tables.ExchangePairs.Has(pair)) AnswerPair(head, request, pair);
                else RejectQuery(head, request, ResultCode.UnknownExchange);
                break;
            default:
                CycleQuery cycle = MemoryMarshal.Read<CycleQuery>(body);
                if (tables.Cycles.Has(cycle.Cycle)) AnswerCycle(head, request, cycle);
                else RejectQuery(head, request, ResultCode.UnknownCycle);
                break;
        }
    }

    private void AnswerPayment(in IngressHead head, ulong request, uint number)
    {
        PaymentTables tables = _ledger.Clearing;
        PaymentRecord payment = tables.Payments[number];
        uint next = payment.State == PaymentState.Queued ? tables.After(payment) : payment.State == PaymentState.Warehoused ? payment.Next : 0;
        Send(head, new PaymentAnswer
        {
            RequestId = request,
            PaymentId = RecordId.Of(number, payment.Generation),
            Sender = payment.Sender,
            Receiver = payment.Receiver,
            Amount = payment.Amount,
            Returned = payment.Returned,
            EnteredNs = payment.EnteredNs,
            RejectNs = payment.RejectNs,
            ValueDate = payment.ValueDate,
            State = payment.State,
            Priority = payment.Priority,
            PaymentFlags = payment.Flags,
            NextId = next == 0 ? 0 : RecordId.Of(next, tables.Payments[next].Generation),
            Number = payment.Number,
            Uetr = payment.Uetr,
            Reference = payment.Reference,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerMember(in IngressHead head, ulong request, uint number)
    {
        PaymentTables tables = _ledger.Clearing;
        MemberRecord member = tables.Members[number];
        ParticipantRecord participant = tables.Participants[member.Participant];
        Int128 available = tables.Available(member);
        uint first = PaymentTables.Head(member);
        uint bounds = tables.BoundsOf(number);
        Send(head, new MemberAnswer
        {
            RequestId = request,
            Member = number,
            System = member.System,
            Participant = member.Participant,
            Suspended = participant.Suspended,
            Account = member.Account,
            Bic = participant.Bic,
            AvailableUrgent = available,
            AvailableHigh = available - PaymentTables.Reserve(member, PaymentPriority.High),
            AvailableNormal = available - PaymentTables.Reserve(member, PaymentPriority.Normal),
            QueuedOut = member.QueuedOut,
            QueuedIn = member.QueuedIn,
            Projected = available + member.QueuedIn - member.QueuedOut,
            Position = member.Position,
            MultilateralPosition = member.MultilateralPosition,
            ReservedForUrgent = member.ReservedForUrgent,
            ReservedForHigh = member.ReservedForHigh,
            MultilateralLimit = member.MultilateralLimit,
            NetDebitCap = member.NetDebitCap,
            CreditLine = member.CreditLine,
            CollateralValue = member.CollateralValue,
            FirstQueued = first == 0 ? 0 : RecordId.Of(first, tables.Payments[first].Generation),
            QueuedCount = member.QueuedCount,
            AsOfSequence = AsOf,
            MinimumPosition = bounds == 0 ? MemberRecord.NoLimit : tables.Limits[bounds].LowLimit,
            MaximumPosition = bounds == 0 ? MemberRecord.NoLimit : tables.Limits[bounds].HighLimit,
        });
    }

    private void AnswerSystem(in IngressHead head, ulong request, uint number)
    {
        PaymentSystemRecord system = _ledger.Clearing.Systems[number];
        Send(head, new PaymentSystemAnswer
        {
            RequestId = request,
            System = number,
            Asset = system.Asset,
            Options = system.Options,
            MemberCount = system.MemberCount,
            QueuedCount = system.QueuedCount,
            Resolving = system.Phase == ResolutionPhase.Idle ? 0u : 1,
            SettledGross = system.SettledGross,
            SettledByOffset = system.SettledByOffset,
            SettledByResolution = system.SettledByResolution,
            Resolutions = system.Resolutions,
            SettledValue = system.SettledValue,
            ClearingAccount = system.ClearingAccount,
            ResolvedCount = system.ResolvedCount,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerCycle(in IngressHead head, ulong request, in CycleQuery query)
    {
        PaymentTables tables = _ledger.Clearing;
        CycleRecord cycle = tables.Cycles[query.Cycle];
        uint position = tables.CyclePositionByMember.Find(PaymentTables.Pair(query.Cycle, query.Member));
        Send(head, new CycleAnswer
        {
            RequestId = request,
            Cycle = query.Cycle,
            System = cycle.System,
            State = (uint)cycle.State,
            PositionCount = cycle.PositionCount,
            ObligationCount = cycle.ObligationCount,
            DroppedCount = cycle.DroppedCount,
            Gross = cycle.Gross,
            Funding = cycle.Funding,
            Guaranteed = cycle.Guaranteed,
            MemberNet = position == 0 ? Int128.Zero : tables.CyclePositions[position].Net,
            Audit = cycle.Audit,
            SettledSequence = cycle.SettledSequence,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerBusinessDay(in IngressHead head, ulong request, in BusinessDayQuery query)
    {
        PaymentTables tables = _ledger.Clearing;
        PaymentSystemRecord system = tables.Systems[query.System];
        uint number = query.Date == 0 ? system.Day : tables.DayByDate.Find(PaymentTables.Pair(query.System, query.Date));
        if (number == 0)
        {
            RejectQuery(head, request, ResultCode.NotABusinessDay);
            return;
        }

        BusinessDayRecord day = tables.BusinessDays[number];
        uint next = day.Next;
        while (next != 0 && tables.BusinessDays[next].State == BusinessDayState.Holiday) next = tables.BusinessDays[next].Next;
        bool runs = number == system.Day && day.State is BusinessDayState.Open or BusinessDayState.Ended;
        var answer = new BusinessDayAnswer
        {
            RequestId = request,
            System = query.System,
            Date = day.Date,
            State = day.State,
            NextDate = next == 0 ? 0 : tables.BusinessDays[next].Date,
            WarehouseCount = day.WarehouseCount,
            Released = day.Released,
            FirstWarehoused = day.WarehouseHead == 0 ? 0 : RecordId.Of(day.WarehouseHead, tables.Payments[day.WarehouseHead].Generation),
            CustomerCutoffNs = day.CustomerCutoffNs,
            InterbankCutoffNs = day.InterbankCutoffNs,
            OpenedSequence = day.OpenedSequence,
            ClosedSequence = day.ClosedSequence,
            Settled = runs ? system.SettledGross + system.SettledByOffset + system.SettledByResolution - day.SettledBefore : day.Settled,
            Value = runs ? system.SettledValue - day.ValueBefore : day.Value,
            Expired = day.Expired,
            Rolled = day.Rolled,
            AsOfSequence = AsOf,
        };
        if (tables.Members.Has(query.Member) && day.State == BusinessDayState.Closed && (tables.Members[query.Member].StatementDay & ~MemberRecord.FirstStatement) == number)
        {
            MemberRecord member = tables.Members[query.Member];
            answer.Member = query.Member;
            answer.Account = member.Account;
            answer.FromSequence = tables.StatementFrom(member);
            answer.Opening = member.OpeningBalance;
            answer.Closing = member.ClosingBalance;
        }

        Send(head, answer);
    }

    private void AnswerExchange(in IngressHead head, ulong request, uint number)
    {
        ExchangeRecord exchange = _ledger.Clearing.Exchanges[number];
        Send(head, new ExchangeAnswer
        {
            RequestId = request,
            Exchange = number,
            CurrencyCount = exchange.CurrencyCount,
            WaitingCount = exchange.WaitingCount,
            FirstWaiting = exchange.Head,
            AggregateShortLimit = exchange.AggregateShortLimit,
            Settled = exchange.Settled,
            AsOfSequence = AsOf,
        });
    }

    private void AnswerPair(in IngressHead head, ulong request, uint number)
    {
        ExchangePairRecord pair = _ledger.Clearing.ExchangePairs[number];
        Send(head, new ExchangePairAnswer
        {
            RequestId = request,
            Pair = number,
            Exchange = pair.Exchange,
            State = pair.State,
            FirstPays = pair.FirstPays,
            FirstReceives = pair.FirstReceives,
            SecondPays = pair.SecondPays,
            SecondReceives = pair.SecondReceives,
            Next = pair.Next,
            FirstAmount = pair.FirstAmount,
            SecondAmount = pair.SecondAmount,
            SettledSequence = pair.SettledSequence,
            Reference = pair.Reference,
            AsOfSequence = AsOf,
        });
    }
}
