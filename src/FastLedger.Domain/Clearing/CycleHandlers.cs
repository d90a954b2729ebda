// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>
/// Deferred net settlement: a cycle collects obligations, and its net positions, which sum to zero, are paid through the clearing account
/// all at once or not at all. The gross obligations stay as the audit list.
/// </summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed partial class CycleHandlers
{
    /// <summary>Obligations of one cycle: bounds the walk of a recast.</summary>
    public const uint MaxObligations = 1 << 17;

    private readonly Ledger _ledger;
    private readonly PaymentTables _tables;
    private readonly ExecutionContext _context;
    private readonly ClearingEvents _events;

    /// <summary>Handlers over the context's ledger.</summary>
    public CycleHandlers(ExecutionContext context)
    {
        _context = context;
        _events = new ClearingEvents(context);
        _ledger = context.Ledger;
        _tables = _ledger.Clearing;
    }

    /// <summary>Opens a cycle.</summary>
    public ResultCode Open(in CycleCommand command, ref CommandResult result)
    {
        if (command.Cycle != 0 || command.Member != 0 || command.Rule != 0 || command.GuaranteeAccount != 0 || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Systems.Has(command.System)) return ResultCode.UnknownPaymentSystem;
        ref readonly PaymentSystemRecord system = ref _tables.Systems[command.System];
        if (!_context.Holds(system.OperatorPolicy)) return ResultCode.Unauthorized;
        if (system.ClearingAccount == 0) return ResultCode.NoClearingAccount;
        uint number = _tables.Cycles.Append();
        if (number == 0) return ResultCode.TableFull;
        ref CycleRecord cycle = ref _tables.Cycles.Change(number);
        cycle.System = command.System;
        cycle.State = CycleState.Open;
        cycle.Reference = command.Reference;
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Adds an obligation.</summary>
    public ResultCode Add(in ObligationCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != 0 || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Cycles.Has(command.Cycle)) return ResultCode.UnknownCycle;
        if (!_tables.Members.Has(command.Debtor) || !_tables.Members.Has(command.Creditor)) return ResultCode.UnknownMember;
        if (command.Debtor == command.Creditor) return ResultCode.SameAccount;
        ref readonly CycleRecord seen = ref _tables.Cycles[command.Cycle];
        ref readonly MemberRecord debtor = ref _tables.Members[command.Debtor];
        if (debtor.System != seen.System || _tables.Members[command.Creditor].System != seen.System) return ResultCode.DifferentPaymentSystems;
        if (!_context.Holds(_tables.Participants[debtor.Participant].Policy) && !_context.Holds(_tables.Systems[seen.System].OperatorPolicy)) return ResultCode.Unauthorized;
        if (command.Amount == 0) return ResultCode.AmountZero;
        if (command.Amount > long.MaxValue) return ResultCode.AmountTooLarge;
        if (seen.State != CycleState.Open) return ResultCode.CycleState;
        if (seen.ObligationCount == MaxObligations) return ResultCode.CycleFull;
        if (_tables.Obligations.Count == _tables.Obligations.Capacity || _tables.CyclePositions.Capacity - _tables.CyclePositions.Count < 2) return ResultCode.TableFull;

        uint number = _tables.Obligations.Append();
        ref ObligationRecord obligation = ref _tables.Obligations.Change(number);
        obligation.Cycle = command.Cycle;
        obligation.Debtor = command.Debtor;
        obligation.Creditor = command.Creditor;
        obligation.Amount = command.Amount;
        obligation.Sequence = _context.Sequence;
        obligation.Uetr = command.Uetr;
        obligation.Reference = command.Reference;
        obligation.Code = command.Code;
        ref CycleRecord cycle = ref _tables.Cycles.Change(command.Cycle);
        Position(ref cycle, command.Cycle, command.Debtor).Out += command.Amount;
        Position(ref cycle, command.Cycle, command.Creditor).In += command.Amount;
        cycle.Gross += command.Amount;
        cycle.ObligationCount++;
        Span<byte> image = stackalloc byte[Hash256.Size + 128];
        cycle.Audit.Bytes.CopyTo(image);
        MemoryMarshal.Write(image[Hash256.Size..], in obligation);
        cycle.Audit = Blake3.Hash(image);
        if (cycle.LastObligation != 0) _tables.Obligations.Change(cycle.LastObligation).Next = number;
        else cycle.FirstObligation = number;
        cycle.LastObligation = number;
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Closes a cycle.</summary>
    public ResultCode Close(in CycleCommand command, ref CommandResult result)
    {
        if (command.Member != 0 || command.Rule != 0 || command.GuaranteeAccount != 0) return ResultCode.ReservedFieldNotZero;
        ResultCode code = Find(command, CycleState.Open);
        if (code != ResultCode.Ok) return code;
        _tables.Cycles.Change(command.Cycle).State = CycleState.Closed;
        result.Value = command.Cycle;
        return ResultCode.Ok;
    }

    private static bool HasReserved(in CycleCommand command) =>
        command.Reserved0 != 0 || command.Reserved1 != 0 || command.Reserved2 != 0 || command.Reserved3 != UInt128.Zero || !command.Reserved4.IsZero;

    private ResultCode Find(in CycleCommand command, CycleState state)
    {
        if (command.System != 0 || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Cycles.Has(command.Cycle)) return ResultCode.UnknownCycle;
        ref readonly CycleRecord cycle = ref _tables.Cycles[command.Cycle];
        if (!_context.Holds(_tables.Systems[cycle.System].OperatorPolicy)) return ResultCode.Unauthorized;
        return cycle.State == state ? ResultCode.Ok : ResultCode.CycleState;
    }

    private ref CyclePositionRecord Position(ref CycleRecord cycle, uint cycleNumber, uint member)
    {
        UInt128 key = PaymentTables.Pair(cycleNumber, member);
        uint number = _tables.CyclePositionByMember.Find(key);
        if (number != 0) return ref _tables.CyclePositions.Change(number);
        number = _tables.CyclePositions.Append();
        Invariant.Check(number != 0);
        ref CyclePositionRecord position = ref _tables.CyclePositions.Change(number);
        position.Cycle = cycleNumber;
        position.Member = member;
        position.Next = cycle.FirstPosition;
        cycle.FirstPosition = number;
        cycle.PositionCount++;
        _tables.CyclePositionByMember.Add(key, number);
        return ref position;
    }
}
