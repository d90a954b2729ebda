// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>How a command changes the validator set.</summary>
public enum ValidatorAction : uint
{
    /// <summary>A node becomes a validator.</summary>
    Add = 1,
    /// <summary>A validator leaves.</summary>
    Remove = 2,
    /// <summary>A validator gets another key and, when one is given, another address: key rotation, or a new machine in its place.</summary>
    Replace = 3,
}

/// <summary>
/// Changes one validator. The change counts from the next epoch on, which the cluster begins as soon as it can; until then no other change is
/// taken. Value: the epoch from which it counts.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ChangeValidatorsCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ValidatorAction Action;
    /// <summary>Node number, 0 … 127.</summary>
    [FieldOffset(20)] public uint Node;
    /// <summary>The epoch that the sender believes to be the present one; 0 for any.</summary>
    [FieldOffset(24)] public ulong Epoch;
    /// <summary>Add, Replace: the Ed25519 key that the node signs with from then on. Remove: zero.</summary>
    [FieldOffset(32)] public Hash256 Key;
    /// <summary>Where its peers reach it: IPv6 in network order, IPv4 mapped into it. Replace: zero keeps the address. Remove: zero.</summary>
    [FieldOffset(64)] public UInt128 Address;
    [FieldOffset(80)] public ushort Port;
    [FieldOffset(82)] public ushort Reserved0;
    [FieldOffset(84)] public uint Reserved1;
    [FieldOffset(88)] public ulong Reserved2;
    /// <summary>Hash of the document that the change carries out.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.ChangeValidators;
}
