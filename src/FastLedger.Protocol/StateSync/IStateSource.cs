// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

/// <summary>A state of one height that does not change any more and can be given out.</summary>
/// <remarks>Thread: one at a time.</remarks>
public interface IStateSource
{
    /// <summary>The state is that after the block at this height.</summary>
    ulong Height { get; }

    /// <summary>Root over all tables.</summary>
    Hash256 StateRoot { get; }

    /// <summary>What proves height and root to others; at most <see cref="StateGeometry.MaxCertificateBytes"/>.</summary>
    ReadOnlySpan<byte> Certificate { get; }

    /// <summary>The tables in ascending order of id; their bytes are what <see cref="StateRoot"/> is the digest of.</summary>
    ReadOnlySpan<StateTableEntry> Tables { get; }

    /// <summary>Copies records.</summary>
    /// <param name="table">Place of the table in <see cref="Tables"/>.</param>
    /// <param name="first">Number of the first record.</param>
    /// <param name="records">Whole records; all of them exist.</param>
    /// <returns>False when they have to be read first: ask again later.</returns>
    bool TryRead(int table, uint first, Span<byte> records);

    /// <summary>The Merkle node over records [index × 2^level, (index + 1) × 2^level) of a table.</summary>
    /// <param name="table">Place of the table in <see cref="Tables"/>.</param>
    /// <param name="level"><see cref="StateGeometry.ChunkLevel"/> to the table's depth.</param>
    /// <param name="index">Any that the tree has.</param>
    Hash256 Node(int table, int level, ulong index);
}
