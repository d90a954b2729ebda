// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>What moved on a settlement account on a business day, as ISO 20022 camt.053 reports it.</summary>
/// <param name="Day">The day, with the balances that the ledger took at the closes of the day before and of this day.</param>
/// <param name="Entries">Postings of the day, oldest first.</param>
/// <param name="Credits">Sum of the postings that credit the account.</param>
/// <param name="Debits">Sum of the postings that debit it.</param>
public sealed record DayStatement(BusinessDayAnswer Day, IReadOnlyList<HistoryEntry> Entries, UInt128 Credits, UInt128 Debits)
{
    /// <summary>Opening balance plus credits less debits is the closing balance.</summary>
    public bool Reconciles => Day.Opening + (Int128)Credits - (Int128)Debits == Day.Closing;
}
