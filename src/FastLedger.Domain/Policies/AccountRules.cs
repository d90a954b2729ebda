// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Policies;

/// <summary>Whom an account may pay, and how much in a period. Only accounts with <see cref="AccountFlags.Ruled"/> are looked up.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class AccountRules
{
    /// <summary>Whom accounts of a closed loop may pay: group 0.</summary>
    public const ulong ClosedLoopGroups = 1;

    private const long SecondNs = 1_000_000_000;

    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly Table<AccountRuleRecord> _rules;

    /// <summary>Rules over the context's ledger.</summary>
    public AccountRules(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
        _rules = _ledger.Agreements.Policies.AccountRules;
    }

    /// <summary>May this account, which has rules, pay the other one?</summary>
    public ResultCode Check(uint debit, uint creditNumber, in AccountRecord credit, UInt128 amount)
    {
        ref readonly AccountRuleRecord rule = ref _rules[Find(debit)];
        if (rule.PayTo != 0 && (credit.Flags & AccountFlags.Unlimited) == 0)
        {
            uint other = (credit.Flags & AccountFlags.Ruled) != 0 ? Find(creditNumber) : 0;
            if (other == 0 || (_rules[other].Groups & rule.PayTo) == 0) return ResultCode.Forbidden;
        }

        if (rule.PeriodSeconds == 0) return ResultCode.Ok;
        UInt128 spent = rule.PeriodStartNs == PeriodStart(rule) ? rule.Spent : UInt128.Zero;
        return rule.Limit < amount || spent > rule.Limit - amount ? ResultCode.ExceedsSpendingLimit : ResultCode.Ok;
    }

    /// <summary>Notes a debit or reservation that <see cref="Check"/> allowed.</summary>
    public void Spend(uint debit, UInt128 amount)
    {
        uint number = Find(debit);
        if (_rules[number].PeriodSeconds == 0) return;
        ref AccountRuleRecord rule = ref _rules.Change(number);
        long start = PeriodStart(rule);
        if (rule.PeriodStartNs != start) rule.Spent = UInt128.Zero;
        rule.PeriodStartNs = start;
        rule.Spent += amount;
    }

    /// <summary>True when one more account can get rules.</summary>
    public bool HasRoom => _rules.Count < _rules.Capacity;

    /// <summary>Gives a new account of a closed loop its rule. There must be room.</summary>
    public void CloseLoop(uint account) => Ensure(account).PayTo = ClosedLoopGroups;

    /// <summary>Sets the groups; the issuer decides.</summary>
    public ResultCode SetGroups(in SetAccountGroupsCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Accounts.Has(command.Account)) return ResultCode.UnknownAccount;
        uint account = (uint)command.Account;
        ResultCode code = _context.Check(_ledger.Assets[_ledger.Accounts[account].Asset].IssuerPolicy);
        if (code != ResultCode.Ok) return code;
        if ((_ledger.Accounts[account].Flags & AccountFlags.Settlement) != 0) return ResultCode.WrongSettlementAccount;
        if (!Has(account) && !HasRoom) return ResultCode.TableFull;
        ref AccountRuleRecord rule = ref Ensure(account);
        rule.PayTo = command.PayTo;
        rule.Groups = command.Groups;
        result.Value = account;
        return ResultCode.Ok;
    }

    /// <summary>Sets the spending limit: the account's policy does, and once there is a guard the guard.</summary>
    public ResultCode SetLimit(in SetSpendingLimitCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != UInt128.Zero || !command.Reserved1.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.Accounts.Has(command.Account)) return ResultCode.UnknownAccount;
        if (command.PeriodSeconds == 0 && command.Limit != UInt128.Zero) return ResultCode.InvalidAssignment;
        if (command.GuardPolicy != 0 && !_context.Authority.Exists(command.GuardPolicy)) return ResultCode.UnknownPolicy;
        uint account = (uint)command.Account;
        uint guard = Has(account) ? _rules[Find(account)].GuardPolicy : 0;
        ResultCode code = _context.Check(guard != 0 ? guard : _ledger.Accounts[account].Policy);
        if (code != ResultCode.Ok) return code;
        if ((_ledger.Accounts[account].Flags & AccountFlags.Settlement) != 0) return ResultCode.WrongSettlementAccount;
        if (!Has(account) && !HasRoom) return ResultCode.TableFull;
        ref AccountRuleRecord rule = ref Ensure(account);
        rule.Limit = command.Limit;
        rule.PeriodSeconds = command.PeriodSeconds;
        rule.GuardPolicy = command.GuardPolicy;
        rule.PeriodStartNs = 0;
        rule.Spent = UInt128.Zero;
        result.Value = account;
        return ResultCode.Ok;
    }

    private long PeriodStart(in AccountRuleRecord rule) => _context.TimestampNs - (_context.TimestampNs % (rule.PeriodSeconds * SecondNs));

    private bool Has(uint account) => (_ledger.Accounts[account].Flags & AccountFlags.Ruled) != 0;

    private uint Find(uint account) => _ledger.Agreements.Policies.RuleByAccount.Find(account);

    private ref AccountRuleRecord Ensure(uint account)
    {
        uint number = Find(account);
        if (number != 0) return ref _rules.Change(number);
        number = _rules.Append();
        Invariant.Check(number != 0);
        _ledger.Accounts.Change(account).Flags |= AccountFlags.Ruled;
        _ledger.Agreements.Policies.RuleByAccount.Add(account, number);
        ref AccountRuleRecord rule = ref _rules.Change(number);
        rule.Account = account;
        return ref rule;
    }
}
