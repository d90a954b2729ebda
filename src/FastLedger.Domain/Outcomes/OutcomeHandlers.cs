// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Outcomes;

/// <summary>Attested outcomes: a report, a window in which it can be disputed against a bond, an arbiter in the end.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed partial class OutcomeHandlers
{
    /// <summary>Outcomes that one block makes final.</summary>
    public const int MaxFinalPerBlock = 4096;

    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly OutcomeTables _tables;
    private readonly TransferHandlers _transfers;
    private readonly Movements _movements;

    /// <summary>Handlers over the context's ledger.</summary>
    public OutcomeHandlers(ExecutionContext context, TransferHandlers transfers, Movements movements)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Agreements.Outcomes;
        _transfers = transfers;
        _movements = movements;
    }

    /// <summary>Creates an outcome, and the assets of its values when there is collateral.</summary>
    public ResultCode Create(in CreateOutcomeCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~(CommandFlags.Linked | CommandFlags.RelativeTime)) != 0) return ResultCode.InvalidFlags;
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        if (_context.Policy == 0) return ResultCode.Unauthorized;
        if (!_context.Authority.Exists(command.OraclePolicy)) return ResultCode.UnknownPolicy;
        if (command.ArbiterPolicy != 0 && !_context.Authority.Exists(command.ArbiterPolicy)) return ResultCode.UnknownPolicy;
        bool disputable = command.DisputeSeconds != 0;
        if (command.Values is < 2 or > CreateOutcomeCommand.MaxValues || disputable != (command.MaxDisputes != 0) || command.MaxDisputes > OutcomeRecord.MaxDisputeCount
            || disputable != (command.Bond != 0) || disputable != (command.BondAccount != 0) || (disputable && command.CollateralAsset == 0)
            || command.Bond >> 60 != 0) return ResultCode.InvalidOutcome;
        if (!_context.TryTime(command.ReportFromNs, command.Flags, out long from) || !_context.TryTime(command.ReportUntilNs, command.Flags, out long until)
            || (until != 0 && (until <= from || until <= _context.TimestampNs))) return ResultCode.InvalidTime;
        if (command.CollateralAsset != 0 && !_ledger.Assets.Has(command.CollateralAsset)) return ResultCode.UnknownAsset;
        if (disputable)
        {
            if (!_ledger.Accounts.Has(command.BondAccount)) return ResultCode.UnknownAccount;
            if (_ledger.Accounts[(uint)command.BondAccount].Asset != command.CollateralAsset) return ResultCode.DifferentAssets;
        }

        bool sets = command.CollateralAsset != 0;
        if (!_context.HasRoomForEvent || (sets && !HasRoomForSets(command.Values))) return ResultCode.TableFull;
        uint number = _tables.Outcomes.Append();
        if (number == 0) return ResultCode.TableFull;
        ref OutcomeRecord outcome = ref _tables.Outcomes.Change(number);
        outcome.Question = command.Question;
        outcome.OraclePolicy = command.OraclePolicy;
        outcome.ArbiterPolicy = command.ArbiterPolicy != 0 ? command.ArbiterPolicy : command.OraclePolicy;
        outcome.CreatorPolicy = _context.Policy;
        outcome.CollateralAsset = command.CollateralAsset;
        outcome.DisputeSeconds = command.DisputeSeconds;
        outcome.MaxDisputes = command.MaxDisputes;
        outcome.State = OutcomeState.Open;
        outcome.Values = (byte)command.Values;
        outcome.Bond = command.Bond;
        outcome.BondAccount = command.BondAccount;
        outcome.ReportFromNs = from;
        outcome.ReportUntilNs = until;
        if (sets) CreateSets(ref outcome, number);
        if (until != 0) _tables.Times.Add(number, until);
        Note(ref outcome, number, LedgerEventKind.OutcomeCreated, 0, command.Question, default, command.Code);
        result.Value = new UInt128(outcome.FirstAsset, number);
        return ResultCode.Ok;
    }

    /// <summary>Reports the value: the oracle does, after the last dispute the arbiter.</summary>
    public ResultCode Report(in OutcomeCommand command, ref CommandResult result)
    {
        ResultCode code = Find(command);
        if (code != ResultCode.Ok) return code;
        if (command.Account != 0) return ResultCode.ReservedFieldNotZero;
        ref readonly OutcomeRecord seen = ref _tables.Outcomes[command.Outcome];
        code = _context.Check(seen.State == OutcomeState.Escalated ? seen.ArbiterPolicy : seen.OraclePolicy);
        if (code != ResultCode.Ok) return code;
        if (seen.State == OutcomeState.Final) return ResultCode.AlreadyFinal;
        if (seen.State == OutcomeState.Proposed) return ResultCode.BadState;
        if (_context.TimestampNs < seen.ReportFromNs) return ResultCode.TooEarly;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;

        ref OutcomeRecord outcome = ref _tables.Outcomes.Change(command.Outcome);
        OutcomeState from = outcome.State;
        if (_tables.Times.Has(command.Outcome)) _tables.Times.Remove(command.Outcome);
        outcome.Value = (byte)command.Value;
        bool final = from == OutcomeState.Escalated || outcome.DisputeSeconds == 0;
        if (final)
        {
            Finish(ref outcome);
        }
        else
        {
            outcome.State = OutcomeState.Proposed;
            outcome.WindowEndsNs = _context.TimestampNs + (outcome.DisputeSeconds * 1_000_000_000L);
            _tables.Times.Add(command.Outcome, outcome.WindowEndsNs);
        }

        Note(ref outcome, command.Outcome, final ? LedgerEventKind.OutcomeFinal : LedgerEventKind.OutcomeReported, from, default, command.Reference, command.Code);
        result.Value = (byte)outcome.State;
        return ResultCode.Ok;
    }

    /// <summary>Disputes a report against a bond.</summary>
    public ResultCode Dispute(in OutcomeCommand command, ref CommandResult result)
    {
        ResultCode code = Find(command);
        if (code != ResultCode.Ok) return code;
        ref readonly OutcomeRecord seen = ref _tables.Outcomes[command.Outcome];
        if (seen.State == OutcomeState.Final) return ResultCode.AlreadyFinal;
        if (seen.State != OutcomeState.Proposed) return ResultCode.BadState;
        if (seen.Value != command.Value) return ResultCode.InvalidOutcome;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        var bond = default(CommandResult);
        code = _transfers.ReserveHeld(command.Account, seen.BondAccount, (UInt128)seen.Bond << seen.Disputes, command.Code, command.Outcome, ref bond);
        if (code != ResultCode.Ok) return code;

        ref OutcomeRecord outcome = ref _tables.Outcomes.Change(command.Outcome);
        _tables.Times.Remove(command.Outcome);
        outcome.Bonds[outcome.Disputes] = (ulong)bond.Value;
        outcome.DisputedValues[outcome.Disputes] = outcome.Value;
        outcome.Disputes++;
        outcome.WindowEndsNs = 0;
        outcome.State = outcome.Disputes < outcome.MaxDisputes ? OutcomeState.Disputed : OutcomeState.Escalated;
        Note(ref outcome, command.Outcome, LedgerEventKind.OutcomeDisputed, OutcomeState.Proposed, default, command.Reference, command.Code);
        result.Value = (byte)outcome.State;
        return ResultCode.Ok;
    }

    /// <summary>Makes final what was not disputed in time, and invalid what nobody reported.</summary>
    public void FinishDue()
    {
        for (int done = 0; done < MaxFinalPerBlock && _tables.Times.NextNs <= _context.TimestampNs && _context.HasRoomForEvent; done++)
        {
            uint number = _tables.Times.First;
            _tables.Times.Remove(number);
            _context.Sequence = ++_ledger.Counters.Sequence;
            ref OutcomeRecord outcome = ref _tables.Outcomes.Change(number);
            OutcomeState from = outcome.State;
            if (from == OutcomeState.Open) outcome.Value = 0;
            Finish(ref outcome);
            Note(ref outcome, number, LedgerEventKind.OutcomeFinal, from, default, default, 0);
        }
    }

    private ResultCode Find(in OutcomeCommand command)
    {
        if (!command.Reserved0.IsZero || !command.Reserved1.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Outcomes.Has(command.Outcome)) return ResultCode.UnknownOutcome;
        return command.Value > _tables.Outcomes[command.Outcome].Values ? ResultCode.InvalidOutcome : ResultCode.Ok;
    }

    /// <summary>The value stands: bonds of disputes that were right go back, the others are forfeited.</summary>
    private void Finish(ref OutcomeRecord outcome)
    {
        outcome.State = OutcomeState.Final;
        outcome.WindowEndsNs = 0;
        for (int i = 0; i < outcome.Disputes; i++)
            _transfers.ResolveHeld(outcome.Bonds[i], outcome.DisputedValues[i] == outcome.Value ? PendingState.Posted : PendingState.Voided);
    }

    private void Note(
        ref OutcomeRecord outcome, uint number, LedgerEventKind kind, OutcomeState from, in Hash256 content, in Hash256 reference, uint code) =>
        outcome.LastEvent = _context.AddEvent(new LedgerEvent
        {
            Kind = kind,
            Subject = number,
            Previous = outcome.LastEvent,
            From = (byte)from,
            To = (byte)outcome.State,
            Owner = outcome.OraclePolicy,
            Value = outcome.Value,
            Content = content,
            Reference = reference,
            Code = code,
        });
}
