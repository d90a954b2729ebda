// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// Decides whether a payment may settle and settles it. Urgent payments may use balance and credit; high ones leave what is reserved for
/// urgent ones, normal ones also what is reserved for high ones. Limits and the net debit cap look at normal payments only.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class PaymentSettlement
{
    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly PaymentQueues _queues;

    /// <summary>Settlement over the context's ledger.</summary>
    public PaymentSettlement(ExecutionContext context, PaymentQueues queues)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
        _queues = queues;
    }

    /// <summary>Whether a payment could settle now, looking at liquidity and limits and not at the queue.</summary>
    /// <param name="sender">Member that pays.</param>
    /// <param name="receiver">Member that is paid.</param>
    /// <param name="amount">What is paid.</param>
    /// <param name="priority">Its priority.</param>
    /// <param name="returned">What the receiver pays the sender at the same time, as a payment of the same priority.</param>
    public ResultCode Check(uint sender, uint receiver, Int128 amount, PaymentPriority priority, Int128 returned = default)
    {
        ref readonly MemberRecord from = ref _tables.Members[sender];
        ref readonly MemberRecord to = ref _tables.Members[receiver];
        if (_tables.IsBlocked(from)) return Blocked(from);
        if (_tables.IsBlocked(to)) return Blocked(to);
        Int128 net = amount - returned;
        if (_tables.Available(from) - net < PaymentTables.Reserve(from, priority)) return ResultCode.ExceedsBalance;
        if (priority == PaymentPriority.Normal && !WithinLimits(sender, receiver, net)) return ResultCode.ExceedsLimit;
        bool isBounded = (_tables.Systems[from.System].Options & PaymentSystemOptions.PositionBounds) != 0;
        return isBounded && !WithinBounds(sender, receiver, net) ? ResultCode.ExceedsPosition : ResultCode.Ok;
    }

    /// <summary>Settles a payment that stands in no list: its amount moves, for good.</summary>
    /// <param name="number">The payment.</param>
    /// <param name="kind">How it came to settle.</param>
    /// <param name="reserved">True when the amount was taken off what is available already, by the resolution at work.</param>
    public void Settle(uint number, PaymentEventKind kind, bool reserved = false)
    {
        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        ref MemberRecord sender = ref _tables.Members.Change(payment.Sender);
        ref MemberRecord receiver = ref _tables.Members.Change(payment.Receiver);
        UInt128 amount = payment.Amount;
        ref AccountRecord debit = ref _ledger.Accounts.Change(sender.Account);
        ref AccountRecord credit = ref _ledger.Accounts.Change(receiver.Account);
        if (reserved)
        {
            debit.DebitsPending -= amount;
            credit.Floor += (Int128)amount;
        }

        debit.DebitsPosted += amount;
        credit.CreditsPosted += amount;
        ref HistoryEntry entry = ref _context.Record(HistoryKind.Payment, sender.Account, ref debit, receiver.Account, ref credit, amount);
        entry.Code = payment.Code;
        entry.Link = RecordId.Of(number, payment.Generation);
        entry.UserData128 = payment.Uetr;
        entry.Reference = payment.Reference;
        if (payment.Priority == PaymentPriority.Normal) CountPosition(payment, ref sender, ref receiver);
        ref PaymentSystemRecord system = ref _tables.Systems.Change(sender.System);
        system.SettledValue += amount;
        if (kind == PaymentEventKind.SettledGross) system.SettledGross++;
        else if (kind == PaymentEventKind.SettledByOffset) system.SettledByOffset++;
        else system.SettledByResolution++;
        _queues.End(number, PaymentState.Settled);
        if ((system.Options & PaymentSystemOptions.PositionBounds) != 0) _queues.Debited(payment.Sender);
        Tell(number, kind);
    }

    /// <summary>Tells both sides what happened to a payment.</summary>
    public void Tell(uint number, PaymentEventKind kind)
    {
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        ref readonly MemberRecord sender = ref _tables.Members[payment.Sender];
        ref PaymentEvent told = ref Unsafe.As<OrderEvent, PaymentEvent>(ref _context.Events.Add());
        told = default;
        told.Kind = kind;
        told.Priority = payment.Priority;
        told.State = payment.State;
        told.Sender = payment.Sender;
        told.Receiver = payment.Receiver;
        told.PaymentId = RecordId.Of(number, payment.Generation);
        told.PaymentNumber = payment.Number;
        told.Session = _tables.Participants[sender.Participant].Session;
        told.ReceiverSession = _tables.Participants[_tables.Members[payment.Receiver].Participant].Session;
        told.Sequence = _context.Sequence;
        told.Amount = payment.Amount;
        told.TimestampNs = _context.TimestampNs;
        told.SubmittedNs = payment.EnteredNs;
        told.Uetr = payment.Uetr;
        told.System = sender.System;
        told.ValueDate = payment.ValueDate;
        told.Reference = payment.Reference;
    }

    /// <summary>Why nothing may leave or reach a member.</summary>
    private ResultCode Blocked(in MemberRecord member)
    {
        if (_tables.Participants[member.Participant].Suspended != 0) return ResultCode.ParticipantSuspended;
        return (_ledger.Accounts[member.Account].Flags & AccountFlags.Closed) != 0 ? ResultCode.AccountClosed : ResultCode.AccountFrozen;
    }

    private bool WithinLimits(uint sender, uint receiver, Int128 net)
    {
        ref readonly MemberRecord from = ref _tables.Members[sender];
        if (from.NetDebitCap != MemberRecord.NoLimit && from.Position + net > from.NetDebitCap) return false;
        uint pair = _tables.LimitOf(sender, receiver);
        if (pair != 0)
        {
            ref readonly BilateralLimitRecord limit = ref _tables.Limits[pair];
            bool low = limit.Low == sender;
            long bound = low ? limit.LowLimit : limit.HighLimit;
            if (bound != MemberRecord.NoLimit) return (low ? limit.Position : -limit.Position) + net <= bound;
        }

        return from.MultilateralLimit == MemberRecord.NoLimit || from.MultilateralPosition + net <= from.MultilateralLimit;
    }

    /// <summary>Whoever gives keeps its minimum, whoever gets stays within its maximum.</summary>
    private bool WithinBounds(uint sender, uint receiver, Int128 net)
    {
        uint gives = net >= Int128.Zero ? sender : receiver, gets = net >= Int128.Zero ? receiver : sender;
        Int128 amount = Int128.Abs(net);
        uint lower = _tables.BoundsOf(gives), upper = _tables.BoundsOf(gets);
        if (lower != 0 && _tables.Limits[lower].LowLimit != MemberRecord.NoLimit && _ledger.Accounts[_tables.Members[gives].Account].Balance - amount < _tables.Limits[lower].LowLimit)
            return false;
        return upper == 0 || _tables.Limits[upper].HighLimit == MemberRecord.NoLimit
            || _ledger.Accounts[_tables.Members[gets].Account].Balance + amount <= _tables.Limits[upper].HighLimit;
    }

    private void CountPosition(in PaymentRecord payment, ref MemberRecord sender, ref MemberRecord receiver)
    {
        Int128 amount = payment.Amount;
        sender.Position += amount;
        receiver.Position -= amount;
        uint pair = _tables.LimitOf(payment.Sender, payment.Receiver);
        bool senderLimits = false, receiverLimits = false;
        if (pair != 0)
        {
            ref BilateralLimitRecord limit = ref _tables.Limits.Change(pair);
            bool fromLow = limit.Low == payment.Sender;
            limit.Position += fromLow ? amount : -amount;
            senderLimits = (fromLow ? limit.LowLimit : limit.HighLimit) != MemberRecord.NoLimit;
            receiverLimits = (fromLow ? limit.HighLimit : limit.LowLimit) != MemberRecord.NoLimit;
        }

        if (!senderLimits) sender.MultilateralPosition += amount;
        if (!receiverLimits) receiver.MultilateralPosition -= amount;
    }
}
