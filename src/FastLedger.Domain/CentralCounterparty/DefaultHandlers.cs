// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>
/// Default of a clearing member. Its loss, once its positions are closed out and marked, is drawn strictly in this order: its own margin, its
/// contribution to the fund, the counterparty's capital at risk, the survivors' contributions, assessments on them; the last two in proportion
/// to the contributions. What no layer covers is reported, not hidden (CPMI-IOSCO PFMI, principles 4 and 13).
/// </summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none after construction. Blocks: no.</remarks>
public sealed class DefaultHandlers
{
    private const uint Declared = 1, Resolved = 2, Million = 1_000_000;

    private readonly CounterpartyTables _tables;
    private readonly ExecutionContext _context;
    private readonly CounterpartyJournal _journal;
    private readonly LargestRemainder _remainder = new((int)CounterpartyTables.MaxMembersPerCounterparty);
    private readonly uint[] _survivors = new uint[CounterpartyTables.MaxMembersPerCounterparty];
    private readonly ulong[] _contributions = new ulong[CounterpartyTables.MaxMembersPerCounterparty];
    private readonly ulong[] _assessments = new ulong[CounterpartyTables.MaxMembersPerCounterparty];
    private readonly ulong[] _shares = new ulong[CounterpartyTables.MaxMembersPerCounterparty];

    /// <summary>Handlers over the context's ledger.</summary>
    public DefaultHandlers(ExecutionContext context, CounterpartyJournal journal)
    {
        _context = context;
        _tables = context.Ledger.Counterparties;
        _journal = journal;
    }

