// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain;

/// <summary>Ledger-wide counters: record 1 of the ledger table, rewritten at the end of every block.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct LedgerRecord
{
    /// <summary>Which ledger this is.</summary>
    [FieldOffset(0)] public Hash256 ChainId;
    [FieldOffset(32)] public ulong Height;
    /// <summary>Time of the last block, nanoseconds since 1970-01-01 UTC; strictly increasing.</summary>
    [FieldOffset(40)] public long TimestampNs;
    [FieldOffset(48)] public LedgerCounters Counters;
}

/// <summary>The counters that commands move; a linked chain that fails takes them back.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
public struct LedgerCounters
{
    /// <summary>History entries so far; the next one has this number plus 1.</summary>
    [FieldOffset(0)] public ulong HistoryEntries;
    /// <summary>Trades so far.</summary>
    [FieldOffset(8)] public ulong Trades;
    /// <summary>First free record of the pending-transfer table, or 0.</summary>
    [FieldOffset(16)] public uint FreePending;
    [FieldOffset(20)] public uint LivePending;
    /// <summary>First free record of the order table, or 0.</summary>
    [FieldOffset(24)] public uint FreeOrder;
    [FieldOffset(28)] public uint LiveOrders;
    /// <summary>First free record of the price-level table, or 0.</summary>
    [FieldOffset(32)] public uint FreePriceLevel;
    [FieldOffset(36)] public uint LivePriceLevels;
    /// <summary>The last ledger sequence given out. Not taken back: a rejected command keeps its sequence.</summary>
    [FieldOffset(40)] public ulong Sequence;
    /// <summary>First and last of the members whose queues want another look, linked in the member table; 0 for none.</summary>
    [FieldOffset(48)] public uint FirstTouchedMember;
    [FieldOffset(52)] public uint LastTouchedMember;
    /// <summary>First and last of the payments that reached their end, oldest first: their records are used again when the table is full.</summary>
    [FieldOffset(56)] public uint FirstEndedPayment;
    [FieldOffset(60)] public uint LastEndedPayment;
    /// <summary>One above the newest history entry at the newest record date of the distributions under way; 0 for none.</summary>
    [FieldOffset(64)] public ulong RecordPoint;
    [FieldOffset(72)] public ulong Reserved0;
}
