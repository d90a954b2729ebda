// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Accounts;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

// Paying the net positions, and what happens when somebody cannot.
public sealed partial class CycleHandlers
{
    /// <summary>Rounds of dropping that one settlement makes; after them the command answers with a shortfall and may be sent again.</summary>
    private const int MaxRecasts = 8;

    /// <summary>Settles a closed cycle.</summary>
    public ResultCode Settle(in CycleCommand command, ref CommandResult result)
    {
        if (command.Member != 0) return ResultCode.ReservedFieldNotZero;
        if (command.Rule > ShortfallRule.Recast || (command.Rule == ShortfallRule.Guarantee) != (command.GuaranteeAccount != 0)) return ResultCode.ReservedFieldNotZero;
        ResultCode code = Find(command, CycleState.Closed);
        if (code != ResultCode.Ok) return code;
        ref readonly PaymentSystemRecord system = ref _tables.Systems[_tables.Cycles[command.Cycle].System];
        if (system.Phase != ResolutionPhase.Idle) return ResultCode.ResolutionRunning;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        ref readonly AccountRecord clearing = ref _ledger.Accounts[system.ClearingAccount];
        if (clearing.IsBlocked || clearing.Balance != Int128.Zero || clearing.DebitsPending != UInt128.Zero) return ResultCode.NoClearingAccount;
        if (command.Rule == ShortfallRule.Recast && _ledger.Undo.IsRecording) return ResultCode.NotAllowedInChain;

        UInt128 missing = Shortfall(command.Cycle, command.Rule == ShortfallRule.Recast, out uint first);
        if (first != 0)
        {
            result.Value = first;
            if (command.Rule == ShortfallRule.Abort) return ResultCode.CycleShortfall;
            if (command.Rule == ShortfallRule.Guarantee)
            {
                code = CheckGuarantee(command, missing);
                if (code != ResultCode.Ok) return code;
            }
            else
            {
                // Dropping one member may leave another short, who counted on it. What was dropped stays dropped.
                for (int round = 0; first != 0 && round < MaxRecasts; round++)
                {
                    Drop(command.Cycle);
                    Shortfall(command.Cycle, mark: true, out first);
                }

                if (first != 0)
                {
                    Drop(command.Cycle);
                    result.Value = 0;
                    return ResultCode.Ok;
                }
            }
        }

        Pay(command, system.ClearingAccount);
        result.Value = _tables.Cycles[command.Cycle].ObligationCount;
        return ResultCode.Ok;
    }

    /// <summary>Drops all obligations of a member.</summary>
    public ResultCode Recast(in CycleCommand command, ref CommandResult result)
    {
        if (command.Rule != 0 || command.GuaranteeAccount != 0) return ResultCode.ReservedFieldNotZero;
        ResultCode code = Find(command, CycleState.Closed);
        if (code != ResultCode.Ok) return code;
        if (_ledger.Undo.IsRecording) return ResultCode.NotAllowedInChain;
        if (!_context.HasRoomForEvents) return ResultCode.Overloaded;
        uint position = _tables.CyclePositionByMember.Find(PaymentTables.Pair(command.Cycle, command.Member));
        if (position == 0) return ResultCode.UnknownMember;
        uint before = _tables.Cycles[command.Cycle].DroppedCount;
        _tables.CyclePositions.Change(position).Dropped = 1;
        Drop(command.Cycle);
        result.Value = _tables.Cycles[command.Cycle].DroppedCount - before;
        return ResultCode.Ok;
    }

    /// <summary>What the members that cannot pay their net position lack, and the first of them.</summary>
    private UInt128 Shortfall(uint cycle, bool mark, out uint first)
    {
        first = 0;
        UInt128 missing = UInt128.Zero;
        Int128 sum = Int128.Zero;
        for (uint at = _tables.Cycles[cycle].FirstPosition; at != 0; at = _tables.CyclePositions[at].Next)
        {
            ref readonly CyclePositionRecord position = ref _tables.CyclePositions[at];
            Int128 net = position.Net;
            sum += net;
            if (net == Int128.Zero) continue;
            ref readonly MemberRecord member = ref _tables.Members[position.Member];
            Int128 left = _tables.Available(member) + net;
            bool blocked = _tables.IsBlocked(member);
            if (!blocked && (net > Int128.Zero || left >= Int128.Zero)) continue;
            if (first == 0) first = position.Member;
            missing += blocked ? Command.MaxAmount : (UInt128)(-Int128.Max(left, net));
            if (mark) _tables.CyclePositions.Change(at).Dropped = 1;
        }

        Invariant.Check(sum == Int128.Zero);
        return missing;
    }

