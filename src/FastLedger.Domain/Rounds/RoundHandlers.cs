// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Domain.Execution;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Rounds;

/// <summary>Sealed rounds: commit, reveal, and a result that anybody can compute again from the event log.</summary>
/// <remarks>Total functions. Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed partial class RoundHandlers
{
    private readonly ExecutionContext _context;
    private readonly Ledger _ledger;
    private readonly RoundTables _tables;
    private readonly TransferHandlers _transfers;

    /// <summary>Handlers over the context's ledger.</summary>
    public RoundHandlers(ExecutionContext context, TransferHandlers transfers)
    {
        _context = context;
        _ledger = context.Ledger;
        _tables = _ledger.Agreements.Rounds;
        _transfers = transfers;
    }

    /// <summary>Creates a round.</summary>
    public ResultCode Create(in CreateRoundCommand command, ref CommandResult result)
    {
        if ((command.Flags & ~(CommandFlags.Linked | CommandFlags.RelativeTime)) != 0) return ResultCode.InvalidFlags;
        if (command.Reserved0 != 0 || command.Reserved1 != 0 || command.Reserved2 != 0) return ResultCode.ReservedFieldNotZero;
        if (_context.Policy == 0) return ResultCode.Unauthorized;
        if (command.Policy != 0 && !_context.Authority.Exists(command.Policy)) return ResultCode.UnknownPolicy;
        bool tally = command.Kind == RoundKind.Tally;
        if (command.Kind is < RoundKind.Tally or > RoundKind.SecondPrice || tally != (command.Choices != 0) || command.Choices > RoundRecord.MaxChoices
            || (tally && command.ReservePrice != UInt128.Zero) || (command.Deposit == 0) != (command.DepositAccount == 0)) return ResultCode.InvalidRound;
        if (!_context.TryTime(command.OpensAtNs, command.Flags, out long opens) || !_context.TryTime(command.ClosesAtNs, command.Flags, out long closes)
            || !_context.TryTime(command.RevealEndsNs, command.Flags, out long ends)) return ResultCode.InvalidTime;
        if (closes <= opens || ends <= closes || closes <= _context.TimestampNs) return ResultCode.InvalidTime;
        if (command.EligibilityAsset != 0 && !_ledger.Assets.Has(command.EligibilityAsset)) return ResultCode.UnknownAsset;
        if (command.Deposit != 0)
        {
            if (!_ledger.Accounts.Has(command.DepositAccount)) return ResultCode.UnknownAccount;
            ResultCode code = _context.Check(_ledger.Accounts[(uint)command.DepositAccount].Policy);
            if (code != ResultCode.Ok) return code;
        }

        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        uint number = _tables.Rounds.Append();
        if (number == 0) return ResultCode.TableFull;
        ref RoundRecord round = ref _tables.Rounds.Change(number);
        round.Rules = command.Rules;
        round.Deposit = command.Deposit;
        round.DepositAccount = command.DepositAccount;
        round.OpensAtNs = opens;
        round.ClosesAtNs = closes;
        round.RevealEndsNs = ends;
        round.Policy = command.Policy != 0 ? command.Policy : _context.Policy;
        round.EligibilityAsset = command.EligibilityAsset;
        round.Kind = command.Kind;
        round.Choices = command.Choices;
        round.Stored = RoundState.Announced;
        if (!tally) round.ReservePrice = command.ReservePrice;
        _tables.Ends.Add(number, ends);
        Note(ref round, number, LedgerEventKind.RoundCreated, command.Rules, 0, 0, default, command.Code);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Changes the rules before the round opens.</summary>
    public ResultCode Amend(in AmendRoundCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != 0 || !command.Reserved2.IsZero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Rounds.Has(command.Round)) return ResultCode.UnknownRound;
        ref readonly RoundRecord seen = ref _tables.Rounds[command.Round];
        ResultCode code = _context.Check(seen.Policy);
        if (code != ResultCode.Ok) return code;
        if (seen.StateAt(_context.TimestampNs) != RoundState.Announced) return ResultCode.BadState;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;
        ref RoundRecord round = ref _tables.Rounds.Change(command.Round);
        round.Rules = command.Rules;
        Note(ref round, command.Round, LedgerEventKind.RoundAmended, command.Rules, 0, 0, command.Reference, command.Code);
        result.Value = command.Round;
        return ResultCode.Ok;
    }

    /// <summary>Takes a commitment and reserves its deposit.</summary>
    public ResultCode Commit(in CommitCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Rounds.Has(command.Round)) return ResultCode.UnknownRound;
        ref readonly RoundRecord seen = ref _tables.Rounds[command.Round];
        if (_context.TimestampNs < seen.OpensAtNs) return ResultCode.TooEarly;
        if (_context.TimestampNs >= seen.ClosesAtNs) return ResultCode.RoundClosed;
        uint bidder = command.Bidder != 0 ? command.Bidder : _context.Policy;
        ResultCode code = _context.Check(bidder);
        if (code != ResultCode.Ok) return code;
        if (command.Commitment.IsZero || (seen.Deposit == 0 && command.DepositAccount != 0) || (seen.EligibilityAsset == 0 && command.EligibilityAccount != 0)) return ResultCode.InvalidRound;
        uint existing = _tables.BidByBidder.Find(RoundTables.Pair(command.Round, bidder));
        if (existing != 0)
        {
            result.Value = existing;
            return ResultCode.AlreadyCommitted;
        }

        code = CheckEligible(seen, command.EligibilityAccount, bidder);
        if (code != ResultCode.Ok) return code;
        if (_tables.Bids.Count == _tables.Bids.Capacity || !_context.HasRoomForEvent) return ResultCode.TableFull;
        ulong pending = 0;
        if (seen.Deposit != 0)
        {
            // Nobody but the ledger resolves a deposit.
            var deposit = default(CommandResult);
            code = _transfers.ReserveHeld(command.DepositAccount, seen.DepositAccount, seen.Deposit, command.Code, command.Round, ref deposit);
            if (code != ResultCode.Ok) return code;
            pending = (ulong)deposit.Value;
        }

        uint number = _tables.Bids.Append();
        ref RoundRecord round = ref _tables.Rounds.Change(command.Round);
        ref BidRecord bid = ref _tables.Bids.Change(number);
        bid.Commitment = command.Commitment;
        bid.Round = command.Round;
        bid.Bidder = bidder;
        bid.PendingId = pending;
        bid.Sequence = _context.Sequence;
        bid.Previous = round.LastBid;
        bid.State = BidState.Committed;
        bid.Reference = command.Reference;
        round.LastBid = number;
        round.Commitments++;
        _tables.BidByBidder.Add(RoundTables.Pair(command.Round, bidder), number);
        Note(ref round, command.Round, LedgerEventKind.Committed, command.Commitment, bidder, number, command.Reference, command.Code);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Opens a commitment: counts it, and gives its deposit back (a vote's is spent).</summary>
    public ResultCode Reveal(in RevealCommand command, ref CommandResult result)
    {
        if (command.Reserved0 != 0 || command.Reserved1 != UInt128.Zero) return ResultCode.ReservedFieldNotZero;
        if (!_tables.Rounds.Has(command.Round)) return ResultCode.UnknownRound;
        ref readonly RoundRecord seen = ref _tables.Rounds[command.Round];
        if (_context.TimestampNs < seen.ClosesAtNs) return ResultCode.TooEarly;
        if (_context.TimestampNs >= seen.RevealEndsNs) return ResultCode.RoundClosed;
        uint bidder = command.Bidder != 0 ? command.Bidder : _context.Policy;
        uint number = _tables.BidByBidder.Find(RoundTables.Pair(command.Round, bidder));
        if (number == 0) return ResultCode.UnknownBid;
        if (_tables.Bids[number].State != BidState.Committed) return ResultCode.AlreadyRevealed;
        if (SealedCommitment.Of(_ledger.ChainId, command.Round, bidder, command.Value, command.Salt) != _tables.Bids[number].Commitment) return ResultCode.CommitMismatch;
        if (seen.Kind == RoundKind.Tally && command.Value >= seen.Choices) return ResultCode.InvalidRound;
        if (!_context.HasRoomForEvent) return ResultCode.TableFull;

        ref RoundRecord round = ref _tables.Rounds.Change(command.Round);
        ref BidRecord bid = ref _tables.Bids.Change(number);
        bid.Value = command.Value;
        bid.State = BidState.Revealed;
        round.Revealed++;
        if (round.Kind == RoundKind.Tally) round.Counts[(int)command.Value]++;
        else Rank(ref round, number, bid);
        if (bid.PendingId != 0) _transfers.ResolveHeld(bid.PendingId, round.Kind == RoundKind.Tally ? PendingState.Posted : PendingState.Voided);
        Note(ref round, command.Round, LedgerEventKind.Revealed, command.Salt, bidder, (ulong)(command.Value & ulong.MaxValue), command.Reference, command.Code);
        result.Value = number;
        return ResultCode.Ok;
    }

    /// <summary>Does a revealed bid beat the best one? Of equal values the earlier commitment's stands.</summary>
    private void Rank(ref RoundRecord round, uint number, in BidRecord bid)
    {
        bool lowest = round.Kind == RoundKind.Min;
        if (round.ReservePrice != UInt128.Zero && (lowest ? bid.Value > round.ReservePrice : bid.Value < round.ReservePrice)) return;
        bool better = round.BestBid == 0
            || (lowest ? bid.Value < round.BestValue : bid.Value > round.BestValue)
            || (bid.Value == round.BestValue && number < round.BestBid);
        UInt128 beaten = better ? round.BestValue : bid.Value;
        if (round.BestBid != 0 && beaten > round.SecondValue) round.SecondValue = beaten;
        if (!better) return;
        round.BestBid = number;
        round.BestValue = bid.Value;
    }

    private ResultCode CheckEligible(in RoundRecord round, ulong account, uint bidder)
    {
        if (round.EligibilityAsset == 0) return ResultCode.Ok;
        if (!_ledger.Accounts.Has(account)) return ResultCode.NotEligible;
        ref readonly Accounts.AccountRecord record = ref _ledger.Accounts[(uint)account];
        return record.Asset == round.EligibilityAsset && record.Policy == bidder && record.Balance > Int128.Zero ? ResultCode.Ok : ResultCode.NotEligible;
    }

    private void Note(
        ref RoundRecord round, uint number, LedgerEventKind kind, in Hash256 content, uint bidder, ulong value, in Hash256 reference, uint code) =>
        round.LastEvent = _context.AddEvent(new LedgerEvent
        {
            Kind = kind,
            Subject = number,
            Previous = round.LastEvent,
            To = (byte)round.StateAt(_context.TimestampNs),
            Owner = bidder,
            Value = value,
            Content = content,
            Reference = reference,
            Code = code,
        });
}
