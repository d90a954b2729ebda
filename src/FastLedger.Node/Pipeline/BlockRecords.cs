// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Node.Pipeline;

/// <summary>
/// Head of a block as it is journaled; <see cref="BatchReference"/>s follow. The block's id is BLAKE3 over both. Blocks are executed after
/// they are ordered, so a block carries the result of its parent, not its own.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct BlockHeader
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 192;

    [FieldOffset(0)] public ulong Height;
    /// <summary>Nanoseconds since the Unix epoch; above the parent's.</summary>
    [FieldOffset(8)] public long TimestampNs;
    /// <summary>Id of the block before; zero for the first.</summary>
    [FieldOffset(16)] public Hash256 Parent;
    /// <summary>State root after the parent.</summary>
    [FieldOffset(48)] public Hash256 ParentStateRoot;
    /// <summary>Receipts root of the parent.</summary>
    [FieldOffset(80)] public Hash256 ParentReceiptsRoot;
    /// <summary>Batches in the block, in the order of execution; none when only time passes.</summary>
    [FieldOffset(112)] public uint BatchCount;
    [FieldOffset(116)] public uint Reserved0;
    [FieldOffset(120)] public ulong Reserved1;
    [FieldOffset(128)] public Hash256 Reserved2;
    [FieldOffset(160)] public Hash256 Reserved3;
}

/// <summary>Names a batch of a block.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct BatchReference
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 64;

    [FieldOffset(0)] public Hash256 Digest;
    /// <summary>The journal entry that holds it.</summary>
    [FieldOffset(32)] public ulong JournalIndex;
    [FieldOffset(40)] public uint Session;
    [FieldOffset(44)] public uint CommandCount;
    [FieldOffset(48)] public ulong Reserved0;
    [FieldOffset(56)] public ulong Reserved1;
}
