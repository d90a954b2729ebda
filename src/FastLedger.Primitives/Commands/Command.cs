// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>
/// A command as it travels and is journaled: 128 bytes, little-endian. The first 16 bytes are common to all opcodes, the other
/// 112 belong to the opcode and are read through its own struct by <see cref="As{T}"/>.
/// </summary>
/// <remarks>
/// <code>
/// 0       2       4           8                 16                                  128
/// | opcode| flags | code (u32)| number (u64)    | fields of the opcode …             |
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct Command
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 128;
    /// <summary>The largest amount one command may move, in minor units: keeps every sum far from overflow.</summary>
    public static readonly System.UInt128 MaxAmount = System.UInt128.One << 96;

    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    /// <summary>The client's own classification; kept with the history entry, not interpreted.</summary>
    [FieldOffset(4)] public uint Code;
    /// <summary>Client command number, strictly increasing per session, at least 1.</summary>
    [FieldOffset(8)] public ulong Number;

    /// <summary>The same 128 bytes as the struct of an opcode.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref readonly T As<T>(ref readonly Command command) where T : unmanaged, ICommand =>
        ref Unsafe.As<Command, T>(ref Unsafe.AsRef(in command));

    /// <summary>The command that the bytes of <paramref name="typed"/> are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref readonly Command Of<T>(ref readonly T typed) where T : unmanaged, ICommand =>
        ref Unsafe.As<T, Command>(ref Unsafe.AsRef(in typed));
}

/// <summary>Marks a struct of 128 bytes that starts with the four common fields of <see cref="Command"/>.</summary>
public interface ICommand
{
    /// <summary>The opcodes that use this struct; the first is the usual one.</summary>
    static abstract Opcode Opcode { get; }
}
