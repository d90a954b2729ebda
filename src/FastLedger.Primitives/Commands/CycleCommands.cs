// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>What happens when a member cannot pay its net position in a cycle.</summary>
public enum ShortfallRule : byte
{
    /// <summary>Nothing settles; the cycle stays closed and may be settled later.</summary>
    Abort = 0,
    /// <summary>The guarantee account pays what is missing.</summary>
    Guarantee = 1,
    /// <summary>All obligations of the members that cannot pay are dropped and the rest is netted anew.</summary>
    Recast = 2,
}

/// <summary>Opens, closes, settles or recasts a netting cycle; its system's operator sends it. Value: Open: the cycle's number; Settle: the number of
/// obligations that settled; Recast: the number of obligations that were dropped.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CycleCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Open: the system. Otherwise 0.</summary>
    [FieldOffset(16)] public uint System;
    /// <summary>The cycle; Open: 0.</summary>
    [FieldOffset(20)] public uint Cycle;
    /// <summary>Recast: the member whose obligations are dropped. Otherwise 0.</summary>
    [FieldOffset(24)] public uint Member;
    /// <summary>Settle: what to do about a shortfall. Otherwise 0.</summary>
    [FieldOffset(28)] public ShortfallRule Rule;
    [FieldOffset(29)] public byte Reserved0;
    [FieldOffset(30)] public ushort Reserved1;
    /// <summary>Settle with a guarantee: the operator's account that pays what is missing. Otherwise 0.</summary>
    [FieldOffset(32)] public ulong GuaranteeAccount;
    [FieldOffset(40)] public ulong Reserved2;
    [FieldOffset(48)] public UInt128 Reserved3;
    [FieldOffset(64)] public Hash256 Reserved4;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.OpenCycle;
}

/// <summary>Adds an obligation to an open cycle; the debtor's participant or the operator sends it. Value: the obligation's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ObligationCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public uint Cycle;
    /// <summary>Member that owes.</summary>
    [FieldOffset(20)] public uint Debtor;
    /// <summary>Member that is owed.</summary>
    [FieldOffset(24)] public uint Creditor;
    [FieldOffset(28)] public uint Reserved0;
    /// <summary>Minor units, 1 … 2^63 − 1.</summary>
    [FieldOffset(32)] public ulong Amount;
    [FieldOffset(40)] public ulong Reserved1;
    /// <summary>Unique end-to-end transaction reference.</summary>
    [FieldOffset(48)] public UInt128 Uetr;
    [FieldOffset(64)] public Hash256 Reserved2;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.AddObligation;
}
