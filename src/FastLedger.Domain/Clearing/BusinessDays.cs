// SPDX-License-Identifier: Apache-2.0
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// Business days of payment systems: which day a payment belongs to, the warehouse of each day, and what happens to queued payments at the last
/// cut-off. A payment is late when the block time is beyond its cut-off; at the cut-off itself it is not.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class BusinessDays
{
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly PaymentQueues _queues;
    private readonly PaymentSettlement _settlement;

    /// <summary>Business days over the context's ledger.</summary>
    public BusinessDays(ExecutionContext context, PaymentQueues queues, PaymentSettlement settlement)
    {
        _context = context;
        _tables = context.Ledger.Clearing;
        _queues = queues;
        _settlement = settlement;
    }

    /// <summary>Decides on which day a payment that is submitted settles.</summary>
    /// <param name="systemNumber">Its payment system.</param>
    /// <param name="valueDate">The date it asks for; 0 for today.</param>
    /// <param name="flags">Its flags.</param>
    /// <param name="day">The day's record; 0 in a system without business days. A day that is not open means the warehouse.</param>
    public ResultCode Assign(uint systemNumber, uint valueDate, PaymentFlags flags, out uint day)
    {
        day = _tables.Systems[systemNumber].Day;
        bool rolls = (flags & PaymentFlags.RollValueDate) != 0;
        if (!HasDays(systemNumber)) return valueDate != 0 || rolls || (flags & PaymentFlags.Customer) != 0 ? ResultCode.InvalidPayment : ResultCode.Ok;
        bool isOpen = day != 0 && _tables.BusinessDays[day].State == BusinessDayState.Open;
        uint today = day == 0 ? 0 : _tables.BusinessDays[day].Date;
        if (valueDate != 0 && (day == 0 || valueDate > today))
        {
            uint asked = _tables.DayByDate.Find(PaymentTables.Pair(systemNumber, valueDate));
            bool isPlanned = asked != 0 && _tables.BusinessDays[asked].State == BusinessDayState.Planned;
            if (!isPlanned && !rolls) return ResultCode.NotABusinessDay;
            day = isPlanned ? asked : PlannedFrom(systemNumber, valueDate);
            return day == 0 ? ResultCode.NotABusinessDay : ResultCode.Ok;
        }

        if (valueDate != 0 && valueDate < today && !rolls) return ResultCode.ValueDatePassed;
        if (isOpen && !IsLate(_tables.BusinessDays[day], flags)) return ResultCode.Ok;
        if (!rolls) return isOpen || (day != 0 && _tables.BusinessDays[day].State == BusinessDayState.Ended) ? ResultCode.CutoffPassed : ResultCode.NoBusinessDay;
        day = PlannedAfter(systemNumber);
        return day == 0 ? ResultCode.NoBusinessDay : ResultCode.Ok;
    }

    /// <summary>Lets a payment whose time has come into the present day, or sends it on to the next, or ends it.</summary>
    /// <returns>True when it may settle or queue now.</returns>
    public bool Admits(uint number)
    {
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        uint systemNumber = _tables.Members[payment.Sender].System;
        if (!HasDays(systemNumber)) return true;
        uint day = _tables.Systems[systemNumber].Day;
        bool isOpen = day != 0 && _tables.BusinessDays[day].State == BusinessDayState.Open && !IsLate(_tables.BusinessDays[day], payment.Flags);
        if (isOpen && (payment.ValueDate == 0 || payment.ValueDate >= _tables.BusinessDays[day].Date || (payment.Flags & PaymentFlags.RollValueDate) != 0))
        {
            if (payment.ValueDate != _tables.BusinessDays[day].Date) _tables.Payments.Change(number).ValueDate = _tables.BusinessDays[day].Date;
            return true;
        }

        RollOrExpire(number, systemNumber);
        return false;
    }

    /// <summary>True when the system has business days.</summary>
    public bool HasDays(uint system) => _tables.Systems[system].LastDay != 0;

    /// <summary>True when a day is the one that is open.</summary>
    public bool IsOpen(uint day) => day == 0 || _tables.BusinessDays[day].State == BusinessDayState.Open;

    /// <summary>Puts a payment that stands in no list into the warehouse of a day.</summary>
    public void Store(uint number, uint dayNumber)
    {
        ref BusinessDayRecord day = ref _tables.BusinessDays.Change(dayNumber);
        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        payment.State = PaymentState.Warehoused;
        payment.ValueDate = day.Date;
        payment.Next = 0;
        payment.Previous = day.WarehouseTail;
        if (day.WarehouseTail != 0) _tables.Payments.Change(day.WarehouseTail).Next = number;
        else day.WarehouseHead = number;
        day.WarehouseTail = number;
        day.WarehouseCount++;
        _settlement.Tell(number, PaymentEventKind.Warehoused);
    }

    /// <summary>Takes a payment out of its warehouse; the caller gives it its next state.</summary>
    public void Withdraw(uint number)
    {
        ref PaymentRecord payment = ref _tables.Payments.Change(number);
        uint dayNumber = _tables.DayByDate.Find(PaymentTables.Pair(_tables.Members[payment.Sender].System, payment.ValueDate));
        while (_tables.BusinessDays[dayNumber].MovedTo != 0) dayNumber = _tables.BusinessDays[dayNumber].MovedTo;
        ref BusinessDayRecord day = ref _tables.BusinessDays.Change(dayNumber);
        if (payment.Previous != 0) _tables.Payments.Change(payment.Previous).Next = payment.Next;
        else day.WarehouseHead = payment.Next;
        if (payment.Next != 0) _tables.Payments.Change(payment.Next).Previous = payment.Previous;
        else day.WarehouseTail = payment.Previous;
        payment.Next = 0;
        payment.Previous = 0;
        day.WarehouseCount--;
    }

    /// <summary>The first planned day after the present one, or 0.</summary>
    public uint PlannedAfter(uint system) => PlannedFrom(system, 0);

    /// <summary>Begins what follows the last cut-off: every queue is emptied.</summary>
    public void StartExpiring(uint systemNumber)
    {
        ref PaymentSystemRecord system = ref _tables.Systems.Change(systemNumber);
        system.Phase = ResolutionPhase.Expiring;
        system.ExpiringMember = system.FirstMember;
        _tables.BusinessDays.Change(system.Day).State = BusinessDayState.Ended;
    }

    /// <summary>Goes on with it.</summary>
    /// <param name="systemNumber">The system.</param>
    /// <param name="budget">Payments to expire or roll; what is left of it comes back.</param>
    public void Expire(uint systemNumber, ref int budget)
    {
        ref PaymentSystemRecord system = ref _tables.Systems.Change(systemNumber);
        for (; system.ExpiringMember != 0; system.ExpiringMember = _tables.Members[system.ExpiringMember].NextMember)
        {
            while (true)
            {
                uint head = PaymentTables.Head(_tables.Members[system.ExpiringMember]);
                if (head == 0) break;
                if (budget <= 0 || !_context.HasRoomForEvents) return;
                budget--;
                _queues.Remove(head);
                RollOrExpire(head, systemNumber);
            }
        }

        system.Phase = ResolutionPhase.Admitting;
    }

    /// <summary>True when the present day is open and its last cut-off has passed at a block time.</summary>
    public static bool IsOver(PaymentTables tables, in PaymentSystemRecord system, long timestampNs) =>
        system.Day != 0 && tables.BusinessDays[system.Day].State == BusinessDayState.Open && timestampNs > tables.BusinessDays[system.Day].InterbankCutoffNs;

    private bool IsLate(in BusinessDayRecord day, PaymentFlags flags) =>
        _context.TimestampNs > ((flags & PaymentFlags.Customer) != 0 ? day.CustomerCutoffNs : day.InterbankCutoffNs);

    private uint PlannedFrom(uint systemNumber, uint date)
    {
        ref readonly PaymentSystemRecord system = ref _tables.Systems[systemNumber];
        uint at = system.Day != 0 ? _tables.BusinessDays[system.Day].Next : system.FirstDay;
        while (at != 0 && (_tables.BusinessDays[at].State != BusinessDayState.Planned || _tables.BusinessDays[at].Date < date)) at = _tables.BusinessDays[at].Next;
        return at;
    }

    /// <summary>A payment that stands in no list and missed its day.</summary>
    private void RollOrExpire(uint number, uint systemNumber)
    {
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        uint present = _tables.Systems[systemNumber].Day;
        uint next = (payment.Flags & PaymentFlags.RollValueDate) != 0 && !HasRejectTimePassed(payment) ? PlannedAfter(systemNumber) : 0;
        if (next != 0)
        {
            if (present != 0) _tables.BusinessDays.Change(present).Rolled++;
            Store(number, next);
            return;
        }

        if (present != 0) _tables.BusinessDays.Change(present).Expired++;
        _queues.End(number, PaymentState.Expired);
        _settlement.Tell(number, PaymentEventKind.Expired);
    }

    private bool HasRejectTimePassed(in PaymentRecord payment) => payment.RejectNs != 0 && payment.RejectNs <= _context.TimestampNs;
}
