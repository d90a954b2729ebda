// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>Creates an exchange (value: its number), sets a currency of it, or submits a pair of payments (value: the pair's number, and above
/// it, from bit 64, 1 when it waits and 2 when it settled), or withdraws a pair that waits. The operator of the payment systems sends it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ExchangeCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The exchange; CreateExchange: 0.</summary>
    [FieldOffset(16)] public uint Exchange;
    /// <summary>SetExchangeCurrency: the currency's payment system. SubmitExchange: the system in which the first pays the second.</summary>
    [FieldOffset(20)] public uint System;
    /// <summary>SubmitExchange: the system in which the second pays the first. Otherwise 0.</summary>
    [FieldOffset(24)] public uint CounterSystem;
    /// <summary>SubmitExchange: the two participants. Otherwise 0.</summary>
    [FieldOffset(28)] public uint First;
    [FieldOffset(32)] public uint Second;
    /// <summary>SetExchangeCurrency: parts per million taken off long and added to short balances, 0 … 1,000,000. Otherwise 0.</summary>
    [FieldOffset(36)] public uint HaircutPpm;
    /// <summary>CreateExchange: aggregate short-position limit, minor units of value. SetExchangeCurrency: short-position limit, minor units of
    /// the currency. SubmitExchange: what the first pays. At most 2^62. WithdrawExchange: the pair's number.</summary>
    [FieldOffset(40)] public ulong Amount;
    /// <summary>SubmitExchange: what the second pays. Otherwise 0.</summary>
    [FieldOffset(48)] public ulong CounterAmount;
    /// <summary>SetExchangeCurrency: minor units of value that RateDenominator minor units of the currency are worth, 1 … 2^31. Otherwise 0.</summary>
    [FieldOffset(56)] public ulong RateNumerator;
    [FieldOffset(64)] public ulong RateDenominator;
    [FieldOffset(72)] public ulong Reserved0;
    [FieldOffset(80)] public UInt128 Reserved1;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.SubmitExchange;
}
