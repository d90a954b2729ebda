// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>Creates a central counterparty (value: its number), changes it (value: its number), or settles the variation margin that its members owe and are
/// owed (value: what was paid in all). The operator of its payment system sends it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CounterpartyCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The counterparty; Create: 0.</summary>
    [FieldOffset(16)] public uint Counterparty;
    /// <summary>Create: the payment system in whose asset and through whose settlement accounts it settles. Otherwise 0.</summary>
    [FieldOffset(20)] public uint System;
    /// <summary>Create: five different accounts of the asset, owned by the operator, floor 0, without flags. Variation margin passes through this one,
    /// whose balance is 0 before and after. Otherwise 0.</summary>
    [FieldOffset(24)] public ulong VariationAccount;
    /// <summary>Create: holds initial margin. Otherwise 0.</summary>
    [FieldOffset(32)] public ulong MarginAccount;
    /// <summary>Create: holds the default fund. Otherwise 0.</summary>
    [FieldOffset(40)] public ulong FundAccount;
    /// <summary>Create: holds the counterparty's own capital. Otherwise 0.</summary>
    [FieldOffset(48)] public ulong CapitalAccount;
    /// <summary>Create: receives what a waterfall draws and pays what a defaulter owed. Otherwise 0.</summary>
    [FieldOffset(56)] public ulong DefaultAccount;
    /// <summary>Create, Configure: most of its own capital that one default consumes, minor units, 0 … 2^62. Otherwise 0.</summary>
    [FieldOffset(64)] public ulong Capital;
    /// <summary>Create, Configure: most that a survivor is assessed in one default, in parts per million of its contribution to the default fund, 0 …
    /// 10,000,000. Otherwise 0.</summary>
    [FieldOffset(72)] public uint AssessmentPpm;
    [FieldOffset(76)] public uint Reserved0;
    [FieldOffset(80)] public UInt128 Reserved1;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.CreateCounterparty;
}

/// <summary>Admits a clearing member (value: its number), moves its margin and its contribution to the default fund, calls margin (value: what is missing),
/// declares its default (value: the default's number) or covers the loss of its default (value: what no layer covered).</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ClearingMemberCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Admit: the counterparty. Otherwise 0.</summary>
    [FieldOffset(16)] public uint Counterparty;
    /// <summary>The clearing member; Admit: 0.</summary>
    [FieldOffset(20)] public uint ClearingMember;
    /// <summary>Admit: the member of the counterparty's payment system. Otherwise 0.</summary>
    [FieldOffset(24)] public uint Member;
    [FieldOffset(28)] public uint Reserved0;
    /// <summary>Post, Withdraw, Contribute, WithdrawContribution: minor units, 1 … 2^62. Otherwise 0.</summary>
    [FieldOffset(32)] public ulong Amount;
    [FieldOffset(40)] public ulong Reserved1;
    [FieldOffset(48)] public UInt128 Reserved2;
    [FieldOffset(64)] public Hash256 Reserved3;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.AdmitClearingMember;
}

/// <summary>Lists a contract (value: its number), changes it (value: its number), marks its positions to a price (value: the sum of what the losing side
/// owes by it), or delivers its net positions (value: the quantity delivered). The counterparty's operator sends it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ContractCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>List: the counterparty. Otherwise 0.</summary>
    [FieldOffset(16)] public uint Counterparty;
    /// <summary>The contract; List: 0.</summary>
    [FieldOffset(20)] public uint Contract;
    /// <summary>List: the payment system whose asset is delivered; 0 for a contract that only pays variation margin. Otherwise 0.</summary>
    [FieldOffset(24)] public uint SecuritySystem;
    /// <summary>List: day of settlement, days since 1970-01-01. Configure: 0, or the next day of a contract whose deliveries were settled. Otherwise 0.</summary>
    [FieldOffset(28)] public uint SettlementDate;
    /// <summary>List, Configure: initial margin for one unit of net position, minor units, 0 … 2^40. Otherwise 0.</summary>
    [FieldOffset(32)] public ulong MarginPerUnit;
    /// <summary>Mark, Settle: settlement price of one unit, minor units, 1 … 2^40. Otherwise 0.</summary>
    [FieldOffset(40)] public ulong Price;
    /// <summary>Settle: contract for the same asset and a later day that takes over what was not delivered; 0 to refuse unless all is delivered.
    /// Otherwise 0.</summary>
    [FieldOffset(48)] public uint Into;
    [FieldOffset(52)] public uint Reserved0;
    [FieldOffset(56)] public ulong Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.ListContract;
}

/// <summary>Novates a trade: buyer and seller each face the counterparty (<see cref="Opcode.NovateTrade"/>), or closes a position of a defaulter against a
/// survivor (<see cref="Opcode.CloseOutPosition"/>). The counterparty's operator sends it. Value: the trade's number at the counterparty.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct NovationCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>What is traded.</summary>
    [FieldOffset(16)] public uint Contract;
    /// <summary>Clearing member that buys.</summary>
    [FieldOffset(20)] public uint Buyer;
    /// <summary>Clearing member that sells.</summary>
    [FieldOffset(24)] public uint Seller;
    [FieldOffset(28)] public uint Reserved0;
    /// <summary>Units, 1 … 2^40.</summary>
    [FieldOffset(32)] public ulong Quantity;
    /// <summary>Minor units for one unit, 1 … 2^40; quantity times price is at most 2^62.</summary>
    [FieldOffset(40)] public ulong Price;
    /// <summary>Name of the trade where it was made; 0 for none.</summary>
    [FieldOffset(48)] public UInt128 TradeId;
    [FieldOffset(64)] public Hash256 Reserved1;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.NovateTrade;
}
