// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>A central counterparty: buyer to every seller and seller to every buyer of its contracts. It never has a position of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct CounterpartyRecord
{
    /// <summary>The payment system in whose asset and through whose settlement accounts it settles.</summary>
    [FieldOffset(0)] public uint System;
    [FieldOffset(4)] public uint OperatorPolicy;
    [FieldOffset(8)] public uint VariationAccount;
    [FieldOffset(12)] public uint MarginAccount;
    [FieldOffset(16)] public uint FundAccount;
    [FieldOffset(20)] public uint CapitalAccount;
    [FieldOffset(24)] public uint DefaultAccount;
    /// <summary>Clearing members in the order of their admission.</summary>
    [FieldOffset(28)] public uint FirstMember;
    [FieldOffset(32)] public uint LastMember;
    [FieldOffset(36)] public uint MemberCount;
    [FieldOffset(40)] public uint ContractCount;
    /// <summary>Defaults that no waterfall resolved yet.</summary>
    [FieldOffset(44)] public uint OpenDefaults;
    /// <summary>Most that a survivor is assessed in one default, in parts per million of its contribution.</summary>
    [FieldOffset(48)] public uint AssessmentPpm;
    [FieldOffset(52)] public uint Reserved0;
    /// <summary>Most of its own capital that one default consumes.</summary>
    [FieldOffset(56)] public ulong Capital;
    /// <summary>Trades novated and positions closed out so far.</summary>
    [FieldOffset(64)] public ulong Trades;
    [FieldOffset(72)] public ulong Reserved1;
    /// <summary>Sum of the members' contributions to the default fund.</summary>
    [FieldOffset(80)] public UInt128 FundTotal;
    /// <summary>Sum of the members' initial margin.</summary>
    [FieldOffset(96)] public UInt128 MarginTotal;
    /// <summary>Variation margin that defaulters owed: the default account pays it with the next settlement.</summary>
    [FieldOffset(112)] public UInt128 DefaultDue;
    /// <summary>Losses so far that no layer covered.</summary>
    [FieldOffset(128)] public UInt128 Uncovered;
    /// <summary>Variation margin paid so far.</summary>
    [FieldOffset(144)] public UInt128 VariationPaid;
    [FieldOffset(160)] public Hash256 Reference;
    [FieldOffset(192)] public Hash256 Reserved2;
    [FieldOffset(224)] public Hash256 Reserved3;
}

/// <summary>Where a clearing member stands.</summary>
public enum ClearingMemberState : uint
{
    None = 0,
    Active = 1,
    /// <summary>In default; its positions wait for their close-out.</summary>
    Defaulted = 2,
    /// <summary>Its default is resolved: nothing is owed, nothing may be traded.</summary>
    Resolved = 3,
}

/// <summary>A member of a payment system as a clearing member of a counterparty.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct ClearingMemberRecord
{
    [FieldOffset(0)] public uint Counterparty;
    /// <summary>The member of the payment system; its settlement account pays and receives.</summary>
    [FieldOffset(4)] public uint Member;
    [FieldOffset(8)] public ClearingMemberState State;
    /// <summary>Next member of the counterparty.</summary>
    [FieldOffset(12)] public uint NextMember;
    /// <summary>Newest of its positions, linked in the table of positions.</summary>
    [FieldOffset(16)] public uint FirstPosition;
    /// <summary>Positions that are not flat.</summary>
    [FieldOffset(20)] public uint OpenPositions;
    /// <summary>Record of its default, or 0.</summary>
    [FieldOffset(24)] public uint Default;
    [FieldOffset(28)] public uint Reserved0;
    /// <summary>Initial margin posted.</summary>
    [FieldOffset(32)] public ulong Margin;
    /// <summary>Contribution to the default fund.</summary>
    [FieldOffset(40)] public ulong Contribution;
    /// <summary>Initial margin that its positions require.</summary>
    [FieldOffset(48)] public UInt128 Requirement;
    /// <summary>Variation margin it is owed, or owes, since the last settlement.</summary>
    [FieldOffset(64)] public Int128 VariationDue;
    /// <summary>Variation margin received so far, less what was paid.</summary>
    [FieldOffset(80)] public Int128 VariationReceived;
    /// <summary>What the last margin call called.</summary>
    [FieldOffset(96)] public UInt128 Called;
    /// <summary>Contribution and assessments lost to defaults of others so far.</summary>
    [FieldOffset(112)] public ulong LossShare;
    /// <summary>Assessments that its account could not pay.</summary>
    [FieldOffset(120)] public ulong AssessmentUnpaid;
}

