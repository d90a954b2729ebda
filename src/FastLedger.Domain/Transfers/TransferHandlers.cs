// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Transfers;

/// <summary>Transfers between two accounts of one asset, now or in two phases.</summary>
/// <remarks>
/// A debit needs the policy of the debited account. A pending transfer may be posted or voided by the policy of either account, or as its
/// conditions say; it expires by block time. Total functions. Thread: executor only. Alloc: none. Blocks: no.
/// </remarks>
public sealed partial class TransferHandlers
{
    private const CommandFlags TransferFlags = CommandFlags.Linked | CommandFlags.Pending | CommandFlags.BalancingDebit
        | CommandFlags.BalancingCredit | CommandFlags.ClosingDebit | CommandFlags.ClosingCredit;

    private const CommandFlags Balancing = CommandFlags.BalancingDebit | CommandFlags.BalancingCredit;
    private const CommandFlags Closing = CommandFlags.ClosingDebit | CommandFlags.ClosingCredit;

    private readonly Ledger _ledger;
    private readonly ExecutionContext _context;

    /// <summary>Handlers over the context's ledger.</summary>
    public TransferHandlers(ExecutionContext context)
    {
        _context = context;
        _ledger = context.Ledger;
    }

    /// <summary>Moves or reserves an amount.</summary>
    public ResultCode Transfer(in TransferCommand command, ref CommandResult result)
    {
        CommandFlags flags = command.Flags;
        if ((flags & ~TransferFlags) != 0) return ResultCode.InvalidFlags;
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero || command.PendingId != 0) return ResultCode.ReservedFieldNotZero;
        bool pending = (flags & CommandFlags.Pending) != 0;
        if (!pending && command.TimeoutSeconds != 0) return ResultCode.TimeoutNotPending;
        if (!pending && (flags & Closing) != 0) return ResultCode.ClosingNotPending;
        if (!_ledger.Accounts.Has(command.DebitAccount) || !_ledger.Accounts.Has(command.CreditAccount)) return ResultCode.UnknownAccount;
        if (command.DebitAccount == command.CreditAccount) return ResultCode.SameAccount;

        uint debitNumber = (uint)command.DebitAccount, creditNumber = (uint)command.CreditAccount;
        ref readonly AccountRecord debit = ref _ledger.Accounts[debitNumber];
        ref readonly AccountRecord credit = ref _ledger.Accounts[creditNumber];
        if (debit.Asset != credit.Asset) return ResultCode.DifferentAssets;
        ResultCode code;
        if (debit.Policy != _context.Policy && (code = _context.Authority.Check(debit.Policy)) != ResultCode.Ok) return code;
        if (debit.IsBlocked || credit.IsBlocked) return Blocked(debit, credit);

        UInt128 amount = command.Amount;
        if ((flags & Balancing) != 0)
        {
            amount = Balance(flags, amount, debit, credit);
            if (amount == UInt128.Zero) return (flags & CommandFlags.BalancingDebit) != 0 ? ResultCode.ExceedsBalance : ResultCode.ExceedsDebits;
        }

        if (amount == UInt128.Zero && (flags & Closing) == 0) return ResultCode.AmountZero;
        if (amount > Command.MaxAmount) return ResultCode.AmountTooLarge;
        if ((debit.Flags & AccountFlags.Unlimited) == 0 && debit.Available < (Int128)amount) return ResultCode.ExceedsBalance;
        if ((credit.Flags & AccountFlags.CreditsMustNotExceedDebits) != 0 && Room(credit) < (Int128)amount) return ResultCode.ExceedsDebits;
        if (debit.DebitsPosted + amount >= AccountRecord.TurnoverLimit || credit.CreditsPosted + amount >= AccountRecord.TurnoverLimit)
            return ResultCode.TurnoverLimit;

