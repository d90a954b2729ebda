// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>
/// What became of one batch, in 192 bytes: BLAKE3 of them is a leaf of the block's receipts root. It binds the failures by themselves, so
/// whoever was told only those can check the answer without hashing every command again; it binds every result, and every event.
/// </summary>
/// <remarks>The first receipt of every block stands for the work at its start, which no batch asked for: digest, session and count are zero.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct BatchReceipt
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 192;

    /// <summary>The batch that was executed.</summary>
    [FieldOffset(0)] public Hash256 BatchDigest;
    /// <summary>Merkle root over 64-byte leaves, one per command: hash of the command, result.</summary>
    [FieldOffset(32)] public Hash256 ResultsRoot;
    /// <summary>Merkle root over the 128-byte events that the batch caused; zero for none.</summary>
    [FieldOffset(64)] public Hash256 EventsRoot;
    /// <summary>BLAKE3 over the 32-byte results of the commands that failed, in their order; zero when none did.</summary>
    [FieldOffset(96)] public Hash256 FailuresDigest;
    /// <summary>Ledger sequence of the first command.</summary>
    [FieldOffset(128)] public ulong FirstSequence;
    [FieldOffset(136)] public uint Session;
    /// <summary>Commands in the batch.</summary>
    [FieldOffset(140)] public uint Count;
    /// <summary>Commands that took effect.</summary>
    [FieldOffset(144)] public uint OkCount;
    /// <summary>Events that the batch caused.</summary>
    [FieldOffset(148)] public uint EventCount;
    [FieldOffset(152)] public ulong Reserved0;
    [FieldOffset(160)] public Hash256 Reserved1;
}
