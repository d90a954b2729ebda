// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Messages;

/// <summary>How far a policy is.</summary>
public enum PolicyState : byte
{
    /// <summary>The policy of one key.</summary>
    SingleKey = 0,
    /// <summary>Being put together; authorises nothing.</summary>
    Draft = 1,
    /// <summary>Authorises within its times.</summary>
    Active = 2,
    /// <summary>Held by the ledger itself; no key satisfies it.</summary>
    Ledger = 3,
}

/// <summary>How far a proposal is.</summary>
public enum ProposalState : byte
{
    None = 0,
    /// <summary>Collects approvals.</summary>
    Open = 1,
    /// <summary>Its commands were carried out.</summary>
    Enacted = 2,
    /// <summary>Its proposer took it back.</summary>
    Withdrawn = 3,
}

/// <summary>Asks for a policy: by number, else by external id, else by key.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct PolicyQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Policy;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public Hash256 Key;

    static TemplateId IMessage.TemplateId => TemplateId.PolicyQuery;
}

/// <summary>Fixed block of a policy. The group of its members follows; a policy of one key has none.</summary>
[StructLayout(LayoutKind.Explicit, Size = 104)]
public struct PolicyAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Policy;
    [FieldOffset(12)] public uint Threshold;
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public long NotBeforeNs;
    [FieldOffset(40)] public long ExpiresAtNs;
    /// <summary>Policy that may change it.</summary>
    [FieldOffset(48)] public uint ChangePolicy;
    [FieldOffset(52)] public PolicyState State;
    [FieldOffset(53)] public byte Reserved0;
    [FieldOffset(54)] public ushort Reserved1;
    /// <summary>Changes so far.</summary>
    [FieldOffset(56)] public ulong Version;
    /// <summary>Key of a policy of one key.</summary>
    [FieldOffset(64)] public Hash256 Key;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(96)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.PolicyAnswer;
}

/// <summary>One member of a policy.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct PolicyMember
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 48;

    [FieldOffset(0)] public Hash256 Key;
    /// <summary>The member's own policy, of one key.</summary>
    [FieldOffset(32)] public uint Policy;
    [FieldOffset(36)] public ushort Weight;
    [FieldOffset(38)] public PolicyRoles Roles;
    /// <summary>Seconds since the Unix epoch; 0 for never.</summary>
    [FieldOffset(40)] public uint ExpiresSeconds;
    [FieldOffset(44)] public uint Reserved0;
}

/// <summary>Asks for a proposal by id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct ProposalQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Proposal;

    static TemplateId IMessage.TemplateId => TemplateId.ProposalQuery;
}

/// <summary>Fixed block of a proposal. The group of the keys that approve it follows.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
public struct ProposalAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Proposal;
    [FieldOffset(16)] public Hash256 Digest;
    [FieldOffset(48)] public long ExpiresAtNs;
    /// <summary>Policy of the proposer.</summary>
    [FieldOffset(56)] public uint Proposer;
    [FieldOffset(60)] public ProposalState State;
    [FieldOffset(61)] public byte Reserved0;
    [FieldOffset(62)] public ushort Reserved1;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(64)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.ProposalAnswer;
}

/// <summary>One approval of a proposal.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct ProposalApproval
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 40;

    [FieldOffset(0)] public Hash256 Key;
    [FieldOffset(32)] public uint Policy;
    [FieldOffset(36)] public uint Reserved0;
}

/// <summary>Asks for the rules that bound the debits of an account.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct AccountRuleQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Account;

    static TemplateId IMessage.TemplateId => TemplateId.AccountRuleQuery;
}

/// <summary>The rules that bound the debits of an account.</summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
public struct AccountRuleAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Account;
    /// <summary>Groups that it may pay; 0 for everybody.</summary>
    [FieldOffset(16)] public ulong PayTo;
    /// <summary>Groups to which it belongs.</summary>
    [FieldOffset(24)] public ulong Groups;
    /// <summary>Most per period.</summary>
    [FieldOffset(32)] public UInt128 Limit;
    /// <summary>Debited and reserved in the period that began at PeriodStartNs.</summary>
    [FieldOffset(48)] public UInt128 Spent;
    [FieldOffset(64)] public long PeriodStartNs;
    /// <summary>0 when there is no limit.</summary>
    [FieldOffset(72)] public uint PeriodSeconds;
    [FieldOffset(76)] public uint GuardPolicy;
    /// <summary>Account that gets what is distributed to this one; 0 for none.</summary>
    [FieldOffset(80)] public ulong PayoutAccount;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(88)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.AccountRuleAnswer;
}

/// <summary>Asks for a pending transfer.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct PendingTransferQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong PendingId;

    static TemplateId IMessage.TemplateId => TemplateId.PendingTransferQuery;
}

/// <summary>A pending transfer and its conditions.</summary>
[StructLayout(LayoutKind.Explicit, Size = 184)]
public struct PendingTransferAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong PendingId;
    [FieldOffset(16)] public ulong DebitAccount;
    [FieldOffset(24)] public ulong CreditAccount;
    /// <summary>What is still reserved, or was when it was resolved.</summary>
    [FieldOffset(32)] public UInt128 Amount;
    [FieldOffset(48)] public long ExpiresAtNs;
    [FieldOffset(56)] public long NotBeforeNs;
    [FieldOffset(64)] public uint ReleasePolicy;
    [FieldOffset(68)] public uint VoidPolicy;
    [FieldOffset(72)] public uint Outcome;
    [FieldOffset(76)] public uint OutcomeValue;
    /// <summary>1 pending, 2 posted, 3 voided, 4 expired.</summary>
    [FieldOffset(80)] public uint State;
    [FieldOffset(84)] public uint Code;
    [FieldOffset(88)] public UInt128 UserData128;
    [FieldOffset(104)] public Hash256 HashLock;
    [FieldOffset(136)] public Hash256 Reference;
    /// <summary>Ledger sequence of the command that made it.</summary>
    [FieldOffset(168)] public ulong Sequence;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(176)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.PendingTransferAnswer;
}
