// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>Why an amount moved, was reserved or was released.</summary>
public enum HistoryKind : ushort
{
    Transfer = 1,
    /// <summary>A pending transfer reserved its amount.</summary>
    Pending = 2,
    /// <summary>A pending transfer was posted; the amount is what was posted.</summary>
    PendingPosted = 3,
    PendingVoided = 4,
    PendingExpired = 5,
    /// <summary>Securities leg of a trade: base asset from seller to buyer.</summary>
    TradeBase = 6,
    /// <summary>Cash leg of a trade: quote asset from buyer to seller.</summary>
    TradeQuote = 7,
    /// <summary>Fee of a trade, or a rebate from the fee account.</summary>
    TradeFee = 8,
    /// <summary>A payment settled.</summary>
    Payment = 9,
    /// <summary>Collateral was pledged or released.</summary>
    Collateral = 10,
    /// <summary>A net position of a cycle settled against the clearing account.</summary>
    Netting = 11,
    /// <summary>The guarantee account paid what a member lacked in a cycle.</summary>
    Guarantee = 12,
    /// <summary>One leg of a pair of payments that settled together.</summary>
    Exchange = 13,
    /// <summary>Initial margin was posted or paid back.</summary>
    Margin = 30,
    /// <summary>A contribution to a default fund was paid in or paid back.</summary>
    DefaultFund = 31,
    /// <summary>Variation margin was paid through the counterparty's account.</summary>
    Variation = 32,
    /// <summary>Securities leg of a delivery from a net seller to a net buyer.</summary>
    Delivery = 33,
    /// <summary>Cash leg of a delivery.</summary>
    DeliveryPayment = 34,
    /// <summary>A layer of a waterfall was drawn on.</summary>
    Waterfall = 35,
    /// <summary>One share of a payment to a split.</summary>
    Split = 40,
    /// <summary>One holder's part of a distribution.</summary>
    Distribution = 41,
    /// <summary>One leg of minting or burning a complete set.</summary>
    CompleteSet = 42,
    /// <summary>One leg of redeeming units of a final outcome.</summary>
    Redemption = 43,
}

/// <summary>
/// One movement between two accounts: 128 bytes, append-only, numbered from 1. Each side links back to the account's entry before it, so a
/// statement is a walk from the account's newest entry.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct HistoryEntry
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 128;

    /// <summary>Ledger sequence of the command that caused it.</summary>
    [FieldOffset(0)] public ulong Sequence;
    /// <summary>Block time.</summary>
    [FieldOffset(8)] public long TimestampNs;
    [FieldOffset(16)] public ulong DebitAccount;
    [FieldOffset(24)] public ulong CreditAccount;
    [FieldOffset(32)] public UInt128 Amount;
    /// <summary>The debited account's entry before this one, or 0.</summary>
    [FieldOffset(48)] public ulong DebitPrevious;
    /// <summary>The credited account's entry before this one, or 0.</summary>
    [FieldOffset(56)] public ulong CreditPrevious;
    [FieldOffset(64)] public HistoryKind Kind;
    [FieldOffset(66)] public ushort Flags;
    [FieldOffset(68)] public uint Code;
    /// <summary>Pending id or order id.</summary>
    [FieldOffset(72)] public ulong Link;
    [FieldOffset(80)] public UInt128 UserData128;
    [FieldOffset(96)] public Hash256 Reference;
}
