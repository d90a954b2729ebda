// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// The calendar of a payment system as ordered commands, so that all replicas agree on who was late: days are planned, become holidays, open,
/// change their cut-offs and close.
/// </summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class BusinessDayHandlers
{
    /// <summary>Days after the present one that a system may hold, holidays included: bounds the search for the next one.</summary>
    public const uint MaxPlannedDays = 400;

    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly BusinessDays _days;
    private readonly QueueResolution _resolution;

    /// <summary>Handlers over the context's ledger.</summary>
    public BusinessDayHandlers(ExecutionContext context, BusinessDays days, QueueResolution resolution)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
        _days = days;
        _resolution = resolution;
    }

    /// <summary>Executes a command of business days.</summary>
    public ResultCode Dispatch(in PaymentSystemWorkCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Systems.Has(command.System)) return ResultCode.UnknownPaymentSystem;
        if (_context.Check(_tables.Systems[command.System].OperatorPolicy) is not ResultCode.Ok and var refused) return refused;
        bool setsCutoffs = command.Opcode is Opcode.PlanBusinessDay or Opcode.SetCutoffs;
        if (!setsCutoffs && (command.CustomerCutoffNs | command.InterbankCutoffNs) != 0) return ResultCode.ReservedFieldNotZero;
        if (setsCutoffs && (command.CustomerCutoffNs <= 0 || command.InterbankCutoffNs < command.CustomerCutoffNs || command.InterbankCutoffNs == long.MaxValue))
            return ResultCode.BusinessDayState;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        return command.Opcode switch
        {
            Opcode.PlanBusinessDay => Plan(command, ref result),
            Opcode.DeclareHoliday => DeclareHoliday(command, ref result),
            Opcode.OpenBusinessDay => Open(command, ref result),
            Opcode.SetCutoffs => SetCutoffs(command, ref result),
            _ => Close(command, ref result),
        };
    }

    private ResultCode Plan(in PaymentSystemWorkCommand command, ref CommandResult result)
    {
        ref readonly PaymentSystemRecord seen = ref _tables.Systems[command.System];
        uint present = seen.Day;
        if (command.Date == 0 || (present != 0 && command.Date <= _tables.BusinessDays[present].Date)) return ResultCode.BusinessDayState;
        uint number = _tables.DayByDate.Find(PaymentTables.Pair(command.System, command.Date));
        if (number == 0)
        {
            if (seen.PlannedDays == MaxPlannedDays) return ResultCode.BusinessDayLimit;
            number = Insert(command.System, command.Date);
            if (number == 0) return ResultCode.TableFull;
        }

        // Payments that waited for a day that became a holiday stay where they went.
        if (_tables.BusinessDays[number].MovedTo != 0) return ResultCode.BusinessDayState;
        ref BusinessDayRecord day = ref _tables.BusinessDays.Change(number);
        day.State = BusinessDayState.Planned;
        day.CustomerCutoffNs = command.CustomerCutoffNs;
        day.InterbankCutoffNs = command.InterbankCutoffNs;
        day.Reference = command.Reference;
        result.Value = number;
        return ResultCode.Ok;
    }

    private uint Insert(uint systemNumber, uint date)
    {
        uint number = _tables.BusinessDays.Append();
        if (number == 0) return 0;
        ref PaymentSystemRecord system = ref _tables.Systems.Change(systemNumber);
        uint after = system.LastDay;
        while (after != 0 && _tables.BusinessDays[after].Date > date) after = _tables.BusinessDays[after].Previous;
        ref BusinessDayRecord day = ref _tables.BusinessDays.Change(number);
        day.System = systemNumber;
        day.Date = date;
        day.Previous = after;
        day.Next = after != 0 ? _tables.BusinessDays[after].Next : system.FirstDay;
        if (after != 0) _tables.BusinessDays.Change(after).Next = number;
        else system.FirstDay = number;
        if (day.Next != 0) _tables.BusinessDays.Change(day.Next).Previous = number;
        else system.LastDay = number;
        system.PlannedDays++;
        _tables.DayByDate.Add(PaymentTables.Pair(systemNumber, date), number);
        return number;
    }

    private ResultCode DeclareHoliday(in PaymentSystemWorkCommand command, ref CommandResult result)
    {
        uint number = _tables.DayByDate.Find(PaymentTables.Pair(command.System, command.Date));
        if (number == 0) return ResultCode.NotABusinessDay;
        ref readonly BusinessDayRecord seen = ref _tables.BusinessDays[number];
        if (seen.State != BusinessDayState.Planned) return ResultCode.BusinessDayState;
        if (seen.WarehouseHead != 0)
        {
            uint next = seen.Next;
            while (next != 0 && _tables.BusinessDays[next].State != BusinessDayState.Planned) next = _tables.BusinessDays[next].Next;
            if (next == 0) return ResultCode.BusinessDayState;
            MoveWarehouse(number, next);
        }

        _tables.BusinessDays.Change(number).State = BusinessDayState.Holiday;
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>What waited for a holiday waits longest: it stands in front of what waits for the next day.</summary>
    private void MoveWarehouse(uint from, uint to)
    {
        ref BusinessDayRecord day = ref _tables.BusinessDays.Change(from);
        ref BusinessDayRecord next = ref _tables.BusinessDays.Change(to);
        if (next.WarehouseHead != 0)
        {
            _tables.Payments.Change(day.WarehouseTail).Next = next.WarehouseHead;
            _tables.Payments.Change(next.WarehouseHead).Previous = day.WarehouseTail;
        }
        else
        {
            next.WarehouseTail = day.WarehouseTail;
        }

        next.WarehouseHead = day.WarehouseHead;
        next.WarehouseCount += day.WarehouseCount;
        day.WarehouseHead = 0;
        day.WarehouseTail = 0;
        day.WarehouseCount = 0;
        day.MovedTo = to;
    }

    private ResultCode Open(in PaymentSystemWorkCommand command, ref CommandResult result)
    {
        ref readonly PaymentSystemRecord seen = ref _tables.Systems[command.System];
        if (seen.Day != 0 && _tables.BusinessDays[seen.Day].State != BusinessDayState.Closed) return ResultCode.BusinessDayState;
        uint number = _days.PlannedAfter(command.System);
        if (number == 0 || _tables.BusinessDays[number].Date != command.Date) return ResultCode.NotABusinessDay;
        if (seen.Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        ref PaymentSystemRecord system = ref _tables.Systems.Change(command.System);
        for (uint at = system.Day == 0 ? system.FirstDay : _tables.BusinessDays[system.Day].Next; ; at = _tables.BusinessDays[at].Next)
        {
            system.PlannedDays--;
            if (at == number) break;
        }

        ref BusinessDayRecord day = ref _tables.BusinessDays.Change(number);
        day.State = BusinessDayState.Open;
        day.OpenedSequence = _context.Sequence;
        day.SettledBefore = Settled(system);
        day.ValueBefore = system.SettledValue;
        day.Released = day.WarehouseCount;
        system.Day = number;
        for (uint at = system.FirstMember; at != 0; at = _tables.Members[at].NextMember)
        {
            if (_tables.Members[at].StatementDay == 0)
            {
                ref MemberRecord member = ref _tables.Members.Change(at);
                member.StatementDay = number | MemberRecord.FirstStatement;
                member.ClosingBalance = _ledger.Accounts[member.Account].Balance;
            }

            Tell(BusinessDayEventKind.Opened, at, day);
        }

        result.Value = day.WarehouseCount;
        if (day.WarehouseHead == 0) return ResultCode.Ok;

        // The warehouse becomes the list of what enters next, before anything that arrives from now on.
        Invariant.Check(system.HeldHead == 0);
        system.HeldHead = day.WarehouseHead;
        system.HeldTail = day.WarehouseTail;
        system.Phase = ResolutionPhase.Admitting;
        day.WarehouseHead = 0;
        day.WarehouseTail = 0;
        day.WarehouseCount = 0;

        // A chain can still be taken back: what it opens begins with the next block.
        if (_ledger.Undo.IsRecording) return ResultCode.Ok;
        int budget = _tables.WorkPerBlock;
        _resolution.Work(command.System, ref budget);
        return ResultCode.Ok;
    }

    private ResultCode SetCutoffs(in PaymentSystemWorkCommand command, ref CommandResult result)
    {
        uint number = _tables.Systems[command.System].Day;
        if (number == 0 || _tables.BusinessDays[number].Date != command.Date) return ResultCode.NotABusinessDay;
        ref readonly BusinessDayRecord seen = ref _tables.BusinessDays[number];
        if (seen.State != BusinessDayState.Open || _context.TimestampNs > seen.InterbankCutoffNs) return ResultCode.BusinessDayState;
        ref BusinessDayRecord day = ref _tables.BusinessDays.Change(number);
        day.CustomerCutoffNs = command.CustomerCutoffNs;
        day.InterbankCutoffNs = command.InterbankCutoffNs;
        for (uint at = _tables.Systems[command.System].FirstMember; at != 0; at = _tables.Members[at].NextMember) Tell(BusinessDayEventKind.CutoffsChanged, at, day);
        result.Value = number;
        return ResultCode.Ok;
    }

    private ResultCode Close(in PaymentSystemWorkCommand command, ref CommandResult result)
    {
        ref readonly PaymentSystemRecord system = ref _tables.Systems[command.System];
        uint number = system.Day;
        if (number == 0 || _tables.BusinessDays[number].Date != command.Date) return ResultCode.NotABusinessDay;
        if (_tables.BusinessDays[number].State != BusinessDayState.Ended) return ResultCode.BusinessDayState;
        if (system.Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        ref BusinessDayRecord day = ref _tables.BusinessDays.Change(number);
        day.State = BusinessDayState.Closed;
        day.ClosedSequence = _context.Sequence;
        day.Settled = Settled(system) - day.SettledBefore;
        day.Value = system.SettledValue - day.ValueBefore;
        for (uint at = system.FirstMember; at != 0; at = _tables.Members[at].NextMember)
        {
            uint before = _tables.Members[at].StatementDay;
            if (before == 0) continue;
            ref MemberRecord member = ref _tables.Members.Change(at);
            member.OpeningBalance = member.ClosingBalance;
            member.ClosingBalance = _ledger.Accounts[member.Account].Balance;
            if ((before & ~MemberRecord.FirstStatement) != number) member.StatementDay = number;
            ref BusinessDayEvent told = ref Tell(BusinessDayEventKind.Closed, at, day);
            told.Opening = member.OpeningBalance;
            told.Closing = member.ClosingBalance;
            told.FromSequence = _tables.StatementFrom(member);
        }

        result.Value = number;
        return ResultCode.Ok;
    }

    private static ulong Settled(in PaymentSystemRecord system) => system.SettledGross + system.SettledByOffset + system.SettledByResolution;

    private ref BusinessDayEvent Tell(BusinessDayEventKind kind, uint number, in BusinessDayRecord day)
    {
        ref readonly MemberRecord member = ref _tables.Members[number];
        ref BusinessDayEvent told = ref Unsafe.As<OrderEvent, BusinessDayEvent>(ref _context.Events.Add());
        told = default;
        told.Kind = kind;
        told.System = day.System;
        told.Member = number;
        told.Date = day.Date;
        told.Account = member.Account;
        told.Session = _tables.Participants[member.Participant].Session;
        told.Sequence = _context.Sequence;
        told.TimestampNs = _context.TimestampNs;
        told.CustomerCutoffNs = day.CustomerCutoffNs;
        told.InterbankCutoffNs = day.InterbankCutoffNs;
        return ref told;
    }
}
