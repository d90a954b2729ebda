// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for an exchange (payment versus payment).</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct ExchangeQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Exchange;
    [FieldOffset(12)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.ExchangeQuery;
}

/// <summary>An exchange: what settled, what waits. The pairs that wait can be walked from the first one.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
public struct ExchangeAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Exchange;
    [FieldOffset(12)] public uint CurrencyCount;
    [FieldOffset(16)] public uint WaitingCount;
    /// <summary>First pair that waits, or 0.</summary>
    [FieldOffset(20)] public uint FirstWaiting;
    /// <summary>Limit on all short positions of a participant, minor units of value.</summary>
    [FieldOffset(24)] public ulong AggregateShortLimit;
    /// <summary>Pairs settled so far.</summary>
    [FieldOffset(32)] public ulong Settled;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(40)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.ExchangeAnswer;
}

/// <summary>Asks for a pair of payments of an exchange.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct ExchangePairQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Pair;
    [FieldOffset(12)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.ExchangePairQuery;
}

/// <summary>Two payments that settle together or not at all.</summary>
[StructLayout(LayoutKind.Explicit, Size = 104)]
public struct ExchangePairAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Pair;
    [FieldOffset(12)] public uint Exchange;
    /// <summary>1 waits, 2 settled, 3 withdrawn.</summary>
    [FieldOffset(16)] public uint State;
    /// <summary>Members of the first participant: in the system it pays in, and in the one it is paid in.</summary>
    [FieldOffset(20)] public uint FirstPays;
    [FieldOffset(24)] public uint FirstReceives;
    [FieldOffset(28)] public uint SecondPays;
    [FieldOffset(32)] public uint SecondReceives;
    /// <summary>The pair that waits behind this one, or 0.</summary>
    [FieldOffset(36)] public uint Next;
    /// <summary>What the first and the second pay, minor units.</summary>
    [FieldOffset(40)] public ulong FirstAmount;
    [FieldOffset(48)] public ulong SecondAmount;
    /// <summary>Ledger sequence of the settlement, or 0.</summary>
    [FieldOffset(56)] public ulong SettledSequence;
    [FieldOffset(64)] public Hash256 Reference;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(96)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.ExchangePairAnswer;
}
