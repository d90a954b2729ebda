// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>The answer to one command: 32 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct CommandResult
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    /// <summary>Success, or why nothing happened.</summary>
    [FieldOffset(0)] public ResultCode Code;
    /// <summary>Place of the command in its batch, from 0.</summary>
    [FieldOffset(4)] public uint Index;
    /// <summary>The ledger's own name for the command: dense over the whole ledger, from 1.</summary>
    [FieldOffset(8)] public ulong Sequence;
    /// <summary>Specific to the opcode.</summary>
    [FieldOffset(16)] public UInt128 Value;
}
