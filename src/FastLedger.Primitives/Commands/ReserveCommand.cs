// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>
/// Reserves an amount under conditions. It is posted with <see cref="Opcode.PostPending"/> and released with
/// <see cref="Opcode.VoidPending"/>, as any pending transfer; all conditions that are set must hold. Value: the pending transfer's id.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ReserveCommand : ICommand
{
    /// <summary>As a release or void policy: nobody; only time, or the outcome, ends the transfer.</summary>
    public const uint Nobody = uint.MaxValue;

    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ulong DebitAccount;
    [FieldOffset(24)] public ulong CreditAccount;
    /// <summary>Minor units.</summary>
    [FieldOffset(32)] public UInt128 Amount;
    /// <summary>Policy that may post: 0 for either account's, <see cref="Nobody"/> is not allowed here.</summary>
    [FieldOffset(48)] public uint ReleasePolicy;
    /// <summary>Policy that may void: 0 for either account's, <see cref="Nobody"/> for none.</summary>
    [FieldOffset(52)] public uint VoidPolicy;
    /// <summary>Block time before which it cannot be posted; 0 for none.</summary>
    [FieldOffset(56)] public long NotBeforeNs;
    /// <summary>Block time at which it expires; 0 for never. With <see cref="CommandFlags.RelativeTime"/> both times count from the block's.</summary>
    [FieldOffset(64)] public long ExpiresAtNs;
    /// <summary>Outcome that must be final; 0 for none.</summary>
    [FieldOffset(72)] public uint Outcome;
    /// <summary>The value that it must have: 1 … n, or 0 for invalid.</summary>
    [FieldOffset(76)] public uint OutcomeValue;
    [FieldOffset(80)] public UInt128 UserData128;
    /// <summary>SHA-256 of the 32 bytes that the posting command must give as its reference (a hash lock); zero for none.</summary>
    [FieldOffset(96)] public Hash256 HashLock;

    static Opcode ICommand.Opcode => Opcode.Reserve;
}
