// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// Real-time gross settlement from the queues: after any credit the member's queue is looked at from its head, and who is paid that way is
/// looked at next. Work is bounded; what is left waits in the list of touched members for the next command or block.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class GrossSettlement
{
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly PaymentQueues _queues;
    private readonly PaymentSettlement _settlement;
    private readonly BusinessDays _days;

    /// <summary>Gross settlement over the context's ledger.</summary>
    public GrossSettlement(ExecutionContext context, PaymentQueues queues, PaymentSettlement settlement, BusinessDays days)
    {
        _days = days;
        _context = context;
        _tables = context.Ledger.Clearing;
        _queues = queues;
        _settlement = settlement;
    }

    /// <summary>A payment whose time has come: settles it, puts it into its sender's queue, or holds it while a resolution is at work.</summary>
    public void Enter(uint number)
    {
        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        payment.EnteredNs = _context.TimestampNs;
        ref readonly MemberRecord sender = ref _tables.Members[payment.Sender];
        if (_tables.Systems[sender.System].Phase == ResolutionPhase.Idle) Place(number);
        else Hold(number, ref payment, sender.System);
    }

    /// <summary>Settles a payment that stands in no list, or queues it. Past its business day it goes to the next one or expires.</summary>
    public void Place(uint number)
    {
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        if (IsLate(payment))
        {
            _queues.End(number, PaymentState.Expired);
            _settlement.Tell(number, PaymentEventKind.Expired);
            return;
        }

        if (!_days.Admits(number)) return;
        ref readonly MemberRecord sender = ref _tables.Members[payment.Sender];
        bool alone = (_tables.Systems[sender.System].Options & PaymentSystemOptions.ResolutionOnly) == 0;
        if (alone && MayGoAhead(sender, payment.Priority, payment.Flags) && MaySettle(payment))
        {
            _settlement.Settle(number, PaymentEventKind.SettledGross);
            return;
        }

        _queues.Add(number);
        if (alone && PaymentTables.Head(_tables.Members[payment.Sender]) == number) TryOffset(number);
        if (_tables.Payments[number].State == PaymentState.Queued) _settlement.Tell(number, PaymentEventKind.Queued);
    }

    /// <summary>True when the queue lets a payment settle at once: nobody of its priority or above waits, or it may bypass.</summary>
    public static bool MayGoAhead(in MemberRecord sender, PaymentPriority priority, PaymentFlags flags)
    {
        if ((flags & PaymentFlags.FifoBypass) != 0) return true;
        if (sender.UrgentHead != 0) return false;
        if (priority == PaymentPriority.Urgent) return true;
        return sender.HighHead == 0 && (priority == PaymentPriority.High || sender.NormalHead == 0);
    }

    /// <summary>Looks at the queues of touched members.</summary>
    /// <param name="budget">Payments to look at; what is left of it comes back.</param>
    public void Work(ref int budget)
    {
        while (budget > 0 && _context.HasRoomForEvents)
        {
            uint member = _queues.TakeTouched();
            if (member == 0) return;
            if (_tables.Systems[_tables.Members[member].System].Phase == ResolutionPhase.Idle) Look(member, ref budget);
        }
    }

    private bool IsLate(in PaymentRecord payment) => payment.RejectNs != 0 && payment.RejectNs <= _context.TimestampNs;

    private void Look(uint member, ref int budget)
    {
        while (true)
        {
            uint head = PaymentTables.Head(_tables.Members[member]);
            if (head == 0) return;
            if (budget <= 0 || !_context.HasRoomForEvents)
            {
                _queues.Touch(member);
                return;
            }

            budget--;
            if (!TrySettle(head) && !TryOffset(head)) break;
        }

        if (_tables.Members[member].BypassCount != 0) LookForBypass(member, ref budget);
    }

    private void LookForBypass(uint member, ref int budget)
    {
        // One payment at least, or a budget that the head used up would stop the scan at the same place for ever.
        if (budget <= 0) budget = 1;
        uint at = _tables.Members[member].ScanFrom;
        if (at == 0) at = _tables.Members[member].NormalHead;
        while (at != 0 && budget > 0 && _context.HasRoomForEvents)
        {
            budget--;
            uint next = _tables.Payments[at].Next;
            if ((_tables.Payments[at].Flags & PaymentFlags.FifoBypass) != 0) TrySettle(at);
            at = next;
        }

        if (_tables.Members[member].ScanFrom != at) _tables.Members.Change(member).ScanFrom = at;
        if (at != 0) _queues.Touch(member);
    }

    private bool TrySettle(uint number)
    {
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        if (IsLate(payment) || !MaySettle(payment)) return false;
        _queues.Remove(number);
        _settlement.Settle(number, PaymentEventKind.SettledGross);
        return true;
    }

    /// <summary>Settles the head of a queue together with the head of its receiver's queue when they pay each other and both may.</summary>
    private bool TryOffset(uint number)
    {
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        ref readonly MemberRecord receiver = ref _tables.Members[payment.Receiver];
        if ((_tables.Systems[receiver.System].Options & PaymentSystemOptions.BilateralOffset) == 0) return false;
        uint other = PaymentTables.Head(receiver);
        if (other == 0 || _tables.Payments[other].Receiver != payment.Sender) return false;
        ref readonly PaymentRecord opposite = ref _tables.Payments[other];
        if (IsLate(payment) || IsLate(opposite)) return false;

        // Limits see normal payments only, so offsetting across priorities would have to look at each side's own sums.
        if ((payment.Priority == PaymentPriority.Normal) != (opposite.Priority == PaymentPriority.Normal)) return false;
        if (!MaySettle(payment, opposite.Amount) || !MaySettle(opposite, payment.Amount)) return false;
        _queues.Remove(number);
        _queues.Remove(other);
        _settlement.Settle(number, PaymentEventKind.SettledByOffset);
        _settlement.Settle(other, PaymentEventKind.SettledByOffset);
        return true;
    }

    /// <summary>Whether a payment could settle now; what waits for room in somebody's position is noted, so that it is looked at again.</summary>
    private bool MaySettle(in PaymentRecord payment, Int128 returned = default)
    {
        ResultCode code = _settlement.Check(payment.Sender, payment.Receiver, payment.Amount, payment.Priority, returned);
        if (code == ResultCode.ExceedsPosition)
        {
            _queues.AwaitRoom(payment.Sender);
            _queues.AwaitRoom(payment.Receiver);
        }

        return code == ResultCode.Ok;
    }

    private void Hold(uint number, ref PaymentRecord payment, uint systemNumber)
    {
        ref PaymentSystemRecord system = ref _tables.Systems.Change(systemNumber);
        payment.State = PaymentState.Held;
        payment.Next = 0;
        payment.Previous = system.HeldTail;
        if (system.HeldTail != 0) _tables.Payments.Change(system.HeldTail).Next = number;
        else system.HeldHead = number;
        system.HeldTail = number;
    }
}
