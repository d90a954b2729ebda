// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Distributions;

/// <summary>How far a distribution is.</summary>
public enum DistributionPhase : uint
{
    None = 0,
    /// <summary>Waits for those before it.</summary>
    Waiting = 1,
    /// <summary>Adds up the holdings at the record date.</summary>
    Summing = 2,
    /// <summary>Adds up the whole parts, digit by digit finds the smallest remainder that is rounded up.</summary>
    Ranking = 3,
    /// <summary>Pays the holders in the order of their accounts.</summary>
    Paying = 4,
    Done = 5,
    /// <summary>Nobody held anything.</summary>
    NoHolders = 6,
}

/// <summary>A payment to the holders of an asset. All work on it is bounded per block; where it stopped stands here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct DistributionRecord
{
    [FieldOffset(0)] public UInt128 ExternalId;
    [FieldOffset(16)] public UInt128 Amount;
    /// <summary>Sum of the holdings.</summary>
    [FieldOffset(32)] public UInt128 Held;
    /// <summary>Paid so far, unclaimed parts included.</summary>
    [FieldOffset(48)] public UInt128 Paid;
    /// <summary>What went to the unclaimed account.</summary>
    [FieldOffset(64)] public UInt128 Unclaimed;
    /// <summary>One above the newest history entry at the record date.</summary>
    [FieldOffset(80)] public ulong RecordPoint;
    /// <summary>Ledger sequence of the record date.</summary>
    [FieldOffset(88)] public ulong RecordSequence;
    /// <summary>Accounts there were at the record date.</summary>
    [FieldOffset(96)] public uint AccountsEnd;
    /// <summary>Account at which the present pass goes on.</summary>
    [FieldOffset(100)] public uint Cursor;
    [FieldOffset(104)] public uint HeldAsset;
    [FieldOffset(108)] public uint DebitAccount;
    [FieldOffset(112)] public uint UnclaimedAccount;
    /// <summary>The distribution behind it; 0 for none.</summary>
    [FieldOffset(116)] public uint Next;
    [FieldOffset(120)] public DistributionPhase Phase;
    /// <summary>Digit (of 8 bits, from the lowest) that the present ranking pass counts.</summary>
    [FieldOffset(124)] public int Digit;
    /// <summary>Ranking: the digits found so far. Paying: the smallest remainder that is rounded up.</summary>
    [FieldOffset(128)] public UInt128 Threshold;
    /// <summary>Ranking: units still to give among the remainders that begin with the digits found. Paying: those equal to the threshold that
    /// are still to be rounded up.</summary>
    [FieldOffset(144)] public ulong Needed;
    /// <summary>Accounts that held something.</summary>
    [FieldOffset(152)] public ulong Holders;
    /// <summary>Sum of the whole parts.</summary>
    [FieldOffset(160)] public UInt128 Floors;
    [FieldOffset(176)] public UInt128 UserData128;
    [FieldOffset(192)] public Hash256 Reference;
    [FieldOffset(224)] public ulong LastEvent;
    [FieldOffset(232)] public uint Code;
    [FieldOffset(236)] public uint Reserved0;
    [FieldOffset(240)] public UInt128 Reserved1;
}

/// <summary>What an account held at a record date, kept from before it moved.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct RecordedBalanceRecord
{
    [FieldOffset(0)] public Int128 Balance;
    [FieldOffset(16)] public uint Account;
    [FieldOffset(20)] public uint Distribution;
    /// <summary>Next free record while this one is free.</summary>
    [FieldOffset(24)] public uint NextFree;
    [FieldOffset(28)] public uint Reserved0;
    [FieldOffset(32)] public Hash256 Reserved1;
}

/// <summary>Where what is distributed to an account goes in another asset.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct PayoutAccountRecord
{
    [FieldOffset(0)] public uint Account;
    [FieldOffset(4)] public uint Asset;
    [FieldOffset(8)] public uint Payout;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public UInt128 Reserved1;
    [FieldOffset(32)] public Hash256 Reserved2;
}

/// <summary>A quarter of the 256 counts of a ranking pass.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct RankCountRecord
{
    /// <summary>Counts in a record.</summary>
    public const int Length = 64;

    [FieldOffset(0)] public RankCounts Counts;
}

/// <summary>Remainders per digit value.</summary>
[InlineArray(RankCountRecord.Length)]
public struct RankCounts
{
    private uint _first;
}
