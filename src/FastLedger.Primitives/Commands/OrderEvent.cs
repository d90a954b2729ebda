// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>What happened to a resting order.</summary>
public enum OrderEventKind : ushort
{
    /// <summary>It traded with an incoming order.</summary>
    Fill = 1,
    /// <summary>It left the book, or lost quantity, without a trade and without a cancel of its own.</summary>
    Cancelled = 2,
}

/// <summary>Why a resting order lost quantity without a trade.</summary>
public enum CancelReason : ushort
{
    None = 0,
    /// <summary>Self-trade prevention.</summary>
    SelfTradePrevention = 1,
    /// <summary>Mass cancel.</summary>
    MassCancel = 2,
    /// <summary>One of its accounts is frozen or closed and could not settle.</summary>
    AccountUnavailable = 3,
    /// <summary>Cancelled, reduced or amended by its owner.</summary>
    Owner = 4,
}

/// <summary>An event of a resting order: 128 bytes, sent to the sessions concerned and hashed into the receipts root.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct OrderEvent
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 128;

    [FieldOffset(0)] public OrderEventKind Kind;
    [FieldOffset(2)] public CancelReason Reason;
    [FieldOffset(4)] public uint Instrument;
    /// <summary>The resting order.</summary>
    [FieldOffset(8)] public ulong OrderId;
    /// <summary>Client command number that placed the resting order.</summary>
    [FieldOffset(16)] public ulong OrderNumber;
    /// <summary>Session that placed the resting order.</summary>
    [FieldOffset(24)] public uint Session;
    /// <summary>Session whose command caused the event.</summary>
    [FieldOffset(28)] public uint TakerSession;
    /// <summary>Ledger sequence of the command that caused the event.</summary>
    [FieldOffset(32)] public ulong Sequence;
    /// <summary>Client command number of the command that caused the event.</summary>
    [FieldOffset(40)] public ulong TakerNumber;
    [FieldOffset(48)] public long PriceTicks;
    /// <summary>Lots traded or taken off.</summary>
    [FieldOffset(56)] public ulong QuantityLots;
    /// <summary>Lots that still rest afterwards.</summary>
    [FieldOffset(64)] public ulong RemainingLots;
    /// <summary>Number of the trade, dense over the ledger; 0 when nothing traded.</summary>
    [FieldOffset(72)] public ulong TradeId;
    /// <summary>Minor units of the quote asset the resting side paid; negative when it received a rebate.</summary>
    [FieldOffset(80)] public Int128 MakerFee;
    /// <summary>Minor units of the quote asset the incoming side paid.</summary>
    [FieldOffset(96)] public Int128 TakerFee;
    /// <summary>Side of the incoming order.</summary>
    [FieldOffset(112)] public Side TakerSide;
    [FieldOffset(113)] public byte Reserved0;
    [FieldOffset(114)] public ushort Reserved1;
    [FieldOffset(116)] public uint Reserved2;
    [FieldOffset(120)] public ulong UserData64;
}
