// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for a central counterparty.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct CounterpartyQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Counterparty;
    [FieldOffset(12)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.CounterpartyQuery;
}

/// <summary>Asks for a clearing member: by number or, when the number is 0, by counterparty and member of the payment system.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct ClearingMemberQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint ClearingMember;
    [FieldOffset(12)] public uint Counterparty;
    [FieldOffset(16)] public uint Member;
    [FieldOffset(20)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.ClearingMemberQuery;
}

/// <summary>Asks for a contract, and for the position of a clearing member in it when one is named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct ContractQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Contract;
    [FieldOffset(12)] public uint ClearingMember;

    static TemplateId IMessage.TemplateId => TemplateId.ContractQuery;
}

/// <summary>Asks for a default.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct DefaultQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Default;
    [FieldOffset(12)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.DefaultQuery;
}

/// <summary>A central counterparty.</summary>
[StructLayout(LayoutKind.Explicit, Size = 216)]
public struct CounterpartyAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Counterparty;
    [FieldOffset(12)] public uint System;
    [FieldOffset(16)] public uint MemberCount;
    [FieldOffset(20)] public uint ContractCount;
    /// <summary>Defaults that no waterfall resolved yet.</summary>
    [FieldOffset(24)] public uint OpenDefaults;
    [FieldOffset(28)] public uint AssessmentPpm;
    [FieldOffset(32)] public ulong VariationAccount;
    [FieldOffset(40)] public ulong MarginAccount;
    [FieldOffset(48)] public ulong FundAccount;
    [FieldOffset(56)] public ulong CapitalAccount;
    [FieldOffset(64)] public ulong DefaultAccount;
    /// <summary>Most of its own capital that one default consumes.</summary>
    [FieldOffset(72)] public ulong Capital;
    /// <summary>Trades novated and positions closed out so far.</summary>
    [FieldOffset(80)] public ulong Trades;
    /// <summary>First clearing member; 0 for none.</summary>
    [FieldOffset(88)] public uint FirstMember;
    [FieldOffset(92)] public uint Reserved0;
    /// <summary>Sum of the contributions to the default fund.</summary>
    [FieldOffset(96)] public UInt128 FundTotal;
    /// <summary>Sum of the initial margin held.</summary>
    [FieldOffset(112)] public UInt128 MarginTotal;
    /// <summary>Variation margin that defaulters owed and the default account will pay.</summary>
    [FieldOffset(128)] public UInt128 DefaultDue;
    /// <summary>The part of it that the default account does not hold.</summary>
    [FieldOffset(144)] public UInt128 Missing;
    /// <summary>Losses so far that no layer of a waterfall covered.</summary>
    [FieldOffset(160)] public UInt128 Uncovered;
    /// <summary>Variation margin paid so far.</summary>
    [FieldOffset(176)] public UInt128 VariationPaid;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(192)] public ulong AsOfSequence;
    [FieldOffset(200)] public UInt128 Reserved1;

    static TemplateId IMessage.TemplateId => TemplateId.CounterpartyAnswer;
}

/// <summary>A clearing member: margin, contribution, what is due. Its positions can be walked from <see cref="FirstContract"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 160)]
public struct ClearingMemberAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint ClearingMember;
    [FieldOffset(12)] public uint Counterparty;
    [FieldOffset(16)] public uint Member;
    /// <summary>1 active, 2 in default, 3 default resolved.</summary>
    [FieldOffset(20)] public uint State;
    /// <summary>Next clearing member of the counterparty; 0 for none.</summary>
    [FieldOffset(24)] public uint NextMember;
    /// <summary>Contract of its newest position; 0 for none.</summary>
    [FieldOffset(28)] public uint FirstContract;
    /// <summary>Positions that are not flat.</summary>
    [FieldOffset(32)] public uint OpenPositions;
    /// <summary>Its default; 0 for none.</summary>
    [FieldOffset(36)] public uint Default;
    /// <summary>Initial margin posted.</summary>
    [FieldOffset(40)] public ulong Margin;
    /// <summary>Contribution to the default fund.</summary>
    [FieldOffset(48)] public ulong Contribution;
    /// <summary>Contribution and assessments lost to defaults of others so far.</summary>
    [FieldOffset(56)] public ulong LossShare;
    /// <summary>Assessments that its account could not pay.</summary>
    [FieldOffset(64)] public ulong AssessmentUnpaid;
    /// <summary>Initial margin that its positions require.</summary>
    [FieldOffset(72)] public UInt128 Requirement;
    /// <summary>What the last margin call called and was not posted yet.</summary>
    [FieldOffset(88)] public UInt128 Called;
    /// <summary>Variation margin it is owed, or owes, since the last settlement.</summary>
    [FieldOffset(104)] public Int128 VariationDue;
    /// <summary>Variation margin received so far, less what was paid.</summary>
    [FieldOffset(120)] public Int128 VariationReceived;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(136)] public ulong AsOfSequence;
    [FieldOffset(144)] public UInt128 Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.ClearingMemberAnswer;
}

