// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>Side of an order.</summary>
public enum Side : byte
{
    /// <summary>Buys base for quote.</summary>
    Bid = 0,
    /// <summary>Sells base for quote.</summary>
    Ask = 1,
}

/// <summary>How an order is priced.</summary>
public enum OrderType : byte
{
    /// <summary>Trades at its price or better.</summary>
    Limit = 0,
    /// <summary>Trades at any price; never rests. Its price field is 0, or the worst price it accepts.</summary>
    Market = 1,
}

/// <summary>How long an order lives.</summary>
public enum TimeInForce : byte
{
    /// <summary>Rests until filled or cancelled.</summary>
    GoodTillCancel = 0,
    /// <summary>Trades what it can at once, the rest is cancelled.</summary>
    ImmediateOrCancel = 1,
    /// <summary>Trades completely at once or not at all.</summary>
    FillOrKill = 2,
}

/// <summary>What happens when an order meets a resting order with the same quote account. The taker's mode decides.</summary>
public enum SelfTradePrevention : byte
{
    /// <summary>They trade.</summary>
    None = 0,
    /// <summary>The rest of the incoming order is cancelled.</summary>
    CancelTaker = 1,
    /// <summary>The resting order is cancelled and matching goes on.</summary>
    CancelMaker = 2,
    /// <summary>Both are cancelled.</summary>
    CancelBoth = 3,
    /// <summary>Both lose the smaller of the two quantities without a trade.</summary>
    Decrement = 4,
}

/// <summary>State of an instrument.</summary>
public enum InstrumentState : uint
{
    /// <summary>Continuous matching.</summary>
    Open = 0,
    /// <summary>No new orders and no amendments; cancels and reductions pass.</summary>
    Halted = 1,
}

/// <summary>Creates an instrument. The session must be the issuer of the base asset and own the fee account. Value: the instrument's
/// number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CreateInstrumentCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Name of the instrument at the edge; 0 for none.</summary>
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public uint BaseAsset;
    [FieldOffset(36)] public uint QuoteAsset;
    /// <summary>Minor units of the base asset in one lot, 1 … 2^40.</summary>
    [FieldOffset(40)] public ulong LotSize;
    /// <summary>Minor units of the quote asset that one lot costs per tick of price, 1 … 2^40.</summary>
    [FieldOffset(48)] public ulong TickValue;
    /// <summary>Account in the quote asset that receives fees and pays rebates.</summary>
    [FieldOffset(56)] public ulong FeeAccount;
    /// <summary>Millionths of the notional, −100,000 … 100,000; negative is a rebate.</summary>
    [FieldOffset(64)] public int MakerFeePpm;
    /// <summary>Millionths of the notional, 0 … 100,000; at least the rebate.</summary>
    [FieldOffset(68)] public int TakerFeePpm;
    /// <summary>Largest quantity of one order in lots, 1 … 2^32.</summary>
    [FieldOffset(72)] public ulong MaxQuantityLots;
    /// <summary>Highest price in ticks, 1 … 2^36 − 1.</summary>
    [FieldOffset(80)] public long MaxPriceTicks;
    [FieldOffset(88)] public ulong Reserved0;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.CreateInstrument;
}

/// <summary>Opens or halts an instrument. The session must have created it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct SetInstrumentStateCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public uint Instrument;
    [FieldOffset(20)] public InstrumentState State;
    [FieldOffset(24)] public ulong Reserved0;
    [FieldOffset(32)] public Hash256 Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.SetInstrumentState;
}

/// <summary>Places an order. Value: low 64 bits the order's id when it rests (0 when it does not), high 64 bits the lots traded at
/// once.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct PlaceOrderCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public uint Instrument;
    [FieldOffset(20)] public Side Side;
    [FieldOffset(21)] public OrderType Type;
    [FieldOffset(22)] public TimeInForce TimeInForce;
    [FieldOffset(23)] public SelfTradePrevention SelfTradePrevention;
    /// <summary>Limit price in ticks; market orders: 0, or the worst price.</summary>
    [FieldOffset(24)] public long PriceTicks;
    [FieldOffset(32)] public ulong QuantityLots;
    /// <summary>Account in the base asset; owned by the session.</summary>
    [FieldOffset(40)] public ulong BaseAccount;
    /// <summary>Account in the quote asset; owned by the session.</summary>
    [FieldOffset(48)] public ulong QuoteAccount;
    [FieldOffset(56)] public ulong UserData64;
    [FieldOffset(64)] public Hash256 Reserved0;
    [FieldOffset(96)] public Hash256 Reserved1;

    static Opcode ICommand.Opcode => Opcode.PlaceOrder;
}

/// <summary>Cancels, reduces or amends an order. Value: <see cref="Opcode.CancelOrder"/> and <see cref="Opcode.ReduceOrder"/> the lots
/// taken off; <see cref="Opcode.AmendOrder"/> as <see cref="PlaceOrderCommand"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ChangeOrderCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ulong OrderId;
    /// <summary>Amend: the new price, 0 to keep it. Other opcodes: 0.</summary>
    [FieldOffset(24)] public long PriceTicks;
    /// <summary>Reduce: lots to take off. Amend: the new total quantity (executed lots included), 0 to keep it; with
    /// <see cref="CommandFlags.QuantityIsOpen"/> the new open quantity. Cancel: 0.</summary>
    [FieldOffset(32)] public ulong QuantityLots;
    [FieldOffset(40)] public ulong Reserved0;
    [FieldOffset(48)] public UInt128 Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    [FieldOffset(96)] public Hash256 Reserved3;

    static Opcode ICommand.Opcode => Opcode.CancelOrder;
}

/// <summary>Cancels the orders of a quote account, of an instrument (by its creator), or of an account in an instrument, oldest first.
/// Value: the number cancelled.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct MassCancelCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Quote account whose orders are meant; 0 for all accounts.</summary>
    [FieldOffset(16)] public ulong QuoteAccount;
    /// <summary>Instrument; 0 for all instruments of the account.</summary>
    [FieldOffset(24)] public uint Instrument;
    [FieldOffset(28)] public uint Reserved0;
    [FieldOffset(32)] public Hash256 Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    [FieldOffset(96)] public Hash256 Reserved3;

    static Opcode ICommand.Opcode => Opcode.MassCancel;
}
