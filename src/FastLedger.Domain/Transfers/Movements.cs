// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Transfers;

/// <summary>The checks and the bookkeeping of a movement that another command than a transfer makes: one leg of a split, a set, a redemption.</summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class Movements
{
    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;

    /// <summary>Movements over the context's ledger.</summary>
    public Movements(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
    }

    /// <summary>May the command debit this account by the amount? The numbers must be an account's; rules are for <see cref="CheckRules"/>.</summary>
    public ResultCode CheckDebit(uint account, UInt128 amount)
    {
        ResultCode code = _context.Check(_ledger.Accounts[account].Policy);
        return code != ResultCode.Ok ? code : CheckAmount(account, amount);
    }

    /// <summary>Can this account be debited by the amount, whoever approves it?</summary>
    public ResultCode CheckAmount(uint account, UInt128 amount)
    {
        ref readonly AccountRecord debit = ref _ledger.Accounts[account];
        if (debit.IsBlocked) return Blocked(debit);
        if (amount == UInt128.Zero) return ResultCode.AmountZero;
        if (amount > Command.MaxAmount) return ResultCode.AmountTooLarge;
        if ((debit.Flags & AccountFlags.Unlimited) == 0 && debit.Available < (Int128)amount) return ResultCode.ExceedsBalance;
        return debit.DebitsPosted + amount >= AccountRecord.TurnoverLimit ? ResultCode.TurnoverLimit : ResultCode.Ok;
    }

    /// <summary>Can this account be credited with the amount?</summary>
    public ResultCode CheckCredit(uint account, UInt128 amount)
    {
        ref readonly AccountRecord credit = ref _ledger.Accounts[account];
        if (credit.IsBlocked) return Blocked(credit);
        if ((credit.Flags & AccountFlags.CreditsMustNotExceedDebits) != 0
            && (Int128)credit.DebitsPosted - (Int128)credit.CreditsPosted - (Int128)credit.CreditsPending < (Int128)amount) return ResultCode.ExceedsDebits;
        return credit.CreditsPosted + amount >= AccountRecord.TurnoverLimit ? ResultCode.TurnoverLimit : ResultCode.Ok;
    }

    /// <summary>Do the rules of the debited account allow it?</summary>
    public ResultCode CheckRules(uint debit, uint credit, UInt128 amount) =>
        (_ledger.Accounts[debit].Flags & AccountFlags.Ruled) == 0 ? ResultCode.Ok : _context.Rules.Check(debit, credit, _ledger.Accounts[credit], amount);

    /// <summary>Counts a debit against the limit of an account with rules.</summary>
    public void Spend(uint debit, UInt128 amount)
    {
        if ((_ledger.Accounts[debit].Flags & AccountFlags.Ruled) != 0) _context.Rules.Spend(debit, amount);
    }

    /// <summary>Moves an amount that was checked.</summary>
    /// <returns>The history entry, whose other fields are zero.</returns>
    public ref HistoryEntry Move(HistoryKind kind, uint debitNumber, uint creditNumber, UInt128 amount)
    {
        ref AccountRecord debit = ref _ledger.Accounts.Change(debitNumber);
        ref AccountRecord credit = ref _ledger.Accounts.Change(creditNumber);
        debit.DebitsPosted += amount;
        credit.CreditsPosted += amount;
        return ref _context.Record(kind, debitNumber, ref debit, creditNumber, ref credit, amount);
    }

    private static ResultCode Blocked(in AccountRecord account) =>
        (account.Flags & AccountFlags.Closed) != 0 ? ResultCode.AccountClosed : ResultCode.AccountFrozen;
}
