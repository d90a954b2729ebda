// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Events;

/// <summary>Record 1 of the event-log table: the root of the log and the counters of the tables that report to it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct EventLogRecord
{
    /// <summary>Root of the log tree (RFC 6962) over the events up to the last block.</summary>
    [FieldOffset(0)] public Hash256 Root;
    /// <summary>Events in the log as of the last block.</summary>
    [FieldOffset(32)] public ulong Events;
    /// <summary>First free record of the condition table, or 0.</summary>
    [FieldOffset(40)] public uint FreeCondition;
    /// <summary>Policy that no key satisfies: the ledger's own; 0 until something needs it.</summary>
    [FieldOffset(44)] public uint LedgerPolicy;
    /// <summary>First and last of the distributions that are not done, oldest first; 0 for none.</summary>
    [FieldOffset(48)] public uint FirstDistribution;
    [FieldOffset(52)] public uint LastDistribution;
    [FieldOffset(56)] public uint OpenDistributions;
    /// <summary>First and last of the rounds whose unrevealed deposits are being taken; 0 for none.</summary>
    [FieldOffset(60)] public uint FirstClosingRound;
    [FieldOffset(64)] public uint LastClosingRound;
    [FieldOffset(68)] public uint Reserved0;
    [FieldOffset(72)] public ulong Reserved1;
    /// <summary>First free record of the table of recorded balances, or 0.</summary>
    [FieldOffset(80)] public uint FreeRecordedBalance;
    [FieldOffset(84)] public uint Reserved2;
    [FieldOffset(88)] public ulong Reserved3;
    [FieldOffset(96)] public Hash256 Reserved4;
}
