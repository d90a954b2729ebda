// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// The central queue: per member one list per priority, oldest first, and the sums over them that limits and resolutions need.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class PaymentQueues
{
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;

    /// <summary>Queues over the context's ledger.</summary>
    public PaymentQueues(ExecutionContext context)
    {
        _context = context;
        _tables = context.Ledger.Clearing;
    }

    /// <summary>Puts a payment at the end of its priority.</summary>
    public void Add(uint number)
    {
        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        ref MemberRecord sender = ref _tables.Members.Change(payment.Sender);
        ref uint tail = ref TailOf(ref sender, payment.Priority);
        payment.State = PaymentState.Queued;
        payment.Previous = tail;
        payment.Next = 0;
        if (tail != 0) _tables.Payments.Change(tail).Next = number;
        else HeadOf(ref sender, payment.Priority) = number;
        tail = number;
        Count(payment, ref sender, 1);
        if (payment.RejectNs != 0 && !_tables.Times.Has(number)) _tables.Times.Add(number, payment.RejectNs);
    }

    /// <summary>Takes a payment out of its queue; the caller gives it its next state.</summary>
    public void Remove(uint number)
    {
        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        Invariant.Check(payment.State == PaymentState.Queued);
        ref MemberRecord sender = ref _tables.Members.Change(payment.Sender);
        Unlink(number, ref payment, ref sender);
        Count(payment, ref sender, -1);
        if (payment.RejectNs != 0) _tables.Times.Remove(number);
    }

    /// <summary>Moves a queued payment in front of another of the same queue and priority, or to the end of its priority.</summary>
    public void Move(uint number, uint before)
    {
        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        ref MemberRecord sender = ref _tables.Members.Change(payment.Sender);
        Unlink(number, ref payment, ref sender);
        uint previous = before == 0 ? TailOf(ref sender, payment.Priority) : _tables.Payments[before].Previous;
        payment.Previous = previous;
        payment.Next = before;
        if (previous != 0) _tables.Payments.Change(previous).Next = number;
        else HeadOf(ref sender, payment.Priority) = number;
        if (before != 0) _tables.Payments.Change(before).Previous = number;
        else TailOf(ref sender, payment.Priority) = number;
    }

    /// <summary>Marks a member whose queue may be able to settle something now.</summary>
    public void Touch(uint number)
    {
        ref readonly MemberRecord seen = ref _tables.Members[number];
        if (seen.QueuedCount == 0 || seen.Touched != 0) return;
        ref readonly PaymentSystemRecord system = ref _tables.Systems[seen.System];
        if (system.Phase != ResolutionPhase.Idle || (system.Options & PaymentSystemOptions.ResolutionOnly) != 0) return;
        ref LedgerCounters counters = ref _context.Ledger.Counters;
        ref MemberRecord member = ref _tables.Members.Change(number);
        member.Touched = 1;
        member.NextTouched = 0;
        if (counters.LastTouchedMember != 0) _tables.Members.Change(counters.LastTouchedMember).NextTouched = number;
        else counters.FirstTouchedMember = number;
        counters.LastTouchedMember = number;
    }

    /// <summary>Takes the first touched member, or 0.</summary>
    public uint TakeTouched()
    {
        ref LedgerCounters counters = ref _context.Ledger.Counters;
        uint number = counters.FirstTouchedMember;
        if (number == 0) return 0;
        ref MemberRecord member = ref _tables.Members.Change(number);
        counters.FirstTouchedMember = member.NextTouched;
        if (member.NextTouched == 0) counters.LastTouchedMember = 0;
        member.NextTouched = 0;
        member.Touched = 0;
        return number;
    }

    /// <summary>An account was credited, or got back what was reserved on it.</summary>
    public void Credited(uint account)
    {
        uint number = _tables.MemberByAccount.Find(account);
        if (number == 0) return;
        ref readonly MemberRecord member = ref _tables.Members[number];
        ref readonly PaymentSystemRecord system = ref _tables.Systems[member.System];
        if (system.Exchange != 0 && _tables.Exchanges[system.Exchange].Head != 0) _tables.Exchanges.Change(system.Exchange).Retry = 1;
        if (member.QueuedCount == 0) return;
        Touch(number);
        if ((system.Options & PaymentSystemOptions.ResolveOnCredit) != 0 && system.CreditedSinceResolution == 0)
            _tables.Systems.Change(member.System).CreditedSinceResolution = 1;
    }

    /// <summary>A payment waits for a member's position to change: its sender or receiver is at its bound.</summary>
    public void AwaitRoom(uint member)
    {
        uint bounds = _tables.BoundsOf(member);
        if (bounds != 0 && _tables.Limits[bounds].LowCount == 0) _tables.Limits.Change(bounds).LowCount = 1;
    }

    /// <summary>A member's position fell: payments to it that waited for that are looked at.</summary>
    public void Debited(uint member)
    {
        uint bounds = _tables.BoundsOf(member);
        if (bounds == 0 || _tables.Limits[bounds].LowCount == 0) return;
        _tables.Limits.Change(bounds).LowCount = 0;
        for (uint at = _tables.Systems[_tables.Members[member].System].FirstMember; at != 0; at = _tables.Members[at].NextMember) Touch(at);
    }

    /// <summary>A settlement account was debited otherwise than by a payment.</summary>
    public void DebitedAccount(uint account)
    {
        uint number = _tables.MemberByAccount.Find(account);
        if (number != 0 && (_tables.Systems[_tables.Members[number].System].Options & PaymentSystemOptions.PositionBounds) != 0) Debited(number);
    }

    /// <summary>The record for a payment whose state the caller sets: a fresh one, or the one whose payment ended longest ago.</summary>
    /// <returns>Its number, or 0 when the table is full of live payments.</returns>
    public uint Allocate()
    {
        uint number = _tables.Payments.Append();
        if (number == 0)
        {
            ref LedgerCounters counters = ref _context.Ledger.Counters;
            number = counters.FirstEndedPayment;
            if (number == 0) return 0;
            counters.FirstEndedPayment = _tables.Payments[number].Next;
            if (counters.FirstEndedPayment == 0) counters.LastEndedPayment = 0;
        }

        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        uint generation = unchecked(payment.Generation + 1);
        payment = default;
        payment.Generation = generation == 0 ? 1 : generation;
        return number;
    }

    /// <summary>Gives a payment that stands in no list its last state.</summary>
    public void End(uint number, PaymentState state)
    {
        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        payment.State = state;
        payment.Previous = 0;
        payment.Next = 0;
        if (payment.Original != 0 && state != PaymentState.Settled) GiveBack(payment);
        ref LedgerCounters counters = ref _context.Ledger.Counters;
        if (counters.LastEndedPayment != 0) _tables.Payments.Change(counters.LastEndedPayment).Next = number;
        else counters.FirstEndedPayment = number;
        counters.LastEndedPayment = number;
    }

    /// <summary>A return that did not settle counts no longer, unless the original's record was used again meanwhile.</summary>
    private void GiveBack(in PaymentRecord payment)
    {
        ref readonly PaymentRecord original = ref _tables.Payments[payment.Original];
        if (original.State != PaymentState.Settled || original.Sender != payment.Receiver || original.Receiver != payment.Sender) return;
        if (original.Returned >= payment.Amount) _tables.Payments.Change(payment.Original).Returned -= payment.Amount;
    }

    private static ref uint HeadOf(ref MemberRecord member, PaymentPriority priority)
    {
        if (priority == PaymentPriority.Urgent) return ref member.UrgentHead;
        if (priority == PaymentPriority.High) return ref member.HighHead;
        return ref member.NormalHead;
    }

    private static ref uint TailOf(ref MemberRecord member, PaymentPriority priority)
    {
        if (priority == PaymentPriority.Urgent) return ref member.UrgentTail;
        if (priority == PaymentPriority.High) return ref member.HighTail;
        return ref member.NormalTail;
    }

    private void Unlink(uint number, ref PaymentRecord payment, ref MemberRecord sender)
    {
        if (sender.ScanFrom == number) sender.ScanFrom = payment.Next;
        if (payment.Previous != 0) _tables.Payments.Change(payment.Previous).Next = payment.Next;
        else HeadOf(ref sender, payment.Priority) = payment.Next;
        if (payment.Next != 0) _tables.Payments.Change(payment.Next).Previous = payment.Previous;
        else TailOf(ref sender, payment.Priority) = payment.Previous;
        payment.Next = 0;
        payment.Previous = 0;
    }

    /// <summary>Adds a payment to the sums, or takes it off.</summary>
    private void Count(in PaymentRecord payment, ref MemberRecord sender, int sign)
    {
        Int128 amount = sign * (Int128)payment.Amount;
        ref MemberRecord receiver = ref _tables.Members.Change(payment.Receiver);
        sender.QueuedCount = (uint)((int)sender.QueuedCount + sign);
        ref PaymentSystemRecord system = ref _tables.Systems.Change(sender.System);
        system.QueuedCount = (uint)((int)system.QueuedCount + sign);
        sender.QueuedOut += amount;
        receiver.QueuedIn += amount;
        if (payment.Priority != PaymentPriority.Normal) return;
        if ((payment.Flags & PaymentFlags.FifoBypass) != 0) sender.BypassCount = (uint)((int)sender.BypassCount + sign);
        sender.QueuedNet += amount;
        receiver.QueuedNet -= amount;
        uint pair = _tables.LimitOf(payment.Sender, payment.Receiver);
        bool senderLimits = false, receiverLimits = false;
        if (pair != 0)
        {
            ref BilateralLimitRecord limit = ref _tables.Limits.Change(pair);
            bool fromLow = limit.Low == payment.Sender;
            if (fromLow) limit.LowCount = (uint)((int)limit.LowCount + sign);
            else limit.HighCount = (uint)((int)limit.HighCount + sign);
            limit.Queued += fromLow ? amount : -amount;
            senderLimits = (fromLow ? limit.LowLimit : limit.HighLimit) != MemberRecord.NoLimit;
            receiverLimits = (fromLow ? limit.HighLimit : limit.LowLimit) != MemberRecord.NoLimit;
        }

        if (!senderLimits)
        {
            sender.QueuedMultilateral += amount;
            sender.QueuedMultilateralCount = (uint)((int)sender.QueuedMultilateralCount + sign);
        }

        if (!receiverLimits) receiver.QueuedMultilateral -= amount;
    }
}
