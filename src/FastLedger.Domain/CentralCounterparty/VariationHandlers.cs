// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>
/// Variation margin: marking a contract makes gains and losses due, a settlement pays all that is due at once through one account that is
/// empty before and after. What a defaulter owed is paid by the default account, into which its waterfall drew.
/// </summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class VariationHandlers
{
    private readonly Ledger _ledger;
    private readonly CounterpartyTables _tables;
    private readonly ExecutionContext _context;
    private readonly CounterpartyJournal _journal;
    private readonly PositionBook _book;

    /// <summary>Handlers over the context's ledger.</summary>
    public VariationHandlers(ExecutionContext context, CounterpartyJournal journal, PositionBook book)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Counterparties;
        _journal = journal;
        _book = book;
    }

    /// <summary>Marks a contract.</summary>
    public ResultCode Mark(in ContractCommand command, ref CommandResult result)
    {
        if ((command.Counterparty | command.SecuritySystem | command.SettlementDate | command.Into) != 0 || command.MarginPerUnit != 0 || CounterpartyHandlers.HasReserved(command))
            return ResultCode.ReservedFieldNotZero;
        if (!_tables.Contracts.Has(command.Contract)) return ResultCode.UnknownContract;
        ref readonly ContractRecord contract = ref _tables.Contracts[command.Contract];
        if (_journal.CheckOperator(contract.Counterparty) is not ResultCode.Ok and var refused) return refused;
        if (contract.State != ContractState.Open) return ResultCode.ContractState;
        if (!_book.IsPrice(command.Contract, command.Price)) return ResultCode.InvalidTrade;
        result.Value = _book.MarkAll(command.Contract, command.Price);
        return ResultCode.Ok;
    }

    /// <summary>Pays all variation margin of a counterparty, or nothing.</summary>
    public ResultCode Settle(in CounterpartyCommand command, ref CommandResult result)
    {
        if ((command.System | command.AssessmentPpm) != 0 || command.Capital != 0 || CounterpartyHandlers.HasAccounts(command) || CounterpartyHandlers.HasReserved(command))
            return ResultCode.ReservedFieldNotZero;
        if (!_tables.Counterparties.Has(command.Counterparty)) return ResultCode.UnknownCounterparty;
        ref readonly CounterpartyRecord seen = ref _tables.Counterparties[command.Counterparty];
        if (_journal.CheckOperator(command.Counterparty) is not ResultCode.Ok and var refused) return refused;
        if (seen.OpenDefaults != 0) return ResultCode.DefaultOpen;
        if (!_journal.IsIdle(seen.System)) return ResultCode.ResolutionRunning;
        ref readonly AccountRecord through = ref _ledger.Accounts[seen.VariationAccount];
        if (through.IsBlocked || through.Balance != Int128.Zero || through.DebitsPending != UInt128.Zero) return ResultCode.NoClearingAccount;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        uint unable = FirstUnable(seen);
        if (unable != 0)
        {
            result.Value = unable;
            return ResultCode.VariationShortfall;
        }

        Int128 missing = (Int128)seen.DefaultDue - _journal.Available(seen.DefaultAccount);
        if (missing > Int128.Zero)
        {
            result.Value = (UInt128)missing;
            return ResultCode.LossUncovered;
        }

        result.Value = Pay(command);
        return ResultCode.Ok;
    }

    /// <summary>The first member that cannot pay what it owes, or cannot be paid, or 0.</summary>
    private uint FirstUnable(in CounterpartyRecord counterparty)
    {
        Int128 sum = Int128.Zero;
        uint unable = 0;
        for (uint at = counterparty.FirstMember; at != 0; at = _tables.ClearingMembers[at].NextMember)
        {
            Int128 due = _tables.ClearingMembers[at].VariationDue;
            sum += due;
            if (due == Int128.Zero || unable != 0) continue;
            if (_journal.IsBlocked(at) || (due < Int128.Zero && _journal.Available(_journal.AccountOf(at)) < -due)) unable = at;
        }

        Invariant.Check(sum == (Int128)counterparty.DefaultDue);
        return unable;
    }

    private UInt128 Pay(in CounterpartyCommand command)
    {
        ref CounterpartyRecord counterparty = ref _tables.Counterparties.Change(command.Counterparty);
        UInt128 paid = counterparty.DefaultDue;
        _journal.Move(HistoryKind.Variation, counterparty.DefaultAccount, counterparty.VariationAccount, paid, command.Counterparty, command.Code, command.Reference);
        counterparty.DefaultDue = UInt128.Zero;
        for (uint at = counterparty.FirstMember; at != 0; at = _tables.ClearingMembers[at].NextMember)
        {
            Int128 due = _tables.ClearingMembers[at].VariationDue;
            if (due >= Int128.Zero) continue;
            _journal.Move(HistoryKind.Variation, _journal.AccountOf(at), counterparty.VariationAccount, (UInt128)(-due), command.Counterparty, command.Code, command.Reference);
            Done(at, due, command.Reference);
            paid += (UInt128)(-due);
        }

        for (uint at = counterparty.FirstMember; at != 0; at = _tables.ClearingMembers[at].NextMember)
        {
            Int128 due = _tables.ClearingMembers[at].VariationDue;
            if (due <= Int128.Zero) continue;
            _journal.Move(HistoryKind.Variation, counterparty.VariationAccount, _journal.AccountOf(at), (UInt128)due, command.Counterparty, command.Code, command.Reference);
            Done(at, due, command.Reference);
        }

        Invariant.Check(_ledger.Accounts[counterparty.VariationAccount].Balance == Int128.Zero);
        counterparty.VariationPaid += paid;
        return paid;
    }

    private void Done(uint number, Int128 due, in Hash256 reference)
    {
        ref ClearingMemberRecord member = ref _tables.ClearingMembers.Change(number);
        member.VariationReceived += due;
        member.VariationDue = Int128.Zero;
        _journal.Tell(CounterpartyEventKind.VariationSettled, number, reference).Amount = due;
    }
}
