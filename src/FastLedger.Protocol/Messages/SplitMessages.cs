// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Protocol.Messages;

/// <summary>How far a distribution is.</summary>
public enum DistributionState : byte
{
    None = 0,
    /// <summary>Waits for the ones before it; the record date stands.</summary>
    Waiting = 1,
    /// <summary>Adds up what is held.</summary>
    Summing = 2,
    /// <summary>Finds the smallest remainder that is rounded up.</summary>
    Ranking = 3,
    /// <summary>Pays the holders.</summary>
    Paying = 4,
    /// <summary>Everything is paid.</summary>
    Done = 5,
    /// <summary>Nobody held anything: the amount was released.</summary>
    NoHolders = 6,
}

/// <summary>Asks for a split: by number or, when the number is 0, by external id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct SplitQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Split;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public UInt128 ExternalId;

    static TemplateId IMessage.TemplateId => TemplateId.SplitQuery;
}

/// <summary>Fixed block of a split. The group of its shares follows.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
public struct SplitAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Split;
    [FieldOffset(12)] public uint Asset;
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public uint Policy;
    /// <summary>1 when it is no draft.</summary>
    [FieldOffset(36)] public uint Active;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(40)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.SplitAnswer;
}

/// <summary>One share of a split.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct SplitShare
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 16;

    [FieldOffset(0)] public ulong Account;
    /// <summary>Parts per million.</summary>
    [FieldOffset(8)] public uint Weight;
    [FieldOffset(12)] public uint Index;
}

/// <summary>Asks for a distribution: by number or, when the number is 0, by external id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct DistributionQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Distribution;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public UInt128 ExternalId;

    static TemplateId IMessage.TemplateId => TemplateId.DistributionQuery;
}

/// <summary>A distribution.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
public struct DistributionAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Distribution;
    [FieldOffset(12)] public uint HeldAsset;
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public UInt128 Amount;
    /// <summary>Paid so far, what went to the unclaimed account included.</summary>
    [FieldOffset(48)] public UInt128 Paid;
    /// <summary>Part of it that went to the unclaimed account.</summary>
    [FieldOffset(64)] public UInt128 Unclaimed;
    /// <summary>Sum of what the holders held.</summary>
    [FieldOffset(80)] public UInt128 Held;
    [FieldOffset(96)] public ulong DebitAccount;
    /// <summary>Ledger sequence of the record date.</summary>
    [FieldOffset(104)] public ulong RecordSequence;
    /// <summary>Accounts that have a part, as far as they were seen.</summary>
    [FieldOffset(112)] public ulong Holders;
    /// <summary>Account at which the work goes on.</summary>
    [FieldOffset(120)] public ulong Cursor;
    [FieldOffset(128)] public DistributionState State;
    [FieldOffset(129)] public byte Reserved0;
    [FieldOffset(130)] public ushort Reserved1;
    [FieldOffset(132)] public uint Reserved2;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(136)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.DistributionAnswer;
}