        if ((debit.Flags & AccountFlags.Ruled) != 0) return MoveRuled(command, debitNumber, creditNumber, amount, pending, ref result);
        return pending ? Reserve(command, debitNumber, creditNumber, amount, ref result) : Move(command, debitNumber, creditNumber, amount, ref result);
    }

    /// <summary>As the rest, from an account whose debits are bounded.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ResultCode MoveRuled(in TransferCommand command, uint debitNumber, uint creditNumber, UInt128 amount, bool pending, ref CommandResult result)
    {
        ResultCode code = _context.Rules.Check(debitNumber, creditNumber, _ledger.Accounts[creditNumber], amount);
        if (code != ResultCode.Ok) return code;
        code = pending ? Reserve(command, debitNumber, creditNumber, amount, ref result) : Move(command, debitNumber, creditNumber, amount, ref result);
        if (code == ResultCode.Ok) _context.Rules.Spend(debitNumber, amount);
        return code;
    }

    private static ResultCode Blocked(in AccountRecord debit, in AccountRecord credit) =>
        ((debit.Flags | credit.Flags) & AccountFlags.Closed) != 0 ? ResultCode.AccountClosed : ResultCode.AccountFrozen;

    /// <summary>What may still be credited to an account whose credits must not exceed its debits.</summary>
    private static Int128 Room(in AccountRecord account) =>
        (Int128)account.DebitsPosted - (Int128)account.CreditsPosted - (Int128)account.CreditsPending;

    /// <summary>The largest amount, up to the one asked for, that the balancing flags allow.</summary>
    private static UInt128 Balance(CommandFlags flags, UInt128 amount, in AccountRecord debit, in AccountRecord credit)
    {
        if (amount > Command.MaxAmount) amount = Command.MaxAmount;
        if ((flags & CommandFlags.BalancingDebit) != 0 && (debit.Flags & AccountFlags.Unlimited) == 0)
            amount = UInt128.Min(amount, AtLeastZero(debit.Available));
        if ((flags & CommandFlags.BalancingCredit) != 0)
            amount = UInt128.Min(amount, AtLeastZero(Room(credit)));
        return amount;
    }

    private static UInt128 AtLeastZero(Int128 value) => value > Int128.Zero ? (UInt128)value : UInt128.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ResultCode Move(in TransferCommand command, uint debitNumber, uint creditNumber, UInt128 amount, ref CommandResult result)
    {
        ref AccountRecord debit = ref _ledger.Accounts.Change(debitNumber);
        ref AccountRecord credit = ref _ledger.Accounts.Change(creditNumber);
        debit.DebitsPosted += amount;
        credit.CreditsPosted += amount;
        ref HistoryEntry entry = ref _context.Record(HistoryKind.Transfer, debitNumber, ref debit, creditNumber, ref credit, amount);
        entry.Code = command.Code;
        entry.UserData128 = command.UserData128;
        entry.Reference = command.Reference;
        result.Value = amount;
        return ResultCode.Ok;
    }

    private ResultCode Reserve(in TransferCommand command, uint debitNumber, uint creditNumber, UInt128 amount, ref CommandResult result)
    {
        ref LedgerCounters counters = ref _ledger.Counters;
        uint number = counters.FreePending;
        if (number != 0) counters.FreePending = _ledger.PendingTransfers[number].NextFree;
        else if ((number = _ledger.PendingTransfers.Append()) == 0) return ResultCode.TableFull;
        counters.LivePending++;

        ref PendingTransferRecord pending = ref _ledger.PendingTransfers.Change(number);
        pending.Generation++;
        pending.Amount = amount;
        pending.UserData128 = command.UserData128;
        pending.Reference = command.Reference;
        pending.DebitAccount = debitNumber;
        pending.CreditAccount = creditNumber;
        pending.ExpiresAtNs = command.TimeoutSeconds == 0 ? 0 : _context.TimestampNs + (command.TimeoutSeconds * 1_000_000_000L);
        pending.Sequence = _context.Sequence;
        pending.Code = command.Code;
        pending.NextFree = 0;
        pending.State = PendingState.Pending;
        pending.Flags = command.Flags & Closing;
        if (pending.ExpiresAtNs != 0) _ledger.Expiries.Add(number, pending.ExpiresAtNs);
        ulong id = RecordId.Of(number, pending.Generation);

        ref AccountRecord debit = ref _ledger.Accounts.Change(debitNumber);
        ref AccountRecord credit = ref _ledger.Accounts.Change(creditNumber);
        debit.DebitsPending += amount;
        credit.CreditsPending += amount;
        if ((command.Flags & CommandFlags.ClosingDebit) != 0) debit.Flags |= AccountFlags.Closed;
        if ((command.Flags & CommandFlags.ClosingCredit) != 0) credit.Flags |= AccountFlags.Closed;
        ref HistoryEntry entry = ref _context.Record(HistoryKind.Pending, debitNumber, ref debit, creditNumber, ref credit, amount);
        entry.Code = command.Code;
        entry.Link = id;
        entry.UserData128 = command.UserData128;
        entry.Reference = command.Reference;
        result.Value = id;
        return ResultCode.Ok;
    }
}
