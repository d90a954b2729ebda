// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLedger.Domain.Distributions;

/// <summary>A split: accounts of one asset and their weights.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct SplitRecord
{
    [FieldOffset(0)] public UInt128 ExternalId;
    [FieldOffset(16)] public uint Asset;
    /// <summary>Policy that must agree to every change.</summary>
    [FieldOffset(20)] public uint Policy;
    /// <summary>Shares that it can have.</summary>
    [FieldOffset(24)] public uint Shares;
    /// <summary>1 when it is no draft.</summary>
    [FieldOffset(28)] public uint Active;
    /// <summary>First of its blocks of shares; the others follow it.</summary>
    [FieldOffset(32)] public uint FirstBlock;
    [FieldOffset(36)] public uint Reserved0;
    [FieldOffset(40)] public ulong LastEvent;
    [FieldOffset(48)] public UInt128 Reserved1;
}

/// <summary>Sixteen shares of a split.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct SplitShareBlock
{
    /// <summary>Shares in a block.</summary>
    public const int Length = 16;

    [FieldOffset(0)] public SplitShares Shares;
}

/// <summary>An account and its weight; empty when the weight is 0.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct SplitShareRecord
{
    [FieldOffset(0)] public uint Account;
    /// <summary>Parts per million.</summary>
    [FieldOffset(4)] public uint Weight;
}

/// <summary>The shares of a block.</summary>
[InlineArray(SplitShareBlock.Length)]
public struct SplitShares
{
    private SplitShareRecord _first;
}
