// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Domain.Accounts;
using FastLedger.Domain.Events;
using FastLedger.Domain.Outcomes;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Transfers;

// Conditions of pending transfers: hash locks, outcomes, times, release and void policies.
public sealed partial class TransferHandlers
{
    /// <summary>Reserves an amount under conditions.</summary>
    public ResultCode ReserveConditional(in ReserveCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~(CommandFlags.Linked | CommandFlags.RelativeTime)) != 0) return ResultCode.InvalidFlags;
        if (!_context.TryTime(command.NotBeforeNs, command.Flags, out long notBefore) || !_context.TryTime(command.ExpiresAtNs, command.Flags, out long expires)
            || (expires != 0 && (expires <= _context.TimestampNs || expires <= notBefore))) return ResultCode.InvalidTime;
        if (command.ReleasePolicy != 0 && !_context.Authority.Exists(command.ReleasePolicy)) return ResultCode.UnknownPolicy;
        if (command.VoidPolicy is not (0 or ReserveCommand.Nobody) && !_context.Authority.Exists(command.VoidPolicy)) return ResultCode.UnknownPolicy;
        if (command.Outcome == 0 && command.OutcomeValue != 0) return ResultCode.ReservedFieldNotZero;
        if (command.Outcome != 0)
        {
            if (!_ledger.Agreements.Outcomes.Outcomes.Has(command.Outcome)) return ResultCode.UnknownOutcome;
            if (command.OutcomeValue > _ledger.Agreements.Outcomes.Outcomes[command.Outcome].Values) return ResultCode.InvalidOutcome;
        }

        if (!HasRoomForCondition) return ResultCode.TableFull;
        var transfer = new TransferCommand
        {
            Flags = CommandFlags.Pending,
            Code = command.Code,
            DebitAccount = command.DebitAccount,
            CreditAccount = command.CreditAccount,
            Amount = command.Amount,
            UserData128 = command.UserData128,
        };
        ResultCode code = Transfer(transfer, ref result);
        if (code != ResultCode.Ok) return code;
        uint place = RecordId.Number((ulong)result.Value);
        if (expires != 0)
        {
            _ledger.PendingTransfers.Change(place).ExpiresAtNs = expires;
            _ledger.Expiries.Add(place, expires);
        }

        SetCondition(place, new ConditionRecord
        {
            HashLock = command.HashLock,
            NotBeforeNs = notBefore,
            ReleasePolicy = command.ReleasePolicy,
            VoidPolicy = command.VoidPolicy,
            Outcome = command.Outcome,
            OutcomeValue = command.OutcomeValue,
        });
        return ResultCode.Ok;
    }

    /// <summary>Reserves an amount that only the ledger itself will post or release: a deposit, a bond.</summary>
    public ResultCode ReserveHeld(ulong debitAccount, ulong creditAccount, UInt128 amount, uint code, UInt128 userData, ref CommandResult result)
    {
        if (!HasRoomForCondition) return ResultCode.TableFull;
        var transfer = new TransferCommand
        {
            Flags = CommandFlags.Pending,
            Code = code,
            DebitAccount = debitAccount,
            CreditAccount = creditAccount,
            Amount = amount,
            UserData128 = userData,
        };
        ResultCode reserved = Transfer(transfer, ref result);
        if (reserved != ResultCode.Ok) return reserved;
        SetCondition(RecordId.Number((ulong)result.Value), new ConditionRecord { ReleasePolicy = ReserveCommand.Nobody, VoidPolicy = ReserveCommand.Nobody });
        return ResultCode.Ok;
    }

    /// <summary>Does this approve posting, and do all conditions hold?</summary>
    private ResultCode MayPost(in PendingTransferRecord pending, in TransferCommand command)
    {
        if (pending.Condition == 0) return CheckParties(pending);
        ref readonly ConditionRecord condition = ref _ledger.Agreements.Conditions[pending.Condition];
        ResultCode code = condition.ReleasePolicy == 0 ? CheckParties(pending) : _context.Check(condition.ReleasePolicy);
        if (code != ResultCode.Ok) return code;
        if (_context.TimestampNs < condition.NotBeforeNs) return ResultCode.TooEarly;
        if (condition.Outcome != 0)
        {
            ref readonly OutcomeRecord outcome = ref _ledger.Agreements.Outcomes.Outcomes[condition.Outcome];
            if (outcome.State != OutcomeState.Final) return ResultCode.OutcomeNotFinal;
            if (outcome.Value != condition.OutcomeValue) return ResultCode.OutcomeDiffers;
        }

        return condition.HashLock.IsZero || HashLock.Of(command.Reference) == condition.HashLock ? ResultCode.Ok : ResultCode.BadProof;
    }

    /// <summary>Does this approve voiding? When the outcome it waits for turned out otherwise, either party may.</summary>
    private ResultCode MayVoid(in PendingTransferRecord pending)
    {
        if (pending.Condition == 0) return CheckParties(pending);
        ref readonly ConditionRecord condition = ref _ledger.Agreements.Conditions[pending.Condition];
        if (condition.VoidPolicy == 0 || IsLost(condition)) return CheckParties(pending);
        return condition.VoidPolicy == ReserveCommand.Nobody ? ResultCode.Unauthorized : _context.Check(condition.VoidPolicy);
    }

    private bool IsLost(in ConditionRecord condition)
    {
        if (condition.Outcome == 0) return false;
        ref readonly OutcomeRecord outcome = ref _ledger.Agreements.Outcomes.Outcomes[condition.Outcome];
        return outcome.State == OutcomeState.Final && outcome.Value != condition.OutcomeValue;
    }

    private ResultCode CheckParties(in PendingTransferRecord pending)
    {
        uint debit = _ledger.Accounts[(uint)pending.DebitAccount].Policy, credit = _ledger.Accounts[(uint)pending.CreditAccount].Policy;
        return debit == _context.Policy || credit == _context.Policy ? ResultCode.Ok : _context.Authority.CheckEither(debit, credit);
    }

    /// <summary>Posts a part and leaves the rest reserved.</summary>
    private void PostPart(uint number, UInt128 amount, in TransferCommand command)
    {
        ref PendingTransferRecord pending = ref _ledger.PendingTransfers.Change(number);
        Invariant.Check(pending.State == PendingState.Pending && amount < pending.Amount);
        ref AccountRecord debit = ref _ledger.Accounts.Change((uint)pending.DebitAccount);
        ref AccountRecord credit = ref _ledger.Accounts.Change((uint)pending.CreditAccount);
        pending.Amount -= amount;
        debit.DebitsPending -= amount;
        credit.CreditsPending -= amount;
        debit.DebitsPosted += amount;
        credit.CreditsPosted += amount;
        ref HistoryEntry entry = ref _context.Record(HistoryKind.PendingPosted, pending.DebitAccount, ref debit, pending.CreditAccount, ref credit, amount);
        entry.Code = command.Code != 0 ? command.Code : pending.Code;
        entry.Link = RecordId.Of(number, pending.Generation);
        entry.UserData128 = command.UserData128 != UInt128.Zero ? command.UserData128 : pending.UserData128;
        entry.Reference = command.Reference.IsZero ? pending.Reference : command.Reference;
    }

    private bool HasRoomForCondition =>
        _ledger.Agreements.Events.Record.FreeCondition != 0 || _ledger.Agreements.Conditions.Count < _ledger.Agreements.Conditions.Capacity;

    private void SetCondition(uint pending, in ConditionRecord condition)
    {
        EventLog log = _ledger.Agreements.Events;
        uint number = log.Record.FreeCondition;
        if (number != 0) log.Change().FreeCondition = _ledger.Agreements.Conditions[number].NextFree;
        else number = _ledger.Agreements.Conditions.Append();
        _ledger.PendingTransfers.Change(pending).Condition = number;
        _ledger.Agreements.Conditions.Change(number) = condition;
    }

    private void FreeCondition(ref PendingTransferRecord pending)
    {
        EventLog log = _ledger.Agreements.Events;
        ref ConditionRecord condition = ref _ledger.Agreements.Conditions.Change(pending.Condition);
        condition = default;
        condition.NextFree = log.Record.FreeCondition;
        log.Change().FreeCondition = pending.Condition;
        pending.Condition = 0;
    }
}
