// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Clearing;

/// <summary>A payment-versus-payment exchange: the queue of pairs that wait, and the limit on all short positions of one participant.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct ExchangeRecord
{
    [FieldOffset(0)] public uint OperatorPolicy;
    /// <summary>First currency, linked in the table of currencies.</summary>
    [FieldOffset(4)] public uint FirstCurrency;
    [FieldOffset(8)] public uint CurrencyCount;
    /// <summary>First and last pair that waits.</summary>
    [FieldOffset(12)] public uint Head;
    [FieldOffset(16)] public uint Tail;
    [FieldOffset(20)] public uint WaitingCount;
    /// <summary>1 when an account was credited since the last look at the pairs that wait.</summary>
    [FieldOffset(24)] public uint Retry;
    /// <summary>Where the look goes on, or 0 for the head.</summary>
    [FieldOffset(28)] public uint Cursor;
    /// <summary>Aggregate short-position limit, minor units of value.</summary>
    [FieldOffset(32)] public ulong AggregateShortLimit;
    [FieldOffset(40)] public ulong Settled;
    [FieldOffset(48)] public UInt128 Reserved0;
}

/// <summary>A currency of an exchange.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct ExchangeCurrencyRecord
{
    [FieldOffset(0)] public uint Exchange;
    [FieldOffset(4)] public uint System;
    [FieldOffset(8)] public uint Next;
    [FieldOffset(12)] public uint HaircutPpm;
    [FieldOffset(16)] public ulong RateNumerator;
    [FieldOffset(24)] public ulong RateDenominator;
    /// <summary>Short-position limit, minor units of the currency.</summary>
    [FieldOffset(32)] public ulong ShortLimit;
    [FieldOffset(40)] public ulong Reserved0;
    [FieldOffset(48)] public UInt128 Reserved1;
}

/// <summary>Two payments that settle together or not at all.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct ExchangePairRecord
{
    [FieldOffset(0)] public uint Exchange;
    /// <summary>1 while it waits, 2 when it settled, 3 when it was withdrawn.</summary>
    [FieldOffset(4)] public uint State;
    /// <summary>Members of the first participant: in the system it pays in, and in the one it is paid in.</summary>
    [FieldOffset(8)] public uint FirstPays;
    [FieldOffset(12)] public uint FirstReceives;
    [FieldOffset(16)] public uint SecondPays;
    [FieldOffset(20)] public uint SecondReceives;
    [FieldOffset(24)] public ulong FirstAmount;
    [FieldOffset(32)] public ulong SecondAmount;
    /// <summary>Neighbours among the pairs that wait.</summary>
    [FieldOffset(40)] public uint Next;
    [FieldOffset(44)] public uint Previous;
    /// <summary>Ledger sequence of the settlement.</summary>
    [FieldOffset(48)] public ulong SettledSequence;
    [FieldOffset(56)] public ulong Reserved0;
    [FieldOffset(64)] public Hash256 Reference;
    [FieldOffset(96)] public Hash256 Reserved1;
}
