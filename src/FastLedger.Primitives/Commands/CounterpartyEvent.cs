// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>What happened to a clearing member.</summary>
public enum CounterpartyEventKind : ushort
{
    /// <summary>A trade became its position against the counterparty. Quantity: bought, or negative; amount: notional.</summary>
    Novated = 200,
    /// <summary>Its initial margin is below what its positions require. Amount: what is missing.</summary>
    MarginCalled = 201,
    /// <summary>Variation margin was paid. Amount: received, or negative.</summary>
    VariationSettled = 202,
    /// <summary>Units were delivered against payment. Quantity: received, or negative; amount: cash received, or negative.</summary>
    Delivered = 203,
    /// <summary>What was not delivered or not taken up goes on to the next contract. Quantity: still to be received, or negative.</summary>
    CarriedForward = 204,
    /// <summary>A member defaulted; all members of the counterparty are told. Number: the default.</summary>
    DefaultDeclared = 205,
    /// <summary>A position of a defaulter was closed. Quantity: bought, or negative; amount: notional.</summary>
    ClosedOut = 206,
    /// <summary>A default consumed margin, fund contribution or an assessment of this member. Amount: what it lost, negative. Number: the default.</summary>
    LossAllocated = 207,
    /// <summary>A loss was left that no layer covered; all members are told. Amount: the loss, negative. Number: the default.</summary>
    LossUncovered = 208,
}

/// <summary>An event of a clearing member: 128 bytes, travels among the order events, told from them by its kind (200 and above).</summary>
[StructLayout(LayoutKind.Explicit, Size = OrderEvent.Size)]
public struct CounterpartyEvent
{
    [FieldOffset(0)] public CounterpartyEventKind Kind;
    [FieldOffset(2)] public ushort Reserved0;
    [FieldOffset(4)] public uint Counterparty;
    [FieldOffset(8)] public uint Contract;
    /// <summary>The clearing member that is told.</summary>
    [FieldOffset(12)] public uint ClearingMember;
    /// <summary>Number of the trade or of the default, or 0.</summary>
    [FieldOffset(16)] public ulong Number;
    /// <summary>Session of the member's participant.</summary>
    [FieldOffset(24)] public uint Session;
    [FieldOffset(28)] public uint Reserved1;
    /// <summary>Ledger sequence of the command that caused the event.</summary>
    [FieldOffset(32)] public ulong Sequence;
    /// <summary>Block time of the event.</summary>
    [FieldOffset(40)] public long TimestampNs;
    /// <summary>Units: positive when the member gets them.</summary>
    [FieldOffset(48)] public long Quantity;
    /// <summary>Minor units for one unit, or 0.</summary>
    [FieldOffset(56)] public ulong Price;
    /// <summary>Minor units of the settlement asset.</summary>
    [FieldOffset(64)] public Int128 Amount;
    /// <summary>Name of the trade where it was made.</summary>
    [FieldOffset(80)] public UInt128 TradeId;
    [FieldOffset(96)] public Hash256 Reference;
}
