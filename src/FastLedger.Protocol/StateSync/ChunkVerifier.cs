// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>Decides whether bytes are the records that a table's root stands for.</summary>
/// <remarks>
/// Record 0 of every table is zero, was never written, and has the leaf zero, as have the records behind the last one. Thread: one at a
/// time. Alloc: none after construction. Blocks: no.
/// </remarks>
public sealed class ChunkVerifier
{
    private readonly Hash256[] _level = new Hash256[StateGeometry.MaxChunkRecords];
    private readonly Hash256[] _above = new Hash256[StateGeometry.MaxChunkRecords / 2];

    /// <summary>Are these the records of the chunk?</summary>
    /// <param name="table">The table, whose root is trusted.</param>
    /// <param name="chunk">Number of the chunk.</param>
    /// <param name="records">Its records.</param>
    /// <param name="siblings">The path from its subtree to the root.</param>
    public bool Verify(in StateTableEntry table, ulong chunk, ReadOnlySpan<byte> records, ReadOnlySpan<Hash256> siblings)
    {
        if (chunk >= StateGeometry.ChunkCount(table)) return false;
        int count = StateGeometry.RecordsIn(table, chunk);
        if (records.Length != count * (long)table.RecordSize || siblings.Length != StateGeometry.PathLength(table)) return false;
        if (chunk == 0 && records[..(int)table.RecordSize].ContainsAnyExcept((byte)0)) return false;
        int level = StateGeometry.ChunkLevel(table);
        Hash256 node = Fold(records, (int)table.RecordSize, count, level, isFirst: chunk == 0);
        return MerkleProof.VerifyInclusion(table.Root, 1UL << (StateGeometry.Depth(table.Count) - level), chunk, node, siblings);
    }

    private Hash256 Fold(ReadOnlySpan<byte> records, int recordSize, int count, int levels, bool isFirst)
    {
        Blake3.HashMany(records, recordSize, _level.AsSpan(0, count));
        if (isFirst) _level[0] = default;
        for (int level = 0; level < levels; level++)
        {
            if (count % 2 != 0) _level[count++] = default;
            int parents = count / 2;
            Blake3.HashParents(_level.AsSpan(0, count), _above.AsSpan(0, parents)); // no pair is two zeros: record 0 stands beside record 1
            _above.AsSpan(0, parents).CopyTo(_level);
            count = parents;
        }

        return _level[0];
    }
}
