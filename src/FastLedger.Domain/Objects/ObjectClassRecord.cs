// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Objects;

/// <summary>What the objects of a class are and how they may change: data, no code.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct ObjectClassRecord
{
    /// <summary>States of an object: 0 … 15.</summary>
    public const int States = 16;

    [FieldOffset(0)] public UInt128 ExternalId;
    /// <summary>Policy that must agree to every new object; <see cref="ReserveCommand.Nobody"/> when none must.</summary>
    [FieldOffset(16)] public uint IssuePolicy;
    /// <summary>Policy of the administrator.</summary>
    [FieldOffset(20)] public uint Policy;
    [FieldOffset(24)] public ClassFlags Flags;
    /// <summary>Policy whose members' roles the edges name.</summary>
    [FieldOffset(28)] public uint RolePolicy;
    [FieldOffset(32)] public uint ParentClass;
    /// <summary>States, one bit each, in which the first parent must be; 0 for any.</summary>
    [FieldOffset(36)] public ushort ParentStates;
    /// <summary>1 when the table is frozen.</summary>
    [FieldOffset(38)] public ushort Active;
    [FieldOffset(40)] public ulong MinValue;
    /// <summary>0 for no bound.</summary>
    [FieldOffset(48)] public ulong MaxValue;
    /// <summary>Least block time between two proofs of an object.</summary>
    [FieldOffset(56)] public uint ProofSeconds;
    /// <summary>Objects of the class that one owner may have; 0 for no bound.</summary>
    [FieldOffset(60)] public uint MaxPerOwner;
    /// <summary>Objects of the class.</summary>
    [FieldOffset(64)] public ulong Objects;
    [FieldOffset(72)] public ulong Reserved0;
    [FieldOffset(80)] public UInt128 Reserved1;
    [FieldOffset(96)] public Hash256 Reference;
    /// <summary>Role of each edge, four bits: edge from × 16 + to, low half of a byte first.</summary>
    [FieldOffset(128)] public TransitionTable Table;

    /// <summary>Who must sign the change from one state to another.</summary>
    public readonly TransitionRole Role(uint from, uint to)
    {
        uint edge = (from * States) + to;
        return (TransitionRole)((Table[(int)(edge >> 1)] >> (int)((edge & 1) * 4)) & 0xF);
    }

    /// <summary>Sets who must sign the change from one state to another.</summary>
    public void SetRole(uint from, uint to, TransitionRole role)
    {
        uint edge = (from * States) + to;
        int shift = (int)((edge & 1) * 4);
        ref byte cell = ref Table[(int)(edge >> 1)];
        cell = (byte)((cell & ~(0xF << shift)) | ((int)role << shift));
    }
}

/// <summary>16 × 16 edges of four bits.</summary>
[InlineArray(ObjectClassRecord.States * ObjectClassRecord.States / 2)]
public struct TransitionTable
{
    private byte _first;
}
