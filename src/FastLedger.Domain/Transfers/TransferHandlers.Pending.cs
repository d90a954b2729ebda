// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Transfers;

// The second phase: post, void, expire.
public sealed partial class TransferHandlers
{
    /// <summary>Expiries that one block carries out; later ones wait for the next block. A transfer whose time has come can be neither posted
    /// nor voided meanwhile.</summary>
    public const int MaxExpiriesPerBlock = 8192;

    /// <summary>Posts a pending transfer, wholly or in part; what is not posted is released.</summary>
    public ResultCode Post(in TransferCommand command, ref CommandResult result)
    {
        ResultCode code = FindPending(command, CommandFlags.Linked | CommandFlags.KeepRemainder, out uint number);
        if (code != ResultCode.Ok) return code;
        ref readonly PendingTransferRecord pending = ref _ledger.PendingTransfers[number];
        code = MayPost(pending, command);
        if (code != ResultCode.Ok) return code;
        ref readonly AccountRecord debit = ref _ledger.Accounts[(uint)pending.DebitAccount];
        ref readonly AccountRecord credit = ref _ledger.Accounts[(uint)pending.CreditAccount];
        if (debit.IsBlocked || credit.IsBlocked) return Blocked(debit, credit);
        UInt128 amount = command.Amount == UInt128.MaxValue ? pending.Amount : command.Amount;
        if (amount > pending.Amount) return ResultCode.ExceedsPendingAmount;
        if (amount == UInt128.Zero && pending.Amount != UInt128.Zero) return ResultCode.AmountZero;
        if (amount < pending.Amount && (command.Flags & CommandFlags.KeepRemainder) != 0) PostPart(number, amount, command);
        else Resolve(number, PendingState.Posted, amount, command);
        result.Value = amount;
        return ResultCode.Ok;
    }

    /// <summary>Releases a pending transfer. Allowed on frozen and closed accounts; ends what a closing transfer closed.</summary>
    public ResultCode Void(in TransferCommand command, ref CommandResult result)
    {
        if (command.Amount != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        ResultCode code = FindPending(command, CommandFlags.Linked, out uint number);
        if (code != ResultCode.Ok) return code;
        code = MayVoid(_ledger.PendingTransfers[number]);
        if (code != ResultCode.Ok) return code;
        result.Value = _ledger.PendingTransfers[number].Amount;
        Resolve(number, PendingState.Voided, UInt128.Zero, command);
        return ResultCode.Ok;
    }

    /// <summary>Releases the pending transfers whose time has come, earliest first. Each takes a ledger sequence of its own.</summary>
    /// <returns>How many were released; at most <see cref="MaxExpiriesPerBlock"/>.</returns>
    public int ExpireDue()
    {
        int released = 0;
        while (released < MaxExpiriesPerBlock && _ledger.Expiries.NextNs <= _context.TimestampNs)
        {
            _context.Sequence = ++_ledger.Counters.Sequence;
            Resolve(_ledger.Expiries.First, PendingState.Expired, UInt128.Zero, default);
            released++;
        }

        return released;
    }

    /// <summary>Resolves a pending transfer that the ledger itself holds: a deposit, a bond. Blocked accounts do not matter.</summary>
    public void ResolveHeld(ulong pendingId, PendingState state)
    {
        uint number = RecordId.Number(pendingId);
        ref readonly PendingTransferRecord pending = ref _ledger.PendingTransfers[number];
        Invariant.Check(pending.Generation == RecordId.Generation(pendingId) && pending.State == PendingState.Pending);
        Resolve(number, state, state == PendingState.Posted ? pending.Amount : UInt128.Zero, default);
    }

    private ResultCode FindPending(in TransferCommand command, CommandFlags allowed, out uint number)
    {
        number = RecordId.Number(command.PendingId);
        ulong generation = RecordId.Generation(command.PendingId);
        if ((command.Flags & ~allowed) != 0) return ResultCode.InvalidFlags;
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero || command.TimeoutSeconds != 0) return ResultCode.ReservedFieldNotZero;
        if (!_ledger.PendingTransfers.Has(number) || generation == 0) return ResultCode.PendingNotFound;
        ref readonly PendingTransferRecord pending = ref _ledger.PendingTransfers[number];
        if (generation > pending.Generation) return ResultCode.PendingNotFound;
        if (generation < pending.Generation) return ResultCode.PendingAlreadyResolved;
        if (pending.State == PendingState.Posted) return ResultCode.PendingAlreadyPosted;
        if (pending.State == PendingState.Voided) return ResultCode.PendingAlreadyVoided;
        if (pending.State == PendingState.Expired) return ResultCode.PendingExpired;
        if (pending.ExpiresAtNs != 0 && pending.ExpiresAtNs <= _context.TimestampNs) return ResultCode.PendingExpired;
        if ((command.DebitAccount != 0 && command.DebitAccount != pending.DebitAccount)
            || (command.CreditAccount != 0 && command.CreditAccount != pending.CreditAccount)) return ResultCode.PendingDifferentAccounts;
        return ResultCode.Ok;
    }

    private void Resolve(uint number, PendingState state, UInt128 posted, in TransferCommand command)
    {
        ref PendingTransferRecord pending = ref _ledger.PendingTransfers.Change(number);
        Invariant.Check(pending.State == PendingState.Pending && posted <= pending.Amount);
        if (pending.ExpiresAtNs != 0) _ledger.Expiries.Remove(number);
        pending.State = state;
        if (pending.Condition != 0) FreeCondition(ref pending);

        ref AccountRecord debit = ref _ledger.Accounts.Change((uint)pending.DebitAccount);
        ref AccountRecord credit = ref _ledger.Accounts.Change((uint)pending.CreditAccount);
        debit.DebitsPending -= pending.Amount;
        credit.CreditsPending -= pending.Amount;
        debit.DebitsPosted += posted;
        credit.CreditsPosted += posted;
        if (state != PendingState.Posted)
        {
            if ((pending.Flags & CommandFlags.ClosingDebit) != 0) debit.Flags &= ~AccountFlags.Closed;
            if ((pending.Flags & CommandFlags.ClosingCredit) != 0) credit.Flags &= ~AccountFlags.Closed;
        }

        HistoryKind kind = state switch
        {
            PendingState.Posted => HistoryKind.PendingPosted,
            PendingState.Voided => HistoryKind.PendingVoided,
            _ => HistoryKind.PendingExpired,
        };
        UInt128 amount = state == PendingState.Posted ? posted : pending.Amount;
        ref HistoryEntry entry = ref _context.Record(kind, pending.DebitAccount, ref debit, pending.CreditAccount, ref credit, amount);
        entry.Code = command.Code != 0 ? command.Code : pending.Code;
        entry.Link = RecordId.Of(number, pending.Generation);
        entry.UserData128 = command.UserData128 != UInt128.Zero ? command.UserData128 : pending.UserData128;
        entry.Reference = command.Reference.IsZero ? pending.Reference : command.Reference;

        ref LedgerCounters counters = ref _ledger.Counters;
        pending.NextFree = counters.FreePending;
        counters.FreePending = number;
        counters.LivePending--;
    }
}