    private ResultCode CheckGuarantee(in CycleCommand command, UInt128 missing)
    {
        if (!_ledger.Accounts.Has(command.GuaranteeAccount)) return ResultCode.UnknownAccount;
        ref readonly AccountRecord account = ref _ledger.Accounts[(uint)command.GuaranteeAccount];
        ref readonly PaymentSystemRecord system = ref _tables.Systems[_tables.Cycles[command.Cycle].System];
        if (account.Asset != system.Asset || !_context.Holds(account.Policy) || account.Flags != AccountFlags.None || command.GuaranteeAccount == system.ClearingAccount)
            return ResultCode.WrongSettlementAccount;
        return missing <= Command.MaxAmount && account.Available >= (Int128)missing ? ResultCode.Ok : ResultCode.CycleShortfall;
    }

    /// <summary>Takes the obligations of the marked members out, from the position of either side.</summary>
    private void Drop(uint cycleNumber)
    {
        ref CycleRecord cycle = ref _tables.Cycles.Change(cycleNumber);
        for (uint at = cycle.FirstObligation; at != 0; at = _tables.Obligations[at].Next)
        {
            ref readonly ObligationRecord seen = ref _tables.Obligations[at];
            if (seen.Dropped != 0) continue;
            uint debtor = _tables.CyclePositionByMember.Find(PaymentTables.Pair(cycleNumber, seen.Debtor));
            uint creditor = _tables.CyclePositionByMember.Find(PaymentTables.Pair(cycleNumber, seen.Creditor));
            if ((_tables.CyclePositions[debtor].Dropped | _tables.CyclePositions[creditor].Dropped) == 0) continue;
            _tables.Obligations.Change(at).Dropped = 1;
            _tables.CyclePositions.Change(debtor).Out -= seen.Amount;
            _tables.CyclePositions.Change(creditor).In -= seen.Amount;
            cycle.Gross -= seen.Amount;
            cycle.ObligationCount--;
            cycle.DroppedCount++;
        }

        for (uint at = cycle.FirstPosition; at != 0; at = _tables.CyclePositions[at].Next)
        {
            if (_tables.CyclePositions[at].Dropped != 1) continue;
            _tables.CyclePositions.Change(at).Dropped = 2;
            _events.CycleRecast(cycleNumber, _tables.CyclePositions[at].Member);
        }
    }

    private void Pay(in CycleCommand command, uint clearing)
    {
        ref CycleRecord cycle = ref _tables.Cycles.Change(command.Cycle);
        for (uint at = cycle.FirstPosition; at != 0; at = _tables.CyclePositions[at].Next)
        {
            Int128 net = _tables.CyclePositions[at].Net;
            if (net >= Int128.Zero) continue;
            ref readonly MemberRecord member = ref _tables.Members[_tables.CyclePositions[at].Member];
            Int128 left = _tables.Available(member) + net;
            if (left < Int128.Zero)
            {
                UInt128 missing = (UInt128)(-Int128.Max(left, net));
                Move(command, HistoryKind.Guarantee, (uint)command.GuaranteeAccount, member.Account, missing);
                cycle.Guaranteed += missing;
            }

            Move(command, HistoryKind.Netting, member.Account, clearing, (UInt128)(-net));
            cycle.Funding += (UInt128)(-net);
        }

        for (uint at = cycle.FirstPosition; at != 0; at = _tables.CyclePositions[at].Next)
        {
            ref readonly CyclePositionRecord position = ref _tables.CyclePositions[at];
            if (position.Net > Int128.Zero) Move(command, HistoryKind.Netting, clearing, _tables.Members[position.Member].Account, (UInt128)position.Net);
            if (position.Dropped == 0) _events.CycleSettled(command.Cycle, position.Member, position.Net);
        }

        Invariant.Check(_ledger.Accounts[clearing].Balance == Int128.Zero);
        cycle.State = CycleState.Settled;
        cycle.SettledSequence = _context.Sequence;
    }

    private void Move(in CycleCommand command, HistoryKind kind, uint debitNumber, uint creditNumber, UInt128 amount)
    {
        ref AccountRecord debit = ref _ledger.Accounts.Change(debitNumber);
        ref AccountRecord credit = ref _ledger.Accounts.Change(creditNumber);
        debit.DebitsPosted += amount;
        credit.CreditsPosted += amount;
        ref HistoryEntry entry = ref _context.Record(kind, debitNumber, ref debit, creditNumber, ref credit, amount);
        entry.Code = command.Code;
        entry.Link = command.Cycle;
        entry.Reference = command.Reference;
    }
}
