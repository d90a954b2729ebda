// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// What payment systems do by themselves: look at queues after credits, let payments in and out at their times, resolve queues. Bounded per
/// command and per block; where it stopped stands in the state.
/// </summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class PaymentWork
{
    /// <summary>Payments looked at after one command or chain.</summary>
    public const int PerCommand = 1 << 14;

    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly PaymentQueues _queues;
    private readonly PaymentSettlement _settlement;
    private readonly GrossSettlement _gross;
    private readonly QueueResolution _resolution;
    private readonly BusinessDays _days;
    private readonly ExchangeHandlers _exchanges;

    /// <summary>Work over the context's ledger.</summary>
    public PaymentWork(
        ExecutionContext context, PaymentQueues queues, PaymentSettlement settlement, GrossSettlement gross, QueueResolution resolution, BusinessDays days, ExchangeHandlers exchanges)
    {
        _days = days;
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
        _queues = queues;
        _settlement = settlement;
        _gross = gross;
        _resolution = resolution;
        _exchanges = exchanges;
    }

    /// <summary>Block time at which the next piece of work is due: 0 when it is now, <see cref="long.MaxValue"/> when nothing is.</summary>
    public static long NextNs(Ledger ledger)
    {
        if (ledger.Counters.FirstTouchedMember != 0) return 0;
        PaymentTables tables = ledger.Clearing;
        long next = tables.Times.NextNs;
        for (uint number = 1; number < tables.Systems.Count; number++) next = Math.Min(next, NextNs(tables, tables.Systems[number]));
        for (uint number = 1; number < tables.Exchanges.Count; number++)
            if (HasWork(tables.Exchanges[number])) return 0;
        return next;
    }

    /// <summary>After a command or a chain: looks at the queues of whoever was credited.</summary>
    public void AfterCommand()
    {
        int budget = Math.Min(PerCommand, _tables.WorkPerBlock);
        _gross.Work(ref budget);
    }

    /// <summary>At the start of a block.</summary>
    public void BeginBlock()
    {
        int budget = _tables.WorkPerBlock;

        // What is at work goes first: payments whose time comes meanwhile have to wait for its end anyway, and must not use up what it needs
        // to get there.
        for (uint number = 1; number < _tables.Systems.Count; number++)
            if (_tables.Systems[number].Phase != ResolutionPhase.Idle) Resolve(number, ref budget);
        while (budget > 0 && _context.HasRoomForEvents && _tables.Times.NextNs <= _context.TimestampNs)
        {
            budget--;
            _context.Sequence = ++_ledger.Counters.Sequence;
            Due(_tables.Times.First);
        }

        for (uint number = 1; number < _tables.Systems.Count; number++)
        {
            if (_tables.Systems[number].Phase != ResolutionPhase.Idle || NextNs(_tables, _tables.Systems[number]) > _context.TimestampNs) continue;
            if (BusinessDays.IsOver(_tables, _tables.Systems[number], _context.TimestampNs)) _days.StartExpiring(number);
            else _resolution.Start(number);
            Resolve(number, ref budget);
        }

        for (uint number = 1; number < _tables.Exchanges.Count; number++)
        {
            if (!HasWork(_tables.Exchanges[number])) continue;
            _context.Sequence = ++_ledger.Counters.Sequence;
            _exchanges.Retry(number, ref budget);
        }

        if (_ledger.Counters.FirstTouchedMember == 0) return;
        _context.Sequence = ++_ledger.Counters.Sequence;
        _gross.Work(ref budget);
    }

    private static bool HasWork(in ExchangeRecord exchange) => exchange.Head != 0 && (exchange.Retry | exchange.Cursor) != 0;

    private static long NextNs(PaymentTables tables, in PaymentSystemRecord system)
    {
        if (system.Phase != ResolutionPhase.Idle) return 0;
        bool isOpen = system.Day != 0 && tables.BusinessDays[system.Day].State == BusinessDayState.Open;
        long end = isOpen ? tables.BusinessDays[system.Day].InterbankCutoffNs + 1 : long.MaxValue;
        if (system.QueuedCount == 0) return end;
        if (system.CreditedSinceResolution != 0) return 0;
        return system.ResolvePeriodNs != 0 ? Math.Min(system.NextResolveNs, end) : end;
    }

    private void Resolve(uint number, ref int budget)
    {
        _context.Sequence = ++_ledger.Counters.Sequence;
        if (_tables.Systems[number].Phase == ResolutionPhase.Expiring) _days.Expire(number, ref budget);
        _resolution.Work(number, ref budget);
    }

    private void Due(uint number)
    {
        ref readonly PaymentRecord payment = ref _tables.Payments[number];
        if (payment.State == PaymentState.Waiting)
        {
            _tables.Times.Remove(number);
            _gross.Enter(number);
            return;
        }

        // The queues are closed while a resolution is at work. The new time stands in the record, so that a replica that makes the list of
        // times anew from the records takes them in the same order.
        if (_tables.Systems[_tables.Members[payment.Sender].System].Phase != ResolutionPhase.Idle)
        {
            _tables.Times.Remove(number);
            _tables.Payments.Change(number).RejectNs = _context.TimestampNs + 1;
            _tables.Times.Add(number, _context.TimestampNs + 1);
            return;
        }

        uint sender = payment.Sender;
        _queues.Remove(number);
        _queues.End(number, PaymentState.Expired);
        _settlement.Tell(number, PaymentEventKind.Expired);
        _queues.Touch(sender);
    }
}
