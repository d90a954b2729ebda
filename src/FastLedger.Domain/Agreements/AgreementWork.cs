// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Domain.Agreements;

/// <summary>What agreements do by themselves when their time comes. Bounded per block; where it stopped stands in the state.</summary>
/// <remarks>Thread: executor only. Alloc: none. Blocks: no.</remarks>
public sealed class AgreementWork
{
    /// <summary>Block time at which the next piece of work is due: 0 when it is now, <see cref="long.MaxValue"/> when nothing is.</summary>
    public static long NextNs(Ledger ledger)
    {
        AgreementTables tables = ledger.Agreements;
        if ((tables.Events.Record.FirstDistribution | tables.Events.Record.FirstClosingRound) != 0) return 0;
        return Math.Min(Math.Min(tables.Objects.Expiries.NextNs, tables.Rounds.Ends.NextNs), tables.Outcomes.Times.NextNs);
    }
}
