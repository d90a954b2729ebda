// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain.Transfers;
using FastLedger.State;

namespace FastLedger.Domain.Rounds;

/// <summary>Sealed rounds and their bids, and what finds them.</summary>
/// <remarks>Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.</remarks>
public sealed class RoundTables : IDisposable
{
    /// <summary>Records per table, record 0 included.</summary>
    public const uint MaxRounds = 1 << 20, MaxBids = 1 << 26;

    /// <summary>Reserves the tables.</summary>
    public RoundTables(UndoLog undo, ulong secret)
    {
        Rounds = new Table<RoundRecord>(TableId.Rounds, MaxRounds, undo);
        Bids = new Table<BidRecord>(TableId.Bids, MaxBids, undo);
        BidByBidder = new IdIndex(undo, secret);
        Ends = new ExpiryQueue(undo, (int)MaxRounds);
    }

    public Table<RoundRecord> Rounds { get; }

    public Table<BidRecord> Bids { get; }

    /// <summary>Bids by round and bidder, see <see cref="Pair"/>.</summary>
    public IdIndex BidByBidder { get; }

    /// <summary>Rounds by the block time at which their reveal phase ends.</summary>
    public ExpiryQueue Ends { get; }

    /// <summary>Round and bidder as one id.</summary>
    public static UInt128 Pair(uint round, uint bidder) => ((ulong)round << 32) | bidder;

    /// <summary>Frees what is derived.</summary>
    public void Dispose()
    {
        BidByBidder.Dispose();
        Ends.Dispose();
    }
}