    /// <summary>Declares a member in default: it trades no more, and no variation margin is paid until its default is resolved.</summary>
    public ResultCode Declare(in ClearingMemberCommand command, ref CommandResult result)
    {
        ResultCode code = Find(command);
        if (code != ResultCode.Ok) return code;
        ref readonly ClearingMemberRecord seen = ref _tables.ClearingMembers[command.ClearingMember];
        if (seen.State != ClearingMemberState.Active) return ResultCode.DefaultState;
        uint number = _tables.Defaults.Append();
        if (number == 0) return ResultCode.TableFull;
        ref DefaultRecord declared = ref _tables.Defaults.Change(number);
        declared.Counterparty = seen.Counterparty;
        declared.ClearingMember = command.ClearingMember;
        declared.State = Declared;
        declared.DeclaredSequence = _context.Sequence;
        declared.DeclaredReference = command.Reference;
        ref ClearingMemberRecord member = ref _tables.ClearingMembers.Change(command.ClearingMember);
        member.State = ClearingMemberState.Defaulted;
        member.Default = number;
        member.Called = UInt128.Zero;
        _tables.Counterparties.Change(seen.Counterparty).OpenDefaults++;
        _journal.TellAll(CounterpartyEventKind.DefaultDeclared, seen.Counterparty, number, seen.VariationDue, command.Reference);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Covers the loss of a default whose positions are closed out.</summary>
    public ResultCode Apply(in ClearingMemberCommand command, ref CommandResult result)
    {
        ResultCode code = Find(command);
        if (code != ResultCode.Ok) return code;
        ref readonly ClearingMemberRecord seen = ref _tables.ClearingMembers[command.ClearingMember];
        if (seen.State != ClearingMemberState.Defaulted) return ResultCode.DefaultState;
        ref readonly CounterpartyRecord counterparty = ref _tables.Counterparties[seen.Counterparty];
        if (!_journal.IsIdle(counterparty.System)) return ResultCode.ResolutionRunning;
        for (uint at = seen.FirstPosition; at != 0; at = _tables.Positions[at].NextOfMember)
            if (_tables.Positions[at].Quantity != 0 || _tables.Positions[at].Cost != Int128.Zero) return ResultCode.PositionsOpen;
        if (_journal.Available(counterparty.MarginAccount) < (Int128)counterparty.MarginTotal || _journal.Available(counterparty.FundAccount) < (Int128)counterparty.FundTotal)
            return ResultCode.ExceedsBalance;

        UInt128 loss = seen.VariationDue < Int128.Zero ? (UInt128)(-seen.VariationDue) : UInt128.Zero;
        UInt128 uncovered = Draw(command, seen.Counterparty, seen.Default, loss);
        ref ClearingMemberRecord member = ref _tables.ClearingMembers.Change(command.ClearingMember);
        if (loss != UInt128.Zero) member.VariationDue = Int128.Zero;
        member.State = ClearingMemberState.Resolved;
        ref CounterpartyRecord changed = ref _tables.Counterparties.Change(seen.Counterparty);
        changed.DefaultDue += loss;
        changed.Uncovered += uncovered;
        changed.OpenDefaults--;
        if (uncovered != UInt128.Zero)
            _journal.TellAll(CounterpartyEventKind.LossUncovered, seen.Counterparty, seen.Default, -(Int128)uncovered, command.Reference);
        result.Value = uncovered;
        return ResultCode.Ok;
    }

    private ResultCode Find(in ClearingMemberCommand command)
    {
        if ((command.Counterparty | command.Member) != 0 || command.Amount != 0 || MarginHandlers.HasReserved(command)) return ResultCode.ReservedFieldNotZero;
        if (!_tables.ClearingMembers.Has(command.ClearingMember)) return ResultCode.UnknownClearingMember;
        if (_journal.CheckOperator(_tables.ClearingMembers[command.ClearingMember].Counterparty) is not ResultCode.Ok and var refused) return refused;
        return _context.HasRoomForEvents ? ResultCode.Ok : ResultCode.Overloaded;
    }

    /// <summary>Draws the layers, a layer only after the one before is exhausted.</summary>
    /// <returns>What is left.</returns>
    private UInt128 Draw(in ClearingMemberCommand command, uint counterpartyNumber, uint defaultNumber, UInt128 loss)
    {
        ref CounterpartyRecord counterparty = ref _tables.Counterparties.Change(counterpartyNumber);
        ref ClearingMemberRecord defaulter = ref _tables.ClearingMembers.Change(command.ClearingMember);
        ref DefaultRecord record = ref _tables.Defaults.Change(defaultNumber);
        UInt128 left = loss;
        record.Margin = Take(ref left, defaulter.Margin);
        defaulter.Margin -= record.Margin;
        counterparty.MarginTotal -= record.Margin;
        Move(command, counterparty, counterparty.MarginAccount, record.Margin);
        record.Contribution = Take(ref left, defaulter.Contribution);
        defaulter.Contribution -= record.Contribution;
        counterparty.FundTotal -= record.Contribution;
        Move(command, counterparty, counterparty.FundAccount, record.Contribution);
        if (record.Margin + record.Contribution != 0)
            Allocated(command.ClearingMember, defaultNumber, record.Margin + record.Contribution, command.Reference);
        record.Capital = Take(ref left, (ulong)Int128.Min(counterparty.Capital, _journal.Available(counterparty.CapitalAccount)));
        Move(command, counterparty, counterparty.CapitalAccount, record.Capital);
        DrawSurvivors(command, defaultNumber, ref counterparty, ref record, ref left);
        record.Loss = loss;
        record.Uncovered = left;
        record.State = Resolved;
        record.ResolvedSequence = _context.Sequence;
        record.ResolvedReference = command.Reference;
        UInt128 drawn = (UInt128)record.Margin + record.Contribution + record.Capital + record.SurvivorFund + record.Assessments;
        Invariant.Check(drawn + left == loss);
        return left;
    }

    private void DrawSurvivors(in ClearingMemberCommand command, uint defaultNumber, ref CounterpartyRecord counterparty, ref DefaultRecord record, ref UInt128 left)
    {
        int count = 0;
        ulong fund = 0, assessable = 0;
        for (uint at = counterparty.FirstMember; at != 0; at = _tables.ClearingMembers[at].NextMember)
        {
            ref readonly ClearingMemberRecord member = ref _tables.ClearingMembers[at];
            if (member.State != ClearingMemberState.Active || member.Contribution == 0) continue;
            _survivors[count] = at;
            _contributions[count] = member.Contribution;
            _assessments[count] = (ulong)((UInt128)member.Contribution * counterparty.AssessmentPpm / Million);
            fund += _contributions[count];
            assessable += _assessments[count];
            count++;
        }

        record.SurvivorFund = Take(ref left, fund);
        counterparty.FundTotal -= record.SurvivorFund;
        Move(command, counterparty, counterparty.FundAccount, record.SurvivorFund);
        _remainder.Split(record.SurvivorFund, _contributions.AsSpan(0, count), _shares);
        for (int i = 0; i < count && record.SurvivorFund != 0; i++)
        {
            ref ClearingMemberRecord member = ref _tables.ClearingMembers.Change(_survivors[i]);
            member.Contribution -= _shares[i];
            member.LossShare = Added(member.LossShare, _shares[i]);
            if (_shares[i] != 0) Allocated(_survivors[i], defaultNumber, _shares[i], command.Reference);
        }

        UInt128 before = left;
        ulong assessed = Take(ref left, assessable);
        if (assessed == 0) return;
        _remainder.Split(assessed, _assessments.AsSpan(0, count), _shares);
        for (int i = 0; i < count; i++)
        {
            // What a survivor cannot pay is not laid on the others: it stays uncovered, and its own debt.
            ulong paid = _journal.IsBlocked(_survivors[i]) ? 0 : (ulong)Int128.Min(_shares[i], _journal.Available(_journal.AccountOf(_survivors[i])));
            Move(command, counterparty, _journal.AccountOf(_survivors[i]), paid);
            record.Assessments += paid;
            ref ClearingMemberRecord member = ref _tables.ClearingMembers.Change(_survivors[i]);
            member.LossShare = Added(member.LossShare, paid);
            member.AssessmentUnpaid = Added(member.AssessmentUnpaid, _shares[i] - paid);
            if (paid != 0) Allocated(_survivors[i], defaultNumber, paid, command.Reference);
        }

        record.AssessmentsUnpaid = assessed - record.Assessments;
        left = before - record.Assessments;
    }

    private static ulong Take(ref UInt128 left, ulong layer)
    {
        ulong taken = (ulong)UInt128.Min(left, layer);
        left -= taken;
        return taken;
    }

    /// <summary>Tallies over all defaults stop at 2^64 − 1; nothing is decided by them.</summary>
    private static ulong Added(ulong tally, ulong amount) => tally > ulong.MaxValue - amount ? ulong.MaxValue : tally + amount;

    private void Move(in ClearingMemberCommand command, in CounterpartyRecord counterparty, uint from, ulong amount) =>
        _journal.Move(HistoryKind.Waterfall, from, counterparty.DefaultAccount, amount, command.ClearingMember, command.Code, command.Reference);

    private void Allocated(uint number, ulong defaultNumber, ulong amount, in Hash256 reference)
    {
        ref CounterpartyEvent told = ref _journal.Tell(CounterpartyEventKind.LossAllocated, number, reference);
        told.Number = defaultNumber;
        told.Amount = -(Int128)amount;
    }
}
