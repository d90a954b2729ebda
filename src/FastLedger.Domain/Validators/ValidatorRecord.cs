// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Validators;

/// <summary>What a node is in the present epoch.</summary>
public enum ValidatorState : byte
{
    /// <summary>No validator, and none that left with the last change.</summary>
    None = 0,
    /// <summary>A validator.</summary>
    Member = 1,
    /// <summary>Left at the beginning of the present epoch: it votes no more and may follow.</summary>
    Former = 2,
}

/// <summary>What waits for the end of the epoch.</summary>
public enum ValidatorChange : byte
{
    None = 0,
    Joins = 1,
    Leaves = 2,
    /// <summary>Gets <see cref="ValidatorRecord.NextKey"/> and <see cref="ValidatorRecord.NextAddress"/>.</summary>
    Changes = 3,
}

/// <summary>
/// A record of the validator table. Record 1 is the set itself, record 2 its administrator, record 3 + n is node n.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct ValidatorRecord
{
    /// <summary>Node: the key it signs with, or signed with before it left. Set: digest of the encoded set. Administrator: the genesis' key.</summary>
    [FieldOffset(0)] public Hash256 Key;
    /// <summary>Node: the key from the next epoch on. Set: digest of the next set; zero while no change waits.</summary>
    [FieldOffset(32)] public Hash256 NextKey;
    /// <summary>Where peers reach the node, IPv6 in network order; zero when only the replicas' settings know.</summary>
    [FieldOffset(64)] public UInt128 Address;
    [FieldOffset(80)] public UInt128 NextAddress;
    /// <summary>Set: the present epoch. Node: the epoch in which its key or state changed last.</summary>
    [FieldOffset(96)] public ulong Epoch;
    /// <summary>Administrator: the policy that may change the set; 0 for that of the genesis' key.</summary>
    [FieldOffset(104)] public uint Policy;
    [FieldOffset(108)] public ushort Port;
    [FieldOffset(110)] public ushort NextPort;
    [FieldOffset(112)] public ValidatorState State;
    [FieldOffset(113)] public ValidatorChange Change;
    /// <summary>Set: validators now, and from the next epoch on while a change waits.</summary>
    [FieldOffset(114)] public ushort Count;
    [FieldOffset(116)] public ushort NextCount;
    [FieldOffset(118)] public ushort Reserved0;
    [FieldOffset(120)] public ulong Reserved1;
}
