// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Outcomes;

/// <summary>An attested outcome and the complete sets that it backs.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct OutcomeRecord
{
    /// <summary>Most disputes before the arbiter decides.</summary>
    public const int MaxDisputeCount = 4;

    [FieldOffset(0)] public Hash256 Question;
    [FieldOffset(32)] public uint OraclePolicy;
    [FieldOffset(36)] public uint ArbiterPolicy;
    [FieldOffset(40)] public uint CreatorPolicy;
    [FieldOffset(44)] public uint CollateralAsset;
    /// <summary>Asset of value 1; the others follow. 0 without complete sets.</summary>
    [FieldOffset(48)] public uint FirstAsset;
    /// <summary>Account that issues the asset of value 1; the others follow.</summary>
    [FieldOffset(52)] public uint FirstIssuer;
    /// <summary>Account that holds the collateral.</summary>
    [FieldOffset(56)] public uint Vault;
    [FieldOffset(60)] public uint DisputeSeconds;
    [FieldOffset(64)] public uint MaxDisputes;
    [FieldOffset(68)] public OutcomeState State;
    /// <summary>Reported or final value: 1 … n, 0 for invalid.</summary>
    [FieldOffset(69)] public byte Value;
    [FieldOffset(70)] public byte Disputes;
    [FieldOffset(71)] public byte Values;
    [FieldOffset(72)] public ulong Bond;
    [FieldOffset(80)] public ulong BondAccount;
    [FieldOffset(88)] public long ReportFromNs;
    [FieldOffset(96)] public long ReportUntilNs;
    /// <summary>Block time at which the report that stands becomes final; 0 for none.</summary>
    [FieldOffset(104)] public long WindowEndsNs;
    /// <summary>Complete sets outstanding, less what was redeemed, in minor units of collateral.</summary>
    [FieldOffset(112)] public UInt128 Sets;
    /// <summary>Pending transfers that hold the bonds.</summary>
    [FieldOffset(128)] public OutcomeBonds Bonds;
    /// <summary>Values that were disputed.</summary>
    [FieldOffset(160)] public OutcomeDisputedValues DisputedValues;
    [FieldOffset(164)] public uint Reserved0;
    [FieldOffset(168)] public ulong LastEvent;
    [FieldOffset(176)] public UInt128 Reserved1;
    [FieldOffset(192)] public Hash256 Reserved2;
    [FieldOffset(224)] public Hash256 Reserved3;
}

/// <summary>One pending transfer per dispute.</summary>
[InlineArray(OutcomeRecord.MaxDisputeCount)]
public struct OutcomeBonds
{
    private ulong _first;
}

/// <summary>One value per dispute.</summary>
[InlineArray(OutcomeRecord.MaxDisputeCount)]
public struct OutcomeDisputedValues
{
    private byte _first;
}
