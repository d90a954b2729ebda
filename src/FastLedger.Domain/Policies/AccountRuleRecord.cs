// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Domain.Policies;

/// <summary>What bounds the debits of an account, and the groups it belongs to.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct AccountRuleRecord
{
    [FieldOffset(0)] public ulong Account;
    /// <summary>Groups that it may pay, one bit each; 0 for everybody.</summary>
    [FieldOffset(8)] public ulong PayTo;
    /// <summary>Groups to which it belongs, one bit each.</summary>
    [FieldOffset(16)] public ulong Groups;
    /// <summary>Start of the period that <see cref="Spent"/> counts.</summary>
    [FieldOffset(24)] public long PeriodStartNs;
    /// <summary>Most that may be debited or reserved in a period.</summary>
    [FieldOffset(32)] public UInt128 Limit;
    [FieldOffset(48)] public UInt128 Spent;
    /// <summary>Length of a period; 0 when there is no limit.</summary>
    [FieldOffset(64)] public uint PeriodSeconds;
    /// <summary>Policy that may change the limit; 0 for the account's own.</summary>
    [FieldOffset(68)] public uint GuardPolicy;
    [FieldOffset(72)] public ulong Reserved0;
    [FieldOffset(80)] public UInt128 Reserved1;
    [FieldOffset(96)] public UInt128 Reserved2;
    [FieldOffset(112)] public UInt128 Reserved3;
}
