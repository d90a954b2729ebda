// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Clearing;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>Central counterparties, their clearing members and their contracts.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class CounterpartyHandlers
{
    private const ulong MaxCapital = 1ul << 62;
    private const uint MaxAssessmentPpm = 10_000_000;

    private readonly Ledger _ledger;
    private readonly CounterpartyTables _tables;
    private readonly ExecutionContext _context;
    private readonly CounterpartyJournal _journal;
    private readonly PositionBook _book;

    /// <summary>Handlers over the context's ledger.</summary>
    public CounterpartyHandlers(ExecutionContext context, CounterpartyJournal journal, PositionBook book)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Counterparties;
        _journal = journal;
        _book = book;
    }

    /// <summary>Creates a counterparty.</summary>
    public ResultCode Create(in CounterpartyCommand command, ref CommandResult result)
    {
        if (command.Counterparty != 0 || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Clearing.Systems.Has(command.System)) return ResultCode.UnknownPaymentSystem;
        ref readonly PaymentSystemRecord system = ref _ledger.Clearing.Systems[command.System];
        if (_context.Check(system.OperatorPolicy) is not ResultCode.Ok and var refused) return refused;
        if (command.Capital > MaxCapital || command.AssessmentPpm > MaxAssessmentPpm) return ResultCode.InvalidLimit;
        ReadOnlySpan<ulong> accounts = [command.VariationAccount, command.MarginAccount, command.FundAccount, command.CapitalAccount, command.DefaultAccount];
        for (int i = 0; i < accounts.Length; i++)
        {
            if (!_ledger.Accounts.Has(accounts[i])) return ResultCode.UnknownAccount;
            ref readonly AccountRecord account = ref _ledger.Accounts[(uint)accounts[i]];
            if (account.Asset != system.Asset || account.Policy != system.OperatorPolicy || account.Flags != AccountFlags.None || account.Floor != Int128.Zero
                || accounts[(i + 1)..].Contains(accounts[i]))
                return ResultCode.WrongSettlementAccount;
        }

        uint number = _tables.Counterparties.Append();
        if (number == 0) return ResultCode.TableFull;
        ref CounterpartyRecord counterparty = ref _tables.Counterparties.Change(number);
        counterparty.System = command.System;
        counterparty.OperatorPolicy = system.OperatorPolicy;
        counterparty.VariationAccount = (uint)command.VariationAccount;
        counterparty.MarginAccount = (uint)command.MarginAccount;
        counterparty.FundAccount = (uint)command.FundAccount;
        counterparty.CapitalAccount = (uint)command.CapitalAccount;
        counterparty.DefaultAccount = (uint)command.DefaultAccount;
        counterparty.Capital = command.Capital;
        counterparty.AssessmentPpm = command.AssessmentPpm;
        counterparty.Reference = command.Reference;
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Changes the capital at risk and the bound of assessments.</summary>
    public ResultCode Configure(in CounterpartyCommand command, ref CommandResult result)
    {
        if (command.System != 0 || HasAccounts(command) || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Counterparties.Has(command.Counterparty)) return ResultCode.UnknownCounterparty;
        if (_journal.CheckOperator(command.Counterparty) is not ResultCode.Ok and var refused) return refused;
        if (command.Capital > MaxCapital || command.AssessmentPpm > MaxAssessmentPpm) return ResultCode.InvalidLimit;

        // What members agreed to lose must not change between a default and its waterfall.
        if (_tables.Counterparties[command.Counterparty].OpenDefaults != 0) return ResultCode.DefaultOpen;
        ref CounterpartyRecord counterparty = ref _tables.Counterparties.Change(command.Counterparty);
        counterparty.Capital = command.Capital;
        counterparty.AssessmentPpm = command.AssessmentPpm;
        if (!command.Reference.IsZero) counterparty.Reference = command.Reference;
        result.Value = command.Counterparty;
        return ResultCode.Ok;
    }

    /// <summary>Admits a clearing member.</summary>
    public ResultCode Admit(in ClearingMemberCommand command, ref CommandResult result)
    {
        if (command.ClearingMember != 0 || command.Amount != 0 || MarginHandlers.HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Counterparties.Has(command.Counterparty)) return ResultCode.UnknownCounterparty;
        if (_journal.CheckOperator(command.Counterparty) is not ResultCode.Ok and var refused) return refused;
        if (!_ledger.Clearing.Members.Has(command.Member)) return ResultCode.UnknownMember;
        ref readonly CounterpartyRecord seen = ref _tables.Counterparties[command.Counterparty];
        if (_ledger.Clearing.Members[command.Member].System != seen.System) return ResultCode.DifferentPaymentSystems;
        UInt128 place = PaymentTables.Pair(command.Counterparty, command.Member);
        if (_tables.ClearingMemberByMember.Find(place) != 0) return ResultCode.MemberExists;
        if (seen.MemberCount == CounterpartyTables.MaxMembersPerCounterparty) return ResultCode.CounterpartyLimit;
        uint number = _tables.ClearingMembers.Append();
        if (number == 0) return ResultCode.TableFull;
        ref ClearingMemberRecord member = ref _tables.ClearingMembers.Change(number);
        member.Counterparty = command.Counterparty;
        member.Member = command.Member;
        member.State = ClearingMemberState.Active;
        ref CounterpartyRecord counterparty = ref _tables.Counterparties.Change(command.Counterparty);
        if (counterparty.LastMember != 0) _tables.ClearingMembers.Change(counterparty.LastMember).NextMember = number;
        else counterparty.FirstMember = number;
        counterparty.LastMember = number;
        counterparty.MemberCount++;
        _tables.ClearingMemberByMember.Add(place, number);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Lists a contract.</summary>
    public ResultCode List(in ContractCommand command, ref CommandResult result)
    {
        if ((command.Contract | command.Into) != 0 || command.Price != 0 || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Counterparties.Has(command.Counterparty)) return ResultCode.UnknownCounterparty;
        if (_journal.CheckOperator(command.Counterparty) is not ResultCode.Ok and var refused) return refused;
        ref readonly CounterpartyRecord seen = ref _tables.Counterparties[command.Counterparty];
        if (command.SecuritySystem != 0)
        {
            if (!_ledger.Clearing.Systems.Has(command.SecuritySystem)) return ResultCode.UnknownPaymentSystem;
            if (_ledger.Clearing.Systems[command.SecuritySystem].Asset == _ledger.Clearing.Systems[seen.System].Asset) return ResultCode.DifferentPaymentSystems;
        }

        if (command.MarginPerUnit > PositionBook.MaxPrice) return ResultCode.InvalidTrade;
        if (seen.ContractCount == CounterpartyTables.MaxContractsPerCounterparty) return ResultCode.CounterpartyLimit;
        uint number = _tables.Contracts.Append();
        if (number == 0) return ResultCode.TableFull;
        ref ContractRecord contract = ref _tables.Contracts.Change(number);
        contract.Counterparty = command.Counterparty;
        contract.State = ContractState.Open;
        contract.SecuritySystem = command.SecuritySystem;
        contract.SettlementDate = command.SettlementDate;
        contract.MarginPerUnit = command.MarginPerUnit;
        contract.Code = command.Code;
        _tables.Counterparties.Change(command.Counterparty).ContractCount++;
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Changes a contract's margin, or gives a settled one its next day.</summary>
    public ResultCode ConfigureContract(in ContractCommand command, ref CommandResult result)
    {
        if ((command.Counterparty | command.SecuritySystem | command.Into) != 0 || command.Price != 0 || HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Contracts.Has(command.Contract)) return ResultCode.UnknownContract;
        ref readonly ContractRecord seen = ref _tables.Contracts[command.Contract];
        if (_journal.CheckOperator(seen.Counterparty) is not ResultCode.Ok and var refused) return refused;
        if (command.MarginPerUnit > PositionBook.MaxPrice) return ResultCode.InvalidTrade;
        if ((seen.State == ContractState.Settled) != (command.SettlementDate != 0)) return ResultCode.ContractState;
        if (command.SettlementDate != 0)
        {
            if (command.SettlementDate <= seen.SettlementDate) return ResultCode.ContractState;
            ref ContractRecord contract = ref _tables.Contracts.Change(command.Contract);
            contract.State = ContractState.Open;
            contract.SettlementDate = command.SettlementDate;
            contract.Price = 0;
        }

        _book.ChangeMargin(command.Contract, command.MarginPerUnit);
        result.Value = command.Contract;
        return ResultCode.Ok;
    }

    internal static bool HasReserved(in ContractCommand command) => command.Reserved0 != 0 || command.Reserved1 != 0 || !command.Reserved2.IsZero;

    internal static bool HasReserved(in CounterpartyCommand command) => command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero;

    internal static bool HasAccounts(in CounterpartyCommand command) =>
        (command.VariationAccount | command.MarginAccount | command.FundAccount | command.CapitalAccount | command.DefaultAccount) != 0;
}
