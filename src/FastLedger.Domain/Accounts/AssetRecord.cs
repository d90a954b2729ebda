// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Accounts;

/// <summary>An asset. Its accounts sum to zero: issuers are negative by what they issued.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct AssetRecord
{
    [FieldOffset(0)] public UInt128 ExternalId;
    /// <summary>Policy that may set floors, freeze accounts and list the asset.</summary>
    [FieldOffset(16)] public uint IssuerPolicy;
    /// <summary>Decimal places of the major unit; display only.</summary>
    [FieldOffset(20)] public uint Scale;
    [FieldOffset(24)] public uint Code;
    [FieldOffset(28)] public AssetOptions Options;
    [FieldOffset(32)] public Hash256 Reference;
}
