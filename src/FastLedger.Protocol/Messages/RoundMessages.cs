// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for a sealed round.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct RoundQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Round;
    [FieldOffset(12)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.RoundQuery;
}

/// <summary>A sealed round. Counts stand per choice; best and second value are those of the kind.</summary>
[StructLayout(LayoutKind.Explicit, Size = 296)]
public struct RoundAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Round;
    [FieldOffset(12)] public RoundKind Kind;
    [FieldOffset(13)] public RoundState State;
    [FieldOffset(14)] public byte Choices;
    [FieldOffset(15)] public byte Reserved0;
    [FieldOffset(16)] public ulong Deposit;
    [FieldOffset(24)] public ulong DepositAccount;
    [FieldOffset(32)] public long OpensAtNs;
    [FieldOffset(40)] public long ClosesAtNs;
    [FieldOffset(48)] public long RevealEndsNs;
    [FieldOffset(56)] public uint EligibilityAsset;
    [FieldOffset(60)] public uint Policy;
    [FieldOffset(64)] public uint Commitments;
    [FieldOffset(68)] public uint Revealed;
    [FieldOffset(72)] public uint Forfeited;
    /// <summary>Policy that won, of a final round; 0 for none.</summary>
    [FieldOffset(76)] public uint Winner;
    [FieldOffset(80)] public UInt128 ReservePrice;
    /// <summary>Value of the best bid so far.</summary>
    [FieldOffset(96)] public UInt128 BestValue;
    /// <summary>What the winner pays or gets.</summary>
    [FieldOffset(112)] public UInt128 Price;
    [FieldOffset(128)] public Hash256 Rules;
    [FieldOffset(160)] public ulong Count0;
    [FieldOffset(168)] public ulong Count1;
    [FieldOffset(176)] public ulong Count2;
    [FieldOffset(184)] public ulong Count3;
    [FieldOffset(192)] public ulong Count4;
    [FieldOffset(200)] public ulong Count5;
    [FieldOffset(208)] public ulong Count6;
    [FieldOffset(216)] public ulong Count7;
    [FieldOffset(224)] public ulong Count8;
    [FieldOffset(232)] public ulong Count9;
    [FieldOffset(240)] public ulong Count10;
    [FieldOffset(248)] public ulong Count11;
    [FieldOffset(256)] public ulong Count12;
    [FieldOffset(264)] public ulong Count13;
    [FieldOffset(272)] public ulong Count14;
    [FieldOffset(280)] public ulong Count15;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(288)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.RoundAnswer;
}

/// <summary>Asks for a bid: by round and bidder, or by its number when the round is 0.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct BidQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Round;
    [FieldOffset(12)] public uint Bidder;
    [FieldOffset(16)] public ulong Bid;

    static TemplateId IMessage.TemplateId => TemplateId.BidQuery;
}

/// <summary>A commitment, and what was revealed.</summary>
[StructLayout(LayoutKind.Explicit, Size = 104)]
public struct BidAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Bid;
    [FieldOffset(16)] public uint Round;
    [FieldOffset(20)] public uint Bidder;
    [FieldOffset(24)] public BidState State;
    [FieldOffset(25)] public byte Reserved0;
    [FieldOffset(26)] public ushort Reserved1;
    [FieldOffset(28)] public uint Reserved2;
    /// <summary>The deposit; 0 for none.</summary>
    [FieldOffset(32)] public ulong PendingId;
    /// <summary>What was revealed.</summary>
    [FieldOffset(40)] public UInt128 Value;
    [FieldOffset(56)] public Hash256 Commitment;
    /// <summary>Ledger sequence of the commitment.</summary>
    [FieldOffset(88)] public ulong Sequence;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(96)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.BidAnswer;
}
