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
    [FieldOffset(112)] public ulong Reserved0;
    [FieldOffset(120)] public ulong Reserved1;
}

/// <summary>The counters that commands move; a linked chain that fails takes them back.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
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
    [FieldOffset(48)] public ulong Reserved0;
    [FieldOffset(56)] public ulong Reserved1;
}
