// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Clearing;

/// <summary>Where a netting cycle stands.</summary>
public enum CycleState : uint
{
    None = 0,
    /// <summary>Takes obligations.</summary>
    Open = 1,
    /// <summary>Takes none; may be settled or recast.</summary>
    Closed = 2,
    /// <summary>Its net positions are paid, for good.</summary>
    Settled = 3,
}

/// <summary>A netting cycle: gross obligations stay as they are, only net positions are paid.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct CycleRecord
{
    [FieldOffset(0)] public uint System;
    [FieldOffset(4)] public CycleState State;
    /// <summary>Obligations that count, and those that were dropped.</summary>
    [FieldOffset(8)] public uint ObligationCount;
    [FieldOffset(12)] public uint DroppedCount;
    [FieldOffset(16)] public uint FirstObligation;
    [FieldOffset(20)] public uint LastObligation;
    [FieldOffset(24)] public uint FirstPosition;
    [FieldOffset(28)] public uint PositionCount;
    /// <summary>Sum of the obligations that count.</summary>
    [FieldOffset(32)] public UInt128 Gross;
    /// <summary>Sum of the net debit positions that were paid.</summary>
    [FieldOffset(48)] public UInt128 Funding;
    /// <summary>Part of it that the guarantee account paid.</summary>
    [FieldOffset(64)] public UInt128 Guaranteed;
    /// <summary>Audit list: h(0) = 0, h(n) = BLAKE3(h(n−1) ‖ obligation n as it was added).</summary>
    [FieldOffset(80)] public Hash256 Audit;
    /// <summary>Ledger sequence of the settlement.</summary>
    [FieldOffset(112)] public ulong SettledSequence;
    [FieldOffset(120)] public ulong Reserved0;
    [FieldOffset(128)] public Hash256 Reference;
    [FieldOffset(160)] public Hash256 Reserved1;
    [FieldOffset(192)] public Hash256 Reserved2;
    [FieldOffset(224)] public Hash256 Reserved3;
}

/// <summary>What one member owes and is owed in one cycle.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct CyclePositionRecord
{
    [FieldOffset(0)] public uint Cycle;
    [FieldOffset(4)] public uint Member;
    /// <summary>Next position of the cycle.</summary>
    [FieldOffset(8)] public uint Next;
    /// <summary>1 while a recast drops the member, 2 afterwards.</summary>
    [FieldOffset(12)] public uint Dropped;
    [FieldOffset(16)] public UInt128 Out;
    [FieldOffset(32)] public UInt128 In;
    [FieldOffset(48)] public UInt128 Reserved0;

    /// <summary>What it is owed less what it owes.</summary>
    public readonly Int128 Net => (Int128)In - (Int128)Out;
}

/// <summary>One obligation: belongs to exactly one cycle.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct ObligationRecord
{
    [FieldOffset(0)] public uint Cycle;
    [FieldOffset(4)] public uint Debtor;
    [FieldOffset(8)] public uint Creditor;
    /// <summary>Next obligation of the cycle.</summary>
    [FieldOffset(12)] public uint Next;
    [FieldOffset(16)] public ulong Amount;
    /// <summary>Ledger sequence of the command that added it.</summary>
    [FieldOffset(24)] public ulong Sequence;
    [FieldOffset(32)] public UInt128 Uetr;
    [FieldOffset(48)] public Hash256 Reference;
    /// <summary>1 after a recast took it out.</summary>
    [FieldOffset(80)] public uint Dropped;
    [FieldOffset(84)] public uint Code;
    [FieldOffset(88)] public ulong Reserved0;
    [FieldOffset(96)] public Hash256 Reserved1;
}
