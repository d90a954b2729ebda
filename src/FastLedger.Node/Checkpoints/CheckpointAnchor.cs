// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.IO;

namespace FastLedger.Node.Checkpoints;

/// <summary>What the journal still has to give on top of a checkpoint, and what consensus was at that time.</summary>
/// <param name="Height">Height of the checkpoint.</param>
/// <param name="FirstIndex">The first journal entry that may hold a block above the height, or a batch that is not executed at it.</param>
/// <param name="SnapshotIndex">The last journal entry that <paramref name="Snapshot"/> covers: later records of the core go on top of it.</param>
/// <param name="Snapshot">Records of the core, each behind its length.</param>
/// <param name="ExecutedBatches">Per author, the number of its last batch executed at the height.</param>
internal sealed record CheckpointAnchor(ulong Height, ulong FirstIndex, ulong SnapshotIndex, byte[] Snapshot, ulong[] ExecutedBatches)
{
    private const uint Version = 1;
    private const int HeadBytes = 40;

    /// <summary>What the manifest holds of it besides the snapshot, and the genesis.</summary>
    public byte[] Write(ulong historyEntries, ReadOnlySpan<byte> genesis)
    {
        byte[] bytes = new byte[HeadBytes + (8 * ExecutedBatches.Length) + genesis.Length];
        Span<byte> rest = bytes;
        BinaryPrimitives.WriteUInt32LittleEndian(rest, Version);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], (uint)ExecutedBatches.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], FirstIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[16..], SnapshotIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[24..], historyEntries);
        rest = rest[HeadBytes..];
        foreach (ulong number in ExecutedBatches)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, number);
            rest = rest[8..];
        }

        genesis.CopyTo(rest);
        return bytes;
    }

    /// <summary>Reads it back.</summary>
    /// <exception cref="InvalidDataException">The manifest was written by another version.</exception>
    public static CheckpointAnchor Read(Storage.Manifest manifest, out ulong historyEntries, out byte[] genesis)
    {
        ReadOnlySpan<byte> bytes = manifest.Extension;
        uint version = bytes.Length < HeadBytes ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        uint authors = version == Version ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) : uint.MaxValue;
        if (version != Version || authors > (bytes.Length - HeadBytes) / 8)
            throw new InvalidDataException($"The manifest of height {manifest.Height} holds a format that this version does not know.");
        ulong[] executed = new ulong[authors];
        for (int i = 0; i < executed.Length; i++) executed[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(HeadBytes + (8 * i))..]);
        historyEntries = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        genesis = bytes[(HeadBytes + (8 * executed.Length))..].ToArray();
        return new CheckpointAnchor(
            manifest.Height, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), manifest.ConsensusSnapshot, executed);
    }

    /// <summary>The records of a snapshot, one after the other.</summary>
    public static bool TryTakeRecord(ref ReadOnlySpan<byte> snapshot, out ReadOnlySpan<byte> record)
    {
        record = default;
        if (snapshot.Length < 4) return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(snapshot);
        if (length < 0 || length > snapshot.Length - 4) throw new InvalidDataException("The consensus snapshot of the manifest is cut off.");
        record = snapshot.Slice(4, length);
        snapshot = snapshot[(4 + length)..];
        return true;
    }
}
