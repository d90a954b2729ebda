// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for an attested outcome: by number or, when the number is 0, by one of its assets.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct OutcomeQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Outcome;
    [FieldOffset(12)] public uint Asset;

    static TemplateId IMessage.TemplateId => TemplateId.OutcomeQuery;
}

/// <summary>An attested outcome.</summary>
[StructLayout(LayoutKind.Explicit, Size = 152)]
public struct OutcomeAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Outcome;
    [FieldOffset(12)] public OutcomeState State;
    /// <summary>Reported or final value: 1 … n, 0 for invalid.</summary>
    [FieldOffset(13)] public byte Value;
    /// <summary>Disputes so far.</summary>
    [FieldOffset(14)] public byte Disputes;
    /// <summary>Number of values.</summary>
    [FieldOffset(15)] public byte Values;
    [FieldOffset(16)] public uint OraclePolicy;
    [FieldOffset(20)] public uint ArbiterPolicy;
    [FieldOffset(24)] public uint CreatorPolicy;
    [FieldOffset(28)] public uint CollateralAsset;
    /// <summary>Asset of value 1; the others follow. 0 without complete sets.</summary>
    [FieldOffset(32)] public uint FirstAsset;
    [FieldOffset(36)] public uint DisputeSeconds;
    [FieldOffset(40)] public uint MaxDisputes;
    [FieldOffset(44)] public uint Reserved0;
    /// <summary>Account that holds the collateral of complete sets.</summary>
    [FieldOffset(48)] public ulong Vault;
    [FieldOffset(56)] public ulong Bond;
    [FieldOffset(64)] public ulong BondAccount;
    [FieldOffset(72)] public long ReportFromNs;
    [FieldOffset(80)] public long ReportUntilNs;
    /// <summary>Block time at which the report becomes final; 0 when none stands.</summary>
    [FieldOffset(88)] public long WindowEndsNs;
    /// <summary>Complete sets outstanding, as minor units of collateral in the vault.</summary>
    [FieldOffset(96)] public UInt128 Sets;
    [FieldOffset(112)] public Hash256 Question;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(144)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.OutcomeAnswer;
}
