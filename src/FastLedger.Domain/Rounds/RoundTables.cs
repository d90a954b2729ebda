// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Agreements;
using FastLedger.Domain.Transfers;
using FastLedger.Primitives.Commands;
using FastLedger.State;

namespace FastLedger.Domain.Rounds;

/// <summary>Sealed rounds and their bids, and what finds them.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class RoundTables : IDisposable
{
    /// <summary>Records per table, record 0 included.</summary>
    public const uint MaxRounds = 1 << 20, MaxBids = 1 << 26;

    /// <summary>Reserves the tables.</summary>
    public RoundTables(Genesis genesis, UndoLog undo, ulong secret)
    {
        Rounds = new Table<RoundRecord>(TableId.Rounds, AgreementTables.Capacity(genesis, MaxRounds), undo);
        Bids = new Table<BidRecord>(TableId.Bids, AgreementTables.Capacity(genesis, MaxBids), undo);
        BidByBidder = new IdIndex(undo, secret);
        Ends = new ExpiryQueue(undo, (int)Rounds.Capacity);
    }

    public Table<RoundRecord> Rounds { get; }

    public Table<BidRecord> Bids { get; }

    /// <summary>Bids by round and bidder, see <see cref="Pair"/>.</summary>
    public IdIndex BidByBidder { get; }

    /// <summary>Rounds by the block time at which their reveal phase ends.</summary>
    public ExpiryQueue Ends { get; }

    /// <summary>Round and bidder as one id.</summary>
    public static UInt128 Pair(uint round, uint bidder) => ((ulong)round << 32) | bidder;

    /// <summary>Makes the derived structures anew from the tables.</summary>
    public void Rebuild()
    {
        for (uint n = 1; n < Bids.Count; n++) BidByBidder.Add(Pair(Bids[n].Round, Bids[n].Bidder), n);
        for (uint n = 1; n < Rounds.Count; n++)
            if (Rounds[n].Stored == RoundState.Announced) Ends.Add(n, Rounds[n].RevealEndsNs);
    }

    /// <summary>Frees what is derived.</summary>
    public void Dispose()
    {
        BidByBidder.Dispose();
        Ends.Dispose();
    }
}
