// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Node.Pipeline;

/// <summary>
/// What execution of an ordered block gave: what a replica votes for, and what it journals to compare itself with when it executes the block
/// again.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct ExecutedBlock
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 192;

    [FieldOffset(0)] public ulong Height;
    /// <summary>Nanoseconds since the Unix epoch; above the parent's.</summary>
    [FieldOffset(8)] public long TimestampNs;
    /// <summary>The block that consensus ordered.</summary>
    [FieldOffset(16)] public Hash256 BlockId;
    [FieldOffset(48)] public Hash256 StateRoot;
    /// <summary>Root over the receipts of the block's batches.</summary>
    [FieldOffset(80)] public Hash256 ReceiptsRoot;
    /// <summary>Commands in the block.</summary>
    [FieldOffset(112)] public ulong Commands;
    /// <summary>Clients' batches in the block.</summary>
    [FieldOffset(120)] public uint Batches;
    [FieldOffset(124)] public uint Reserved0;
    [FieldOffset(128)] public Hash256 Reserved1;
    [FieldOffset(160)] public Hash256 Reserved2;
}

/// <summary>A block for the execution stage; as many <see cref="Cluster.StoredBatch"/> follow as it has.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct OrderedBlock
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 64;

    [FieldOffset(0)] public ulong Height;
    [FieldOffset(8)] public long TimestampNs;
    [FieldOffset(16)] public Hash256 BlockId;
    [FieldOffset(48)] public ushort Batches;
    /// <summary>1 for the last block of an epoch.</summary>
    [FieldOffset(50)] public ushort EndsEpoch;
    /// <summary>This replica's place among the authors, or −1: only its own batches are answered here.</summary>
    [FieldOffset(52)] public int Self;
    /// <summary>Journal entry that must be durable before what the block did may be shown.</summary>
    [FieldOffset(56)] public ulong JournalIndex;
}
