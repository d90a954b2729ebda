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

    /// <summary>The block after which the state is this, as consensus encodes it; at most <see cref="StateGeometry.MaxBlockBytes"/>.</summary>
    ReadOnlySpan<byte> Block { get; }

    /// <summary>The tables in ascending order of id; their bytes are what <see cref="StateRoot"/> is the digest of.</summary>
    ReadOnlySpan<StateTableEntry> Tables { get; }

    /// <summary>Copies records.</summary>
    /// <param name="table">Place of the table in <see cref="Tables"/>.</param>
    /// <param name="first">Number of the first record.</param>
    /// <param name="records">Whole records; all of them exist.</param>
    /// <returns>False when they have to be read first: ask again later.</returns>
    bool TryRead(int table, uint first, Span<byte> records);

    /// <summary>Commands that a session has executed; 0 when there is no such session.</summary>
    ulong CommandsOf(uint session);

    /// <summary>Copies links of a session's window.</summary>
    /// <param name="session">The session.</param>
    /// <param name="first">Number of the first link.</param>
    /// <param name="links">Whole links; all of them are retained.</param>
    void ReadLinks(uint session, ulong first, Span<byte> links);

    /// <summary>The Merkle node over records [index × 2^level, (index + 1) × 2^level) of a table.</summary>
    /// <param name="table">Place of the table in <see cref="Tables"/>.</param>
    /// <param name="level"><see cref="StateGeometry.ChunkLevel"/> to the table's depth.</param>
    /// <param name="index">Any that the tree has.</param>
    Hash256 Node(int table, int level, ulong index);
}
