// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Policies;

/// <summary>The members and the threshold of a policy of several keys.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct KeyGroupRecord
{
    /// <summary>Most members.</summary>
    public const int MaxMembers = 16;

    [FieldOffset(0)] public UInt128 ExternalId;
    /// <summary>The policy whose members these are.</summary>
    [FieldOffset(16)] public uint Policy;
    /// <summary>Sum of weights that must approve.</summary>
    [FieldOffset(20)] public uint Threshold;
    /// <summary>Policy that may change it; 0 for itself, <see cref="ReserveCommand.Nobody"/> for nobody.</summary>
    [FieldOffset(24)] public uint ChangePolicy;
    [FieldOffset(28)] public ushort MemberCount;
    /// <summary>1 when it is no draft any more.</summary>
    [FieldOffset(30)] public ushort Active;
    [FieldOffset(32)] public long NotBeforeNs;
    [FieldOffset(40)] public long ExpiresAtNs;
    /// <summary>Changes so far.</summary>
    [FieldOffset(48)] public uint Version;
    /// <summary>Policy of the session that created it, which puts the draft together.</summary>
    [FieldOffset(52)] public uint Creator;
    [FieldOffset(56)] public ulong LastEvent;
    [FieldOffset(64)] public KeyGroupMembers Members;
}

/// <summary>One key of a policy of several.</summary>
[StructLayout(LayoutKind.Explicit, Size = 12)]
public struct KeyGroupMember
{
    /// <summary>The key's own policy.</summary>
    [FieldOffset(0)] public uint Policy;
    [FieldOffset(4)] public ushort Weight;
    [FieldOffset(6)] public PolicyRoles Roles;
    /// <summary>Block time, in seconds, from which its approval counts no more; 0 for never.</summary>
    [FieldOffset(8)] public uint ExpiresSeconds;
}

/// <summary>Members of a policy; those beyond the count are zero.</summary>
[InlineArray(KeyGroupRecord.MaxMembers)]
public struct KeyGroupMembers
{
    private KeyGroupMember _first;
}