/// <summary>Where a contract stands.</summary>
public enum ContractState : uint
{
    None = 0,
    Open = 1,
    /// <summary>Its deliveries are done; it has no positions and may get its next day.</summary>
    Settled = 2,
}

/// <summary>What is traded: a security for one settlement day, or an underlying that only pays variation margin.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct ContractRecord
{
    [FieldOffset(0)] public uint Counterparty;
    [FieldOffset(4)] public ContractState State;
    /// <summary>Payment system whose asset is delivered, or 0.</summary>
    [FieldOffset(8)] public uint SecuritySystem;
    /// <summary>Days since 1970-01-01.</summary>
    [FieldOffset(12)] public uint SettlementDate;
    /// <summary>Positions in the order in which they were first opened; flat ones stay.</summary>
    [FieldOffset(16)] public uint FirstPosition;
    [FieldOffset(20)] public uint LastPosition;
    [FieldOffset(24)] public uint PositionCount;
    [FieldOffset(28)] public uint Code;
    /// <summary>Initial margin for one unit of net position.</summary>
    [FieldOffset(32)] public ulong MarginPerUnit;
    /// <summary>Last settlement price, or 0.</summary>
    [FieldOffset(40)] public ulong Price;
    /// <summary>Sum of the long positions, which is the sum of the short ones.</summary>
    [FieldOffset(48)] public ulong OpenInterest;
    [FieldOffset(56)] public ulong Reserved0;
    /// <summary>The counterparty's own position and cost: the other side of every position. 0 after every command.</summary>
    [FieldOffset(64)] public Int128 HouseQuantity;
    [FieldOffset(80)] public Int128 HouseCost;
    /// <summary>Units traded, delivered and carried to later contracts since it was listed.</summary>
    [FieldOffset(96)] public UInt128 Traded;
    [FieldOffset(112)] public UInt128 Delivered;
    [FieldOffset(128)] public UInt128 Carried;
    [FieldOffset(144)] public UInt128 Reserved1;
    [FieldOffset(160)] public Hash256 Reserved2;
    [FieldOffset(192)] public Hash256 Reserved3;
    [FieldOffset(224)] public Hash256 Reserved4;
}

/// <summary>What one clearing member holds of one contract against the counterparty.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct ClearedPositionRecord
{
    [FieldOffset(0)] public uint ClearingMember;
    [FieldOffset(4)] public uint Contract;
    [FieldOffset(8)] public uint NextOfContract;
    [FieldOffset(12)] public uint NextOfMember;
    /// <summary>Day since which a part of it has not been delivered, or 0.</summary>
    [FieldOffset(16)] public uint FailingSince;
    [FieldOffset(20)] public uint Reserved0;
    /// <summary>Units bought less units sold and delivered.</summary>
    [FieldOffset(24)] public long Quantity;
    /// <summary>What the units cost since the last mark: their price then, and the prices of the trades since.</summary>
    [FieldOffset(32)] public Int128 Cost;
    /// <summary>Units bought and sold since the contract was listed.</summary>
    [FieldOffset(48)] public UInt128 Bought;
    [FieldOffset(64)] public UInt128 Sold;
    [FieldOffset(80)] public UInt128 Reserved1;
    [FieldOffset(96)] public Hash256 Reserved2;
}

/// <summary>A default and what its loss consumed, layer by layer.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct DefaultRecord
{
    [FieldOffset(0)] public uint Counterparty;
    [FieldOffset(4)] public uint ClearingMember;
    /// <summary>1 declared, 2 resolved.</summary>
    [FieldOffset(8)] public uint State;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public ulong DeclaredSequence;
    [FieldOffset(24)] public ulong ResolvedSequence;
    /// <summary>What the defaulter owed after the close-out. The layers and what is uncovered sum to it.</summary>
    [FieldOffset(32)] public UInt128 Loss;
    [FieldOffset(48)] public UInt128 Uncovered;
    /// <summary>Drawn from its initial margin, its contribution, the counterparty's capital, the survivors' contributions, their assessments.</summary>
    [FieldOffset(64)] public ulong Margin;
    [FieldOffset(72)] public ulong Contribution;
    [FieldOffset(80)] public ulong Capital;
    [FieldOffset(88)] public ulong SurvivorFund;
    [FieldOffset(96)] public ulong Assessments;
    /// <summary>Assessments that survivors could not pay; part of what is uncovered.</summary>
    [FieldOffset(104)] public ulong AssessmentsUnpaid;
    [FieldOffset(112)] public UInt128 Reserved1;
    [FieldOffset(128)] public Hash256 DeclaredReference;
    [FieldOffset(160)] public Hash256 ResolvedReference;
    [FieldOffset(192)] public Hash256 Reserved2;
    [FieldOffset(224)] public Hash256 Reserved3;
}
