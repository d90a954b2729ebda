// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Rounds;

/// <summary>A sealed round. The counts of a tally and the values of the other kinds share their place.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct RoundRecord
{
    /// <summary>Most choices of a tally.</summary>
    public const int MaxChoices = 16;

    [FieldOffset(0)] public Hash256 Rules;
    [FieldOffset(32)] public ulong Deposit;
    [FieldOffset(40)] public ulong DepositAccount;
    [FieldOffset(48)] public long OpensAtNs;
    [FieldOffset(56)] public long ClosesAtNs;
    [FieldOffset(64)] public long RevealEndsNs;
    [FieldOffset(72)] public uint Policy;
    [FieldOffset(76)] public uint EligibilityAsset;
    [FieldOffset(80)] public RoundKind Kind;
    [FieldOffset(81)] public byte Choices;
    /// <summary><see cref="RoundState.Announced"/> until the reveal phase ends: the phases before follow from the times.</summary>
    [FieldOffset(82)] public RoundState Stored;
    [FieldOffset(83)] public byte Reserved0;
    [FieldOffset(84)] public uint Commitments;
    [FieldOffset(88)] public uint Revealed;
    [FieldOffset(92)] public uint Forfeited;
    /// <summary>Best bid so far; 0 for none.</summary>
    [FieldOffset(96)] public uint BestBid;
    /// <summary>Newest bid; the others are linked backwards.</summary>
    [FieldOffset(100)] public uint LastBid;
    /// <summary>Bid at which closing goes on.</summary>
    [FieldOffset(104)] public uint Cursor;
    /// <summary>The round behind it among those that are closing; 0 for none.</summary>
    [FieldOffset(108)] public uint NextClosing;
    [FieldOffset(112)] public ulong LastEvent;
    [FieldOffset(120)] public ulong Reserved1;
    /// <summary>Tally: votes per choice.</summary>
    [FieldOffset(128)] public RoundCounts Counts;
    /// <summary>Other kinds: value of the best bid.</summary>
    [FieldOffset(128)] public UInt128 BestValue;
    /// <summary>SecondPrice: the second highest value; 0 for none.</summary>
    [FieldOffset(144)] public UInt128 SecondValue;
    /// <summary>Other kinds: 0 for none.</summary>
    [FieldOffset(160)] public UInt128 ReservePrice;

    /// <summary>The phase at a block time.</summary>
    public readonly RoundState StateAt(long timeNs) =>
        Stored != RoundState.Announced ? Stored
        : timeNs < OpensAtNs ? RoundState.Announced
        : timeNs < ClosesAtNs ? RoundState.Open
        : timeNs < RevealEndsNs ? RoundState.Reveal
        : RoundState.Closing;

    /// <summary>What the winner of a round pays or gets.</summary>
    public readonly UInt128 Price =>
        Kind != RoundKind.SecondPrice || BestBid == 0 ? BestValue
        : SecondValue != UInt128.Zero ? SecondValue
        : ReservePrice != UInt128.Zero ? ReservePrice
        : BestValue;
}

/// <summary>Votes per choice.</summary>
[InlineArray(RoundRecord.MaxChoices)]
public struct RoundCounts
{
    private ulong _first;
}

/// <summary>A commitment of a bidder in a round.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct BidRecord
{
    [FieldOffset(0)] public Hash256 Commitment;
    [FieldOffset(32)] public UInt128 Value;
    [FieldOffset(48)] public uint Round;
    /// <summary>Policy of the bidder.</summary>
    [FieldOffset(52)] public uint Bidder;
    /// <summary>Pending transfer that holds the deposit; 0 for none.</summary>
    [FieldOffset(56)] public ulong PendingId;
    /// <summary>Ledger sequence of the commitment.</summary>
    [FieldOffset(64)] public ulong Sequence;
    /// <summary>The bid of the round before this one; 0 for none.</summary>
    [FieldOffset(72)] public uint Previous;
    [FieldOffset(76)] public BidState State;
    [FieldOffset(77)] public byte Reserved0;
    [FieldOffset(78)] public ushort Reserved1;
    [FieldOffset(80)] public UInt128 Reserved2;
    [FieldOffset(96)] public Hash256 Reference;
}
