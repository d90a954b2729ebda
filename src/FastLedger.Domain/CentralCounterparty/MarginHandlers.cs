// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Clearing;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>Initial margin and contributions to the default fund, both in cash of the settlement asset.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class MarginHandlers
{
    /// <summary>Most that one member may post, and most that all members may contribute to one default fund.</summary>
    public const ulong MaxMargin = 1ul << 62, MaxFund = 1ul << 56;

    private readonly Ledger _ledger;
    private readonly CounterpartyTables _tables;
    private readonly ExecutionContext _context;
    private readonly CounterpartyJournal _journal;

    /// <summary>Handlers over the context's ledger.</summary>
    public MarginHandlers(ExecutionContext context, CounterpartyJournal journal)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Counterparties;
        _journal = journal;
    }

    /// <summary>Posts or withdraws margin, pays a contribution in or back. Value: what is held afterwards.</summary>
    public ResultCode Change(in ClearingMemberCommand command, ref CommandResult result)
    {
        if ((command.Counterparty | command.Member) != 0 || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.ClearingMembers.Has(command.ClearingMember)) return ResultCode.UnknownClearingMember;
        ref readonly ClearingMemberRecord seen = ref _tables.ClearingMembers[command.ClearingMember];
        ResultCode refused = _journal.CheckOperator(seen.Counterparty);
        bool operates = refused == ResultCode.Ok;
        if (!operates && !ActsFor(seen)) return refused;
        if (command.Amount == 0) return ResultCode.AmountZero;
        if (command.Amount > MaxMargin) return ResultCode.AmountTooLarge;
        ref readonly CounterpartyRecord counterparty = ref _tables.Counterparties[seen.Counterparty];
        bool margin = command.Opcode is Opcode.PostMargin or Opcode.WithdrawMargin;
        bool paysIn = command.Opcode is Opcode.PostMargin or Opcode.ContributeToFund;
        ResultCode code = paysIn ? CheckPayment(command, seen, counterparty, margin) : CheckRepayment(command, seen, counterparty, margin, operates);
        if (code != ResultCode.Ok) return code;
        if (!_journal.IsIdle(counterparty.System)) return ResultCode.ResolutionRunning;
        uint own = _journal.AccountOf(command.ClearingMember), held = margin ? counterparty.MarginAccount : counterparty.FundAccount;
        if (_ledger.Accounts[own].IsBlocked || _ledger.Accounts[held].IsBlocked) return ResultCode.AccountFrozen;
        if (_journal.Available(paysIn ? own : held) < (Int128)command.Amount) return ResultCode.ExceedsBalance;

        _journal.Move(margin ? HistoryKind.Margin : HistoryKind.DefaultFund, paysIn ? own : held, paysIn ? held : own, command.Amount, command.ClearingMember, command.Code, command.Reference);
        ref ClearingMemberRecord member = ref _tables.ClearingMembers.Change(command.ClearingMember);
        ref CounterpartyRecord changed = ref _tables.Counterparties.Change(member.Counterparty);
        ref ulong part = ref margin ? ref member.Margin : ref member.Contribution;
        ref UInt128 total = ref margin ? ref changed.MarginTotal : ref changed.FundTotal;
        part = paysIn ? part + command.Amount : part - command.Amount;
        total = paysIn ? total + command.Amount : total - command.Amount;
        if (margin && member.Called != UInt128.Zero && member.Margin >= member.Requirement) member.Called = UInt128.Zero;
        result.Value = part;
        return ResultCode.Ok;
    }

    /// <summary>Calls what is missing of a member's initial margin.</summary>
    public ResultCode Call(in ClearingMemberCommand command, ref CommandResult result)
    {
        if ((command.Counterparty | command.Member) != 0 || command.Amount != 0 || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.ClearingMembers.Has(command.ClearingMember)) return ResultCode.UnknownClearingMember;
        ref readonly ClearingMemberRecord seen = ref _tables.ClearingMembers[command.ClearingMember];
        if (_journal.CheckOperator(seen.Counterparty) is not ResultCode.Ok and var refused) return refused;
        if (seen.State != ClearingMemberState.Active) return ResultCode.DefaultState;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        UInt128 missing = seen.Requirement > seen.Margin ? seen.Requirement - seen.Margin : UInt128.Zero;
        if (missing != seen.Called) _tables.ClearingMembers.Change(command.ClearingMember).Called = missing;
        if (missing != UInt128.Zero) _journal.Tell(CounterpartyEventKind.MarginCalled, command.ClearingMember, command.Reference).Amount = (Int128)missing;
        result.Value = missing;
        return ResultCode.Ok;
    }

    internal static bool HasReserved(in ClearingMemberCommand command) =>
        command.Reserved0 != 0 || command.Reserved1 != 0 || command.Reserved2 != UInt128.Zero || !command.Reserved3.IsZero;

    private static ResultCode CheckPayment(in ClearingMemberCommand command, in ClearingMemberRecord member, in CounterpartyRecord counterparty, bool margin)
    {
        if (member.State != ClearingMemberState.Active) return ResultCode.DefaultState;
        if (margin) return member.Margin + command.Amount > MaxMargin ? ResultCode.InvalidLimit : ResultCode.Ok;
        return counterparty.FundTotal + command.Amount > MaxFund ? ResultCode.InvalidLimit : ResultCode.Ok;
    }

    private static ResultCode CheckRepayment(
        in ClearingMemberCommand command, in ClearingMemberRecord member, in CounterpartyRecord counterparty, bool margin, bool operates)
    {
        if (margin)
        {
            // What a defaulter has left is its estate's: the operator pays it back when the default is resolved.
            if (member.State == ClearingMemberState.Defaulted || (member.State == ClearingMemberState.Resolved && !operates)) return ResultCode.DefaultState;
            return member.Margin < command.Amount || member.Margin - command.Amount < member.Requirement ? ResultCode.MarginInUse : ResultCode.Ok;
        }

        // Nobody leaves the fund by itself, and nobody while a loss may fall on it.
        if (!operates) return ResultCode.Unauthorized;
        if (counterparty.OpenDefaults != 0) return ResultCode.DefaultOpen;
        return member.Contribution < command.Amount ? ResultCode.MarginInUse : ResultCode.Ok;
    }

    private bool ActsFor(in ClearingMemberRecord member)
    {
        uint number = _ledger.Clearing.Members[member.Member].Participant;
        ref readonly ParticipantRecord participant = ref _ledger.Clearing.Participants[number];
        if (_context.Check(participant.Policy) != ResultCode.Ok) return false;
        if (participant.Session != _context.Session) _ledger.Clearing.Participants.Change(number).Session = _context.Session;
        return true;
    }
}
