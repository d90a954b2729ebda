// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Trading;

/// <summary>
/// What matching asks of the world around the book and tells it. A struct type argument of <see cref="OrderBook{TSettlement}"/>, so that the
/// ledger settles inside the matching loop and matching can be measured alone, both without a virtual call.
/// </summary>
public interface ISettlement
{
    /// <summary>The counters that hold the free lists of the tables.</summary>
    ref LedgerCounters Counters { get; }

    /// <summary>False when an account of the resting order can be neither debited nor credited: it is cancelled then.</summary>
    bool CanSettle(in OrderRecord maker);

    /// <summary>How many lots, at most <paramref name="lots"/>, the incoming order can pay for at a price; their cost is taken off
    /// <paramref name="budget"/>.</summary>
    ulong Afford(ref UInt128 budget, long priceTicks, ulong lots);

    /// <summary>The resting order trades. Called before its record changes.</summary>
    void Fill(uint number, in OrderRecord maker, ulong lots);

    /// <summary>The resting order loses lots without a trade. Called before its record changes.</summary>
    void Cancel(uint number, in OrderRecord maker, ulong lots, CancelReason reason);
}
