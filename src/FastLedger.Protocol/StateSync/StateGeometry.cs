// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>How tables are cut into chunks: a chunk is 64 pages of 4 KiB, and exactly one subtree of the table's Merkle tree.</summary>
/// <remarks>Thread: any. Alloc: none.</remarks>
public static class StateGeometry
{
    /// <summary>Bytes of a whole chunk.</summary>
    public const int ChunkBytes = 64 * 4096;
    /// <summary>Most tables in a state.</summary>
    public const int MaxTables = 256;
    /// <summary>Most records in a table.</summary>
    public const ulong MaxRecords = 1UL << 31;
    /// <summary>Longest certificate in a manifest.</summary>
    public const int MaxCertificateBytes = 64 << 10;
    /// <summary>Longest block in a manifest.</summary>
    public const int MaxBlockBytes = 32 << 10;
    /// <summary>Longest proof that an epoch ended.</summary>
    public const int MaxEpochBytes = Certificates.HandOver.MaxBytes;
    /// <summary>Links of a window in a chunk of it.</summary>
    public const ulong LinksPerChunk = ChunkBytes / LinkChain.LinkBytes;
    /// <summary>Most records in a chunk.</summary>
    public const int MaxChunkRecords = ChunkBytes / 64;

    /// <summary>Are these tables that can exist: sizes and counts in range, ids ascending?</summary>
    public static bool IsSound(ReadOnlySpan<StateTableEntry> tables)
    {
        if (tables.IsEmpty || tables.Length > MaxTables) return false;
        for (int i = 0; i < tables.Length; i++)
        {
            ref readonly StateTableEntry table = ref tables[i];
            if (table.RecordSize is not (64 or 128 or 256) || table.Count is 0 or > MaxRecords) return false;
            if (i > 0 && table.Id <= tables[i - 1].Id) return false;
        }

        return true;
    }

    /// <summary>Levels of the tree over <paramref name="count"/> records.</summary>
    public static int Depth(ulong count) => count < 2 ? 0 : BitOperations.Log2(count - 1) + 1;

    /// <summary>Level of the nodes that stand for whole chunks: that of the root in a table of one chunk.</summary>
    public static int ChunkLevel(in StateTableEntry table) =>
        Math.Min(BitOperations.Log2(RecordsPerChunk(table)), Depth(table.Count));

    /// <summary>Records in a whole chunk.</summary>
    public static uint RecordsPerChunk(in StateTableEntry table) => ChunkBytes / table.RecordSize;

    /// <summary>Chunks of the table.</summary>
    public static ulong ChunkCount(in StateTableEntry table) => (table.Count + RecordsPerChunk(table) - 1) / RecordsPerChunk(table);

    /// <summary>Records in a chunk; the last one may have fewer than the others.</summary>
    /// <param name="table">The table.</param>
    /// <param name="chunk">Below <see cref="ChunkCount"/>.</param>
    public static int RecordsIn(in StateTableEntry table, ulong chunk)
    {
        Invariant.Check(chunk < ChunkCount(table));
        return (int)Math.Min(RecordsPerChunk(table), table.Count - (chunk * RecordsPerChunk(table)));
    }

    /// <summary>The first link that a window of so many results retains, and the one behind the newest.</summary>
    public static (ulong First, ulong End) LinksOf(ulong count) =>
        (LinkChain.Oldest(count) / LinkChain.LinkLength, (count + LinkChain.LinkLength - 1) / LinkChain.LinkLength);

    /// <summary>The links of a window that a chunk of it has.</summary>
    /// <returns>An empty range when there is no such chunk.</returns>
    public static (ulong First, ulong End) LinksOf(ulong count, ulong chunk)
    {
        (ulong first, ulong end) = LinksOf(count);
        if (chunk > end / LinksPerChunk) return default;
        first = Math.Max(first, chunk * LinksPerChunk);
        end = Math.Min(end, (chunk + 1) * LinksPerChunk);
        return first < end ? (first, end) : default;
    }

    /// <summary>Siblings between a chunk's node and the table's root.</summary>
    public static int PathLength(in StateTableEntry table) => Depth(table.Count) - ChunkLevel(table);
}