/// <summary>A contract, and the position of the clearing member named, all zero when it has none.</summary>
[StructLayout(LayoutKind.Explicit, Size = 208)]
public struct ContractAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Contract;
    [FieldOffset(12)] public uint Counterparty;
    /// <summary>1 open, 2 settled.</summary>
    [FieldOffset(16)] public uint State;
    [FieldOffset(20)] public uint SecuritySystem;
    /// <summary>Days since 1970-01-01.</summary>
    [FieldOffset(24)] public uint SettlementDate;
    [FieldOffset(28)] public uint PositionCount;
    /// <summary>Initial margin for one unit of net position.</summary>
    [FieldOffset(32)] public ulong MarginPerUnit;
    /// <summary>Last settlement price; 0 for none.</summary>
    [FieldOffset(40)] public ulong Price;
    /// <summary>Sum of the long positions, which is the sum of the short ones.</summary>
    [FieldOffset(48)] public ulong OpenInterest;
    /// <summary>Day since which a part of the position has not been delivered; 0 for none.</summary>
    [FieldOffset(56)] public uint FailingSince;
    /// <summary>Contract of the member's next position; 0 for none.</summary>
    [FieldOffset(60)] public uint NextContract;
    /// <summary>Units traded, delivered and carried to later contracts.</summary>
    [FieldOffset(64)] public UInt128 Traded;
    [FieldOffset(80)] public UInt128 Delivered;
    [FieldOffset(96)] public UInt128 Carried;
    /// <summary>The counterparty's own position, always 0.</summary>
    [FieldOffset(112)] public Int128 HouseQuantity;
    /// <summary>Units the member bought and sold.</summary>
    [FieldOffset(128)] public UInt128 Bought;
    [FieldOffset(144)] public UInt128 Sold;
    /// <summary>What its units cost since the last mark.</summary>
    [FieldOffset(160)] public Int128 Cost;
    /// <summary>Units the member bought less what it sold; delivered units are off.</summary>
    [FieldOffset(176)] public long Quantity;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(184)] public ulong AsOfSequence;
    [FieldOffset(192)] public UInt128 Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.ContractAnswer;
}

/// <summary>A default and what its loss consumed. The five layers and what is uncovered sum to the loss.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
public struct DefaultAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Default;
    [FieldOffset(12)] public uint Counterparty;
    [FieldOffset(16)] public uint ClearingMember;
    /// <summary>1 declared, 2 resolved.</summary>
    [FieldOffset(20)] public uint State;
    [FieldOffset(24)] public ulong DeclaredSequence;
    [FieldOffset(32)] public ulong ResolvedSequence;
    [FieldOffset(40)] public UInt128 Loss;
    [FieldOffset(56)] public UInt128 Uncovered;
    /// <summary>Drawn from the defaulter's initial margin.</summary>
    [FieldOffset(72)] public ulong Margin;
    /// <summary>Drawn from the defaulter's contribution.</summary>
    [FieldOffset(80)] public ulong Contribution;
    /// <summary>Drawn from the counterparty's capital.</summary>
    [FieldOffset(88)] public ulong Capital;
    /// <summary>Drawn from the survivors' contributions.</summary>
    [FieldOffset(96)] public ulong SurvivorFund;
    /// <summary>Assessments that survivors paid.</summary>
    [FieldOffset(104)] public ulong Assessments;
    /// <summary>Assessments that survivors could not pay; part of what is uncovered.</summary>
    [FieldOffset(112)] public ulong AssessmentsUnpaid;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(120)] public ulong AsOfSequence;
    [FieldOffset(128)] public UInt128 Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.DefaultAnswer;
}
