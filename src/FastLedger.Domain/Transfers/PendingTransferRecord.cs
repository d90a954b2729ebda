// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Transfers;

/// <summary>What became of a pending transfer.</summary>
public enum PendingState : ushort
{
    /// <summary>The record was never used.</summary>
    None = 0,
    Pending = 1,
    Posted = 2,
    Voided = 3,
    Expired = 4,
}

/// <summary>
/// A reserved transfer. Records are used again after the transfer was resolved; the generation in the id tells the uses apart.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct PendingTransferRecord
{
    [FieldOffset(0)] public UInt128 Amount;
    [FieldOffset(16)] public UInt128 UserData128;
    [FieldOffset(32)] public Hash256 Reference;
    [FieldOffset(64)] public ulong DebitAccount;
    [FieldOffset(72)] public ulong CreditAccount;
    /// <summary>Block time at which it expires; 0 for never.</summary>
    [FieldOffset(80)] public long ExpiresAtNs;
    /// <summary>Ledger sequence of the command that made it.</summary>
    [FieldOffset(88)] public ulong Sequence;
    /// <summary>How often the record was used, the present use included.</summary>
    [FieldOffset(96)] public ulong Generation;
    [FieldOffset(104)] public uint Code;
    /// <summary>Next free record while this one is free.</summary>
    [FieldOffset(108)] public uint NextFree;
    [FieldOffset(112)] public PendingState State;
    [FieldOffset(114)] public CommandFlags Flags;
    /// <summary>Record of its conditions; 0 for none.</summary>
    [FieldOffset(116)] public uint Condition;
    [FieldOffset(120)] public ulong Reserved1;
}
