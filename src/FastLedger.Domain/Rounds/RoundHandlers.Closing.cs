// SPDX-License-Identifier: Apache-2.0
using FastLedger.Domain.Events;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Rounds;

// The end of a round: deposits of commitments that were not revealed are taken, then the result stands.
public sealed partial class RoundHandlers
{
    /// <summary>Closes the rounds whose reveal phase has ended, oldest end first.</summary>
    /// <param name="budget">Bids to look at.</param>
    public void Work(int budget)
    {
        EventLog log = _ledger.Agreements.Events;
        for (; budget > 0 && _tables.Ends.NextNs <= _context.TimestampNs; budget--) StartClosing(_tables.Ends.First);
        while (budget > 0 && log.Record.FirstClosingRound != 0)
        {
            uint number = log.Record.FirstClosingRound;
            _context.Sequence = ++_ledger.Counters.Sequence;
            ref RoundRecord round = ref _tables.Rounds.Change(number);
            for (; budget > 0 && round.Cursor != 0 && _context.HasRoomForEvent; budget--)
            {
                uint bid = round.Cursor;
                round.Cursor = _tables.Bids[bid].Previous;
                if (_tables.Bids[bid].State == BidState.Committed) Forfeit(ref round, number, bid);
            }

            if (round.Cursor != 0 || !_context.HasRoomForEvent) return;
            round.Stored = RoundState.Final;
            ref EventLogRecord record = ref log.Change();
            record.FirstClosingRound = round.NextClosing;
            if (record.FirstClosingRound == 0) record.LastClosingRound = 0;
            round.NextClosing = 0;
            uint winner = round.Kind == RoundKind.Tally || round.BestBid == 0 ? 0 : _tables.Bids[round.BestBid].Bidder;
            ulong price = round.Kind == RoundKind.Tally ? 0 : (ulong)(round.Price & ulong.MaxValue);
            Note(ref round, number, LedgerEventKind.RoundFinal, round.Rules, winner, price, default, 0);
            budget--;
        }
    }

    private void StartClosing(uint number)
    {
        _tables.Ends.Remove(number);
        ref RoundRecord round = ref _tables.Rounds.Change(number);
        round.Stored = RoundState.Closing;
        round.Cursor = round.LastBid;
        ref EventLogRecord record = ref _ledger.Agreements.Events.Change();
        if (record.LastClosingRound != 0) _tables.Rounds.Change(record.LastClosingRound).NextClosing = number;
        else record.FirstClosingRound = number;
        record.LastClosingRound = number;
    }

    private void Forfeit(ref RoundRecord round, uint number, uint bidNumber)
    {
        ref BidRecord bid = ref _tables.Bids.Change(bidNumber);
        bid.State = BidState.Forfeited;
        round.Forfeited++;
        if (bid.PendingId != 0) _transfers.ResolveHeld(bid.PendingId, PendingState.Posted);
        Note(ref round, number, LedgerEventKind.Forfeited, bid.Commitment, bid.Bidder, bidNumber, default, 0);
    }
}
