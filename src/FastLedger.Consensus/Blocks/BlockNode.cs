// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Certificates;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Blocks;

/// <summary>A block in the tree. Nodes are pooled; every field is set when a node is taken.</summary>
public sealed class BlockNode
{
    private ulong[] _lastBatch = [];
    private BlockHeader _header;

    internal int Slot { get; init; }

    internal int NextInBucket { get; set; }

    internal int UsedPosition { get; set; }

    internal int Children { get; set; }

    /// <summary>The parent, or null for the root.</summary>
    public BlockNode? Parent { get; internal set; }

    public Hash256 Id { get; internal set; }

    public ref BlockHeader Header => ref _header;

    public ulong View => _header.View;

    public ulong Height => _header.Height;

    /// <summary>The encoded block; empty for the root of an epoch.</summary>
    public ByteBuffer Image { get; } = new();

    /// <summary>View of the timeout certificate that came with the block; 0 for none.</summary>
    public ulong EntryView { get; internal set; }

    /// <summary>Highest certificate that it reports.</summary>
    public ulong EntryHighQcView { get; internal set; }

    /// <summary>The block came as a proposal, so its entry into the view was checked; only such blocks are voted for.</summary>
    public bool Proposed { get; internal set; }

    /// <summary>A quorum certificate for this block is known.</summary>
    public bool Certified { get; internal set; }

    /// <summary>A record in the journal holds the block.</summary>
    public bool Persisted { get; internal set; }

    /// <summary>Bit i: batch i of the block is neither stored here nor proven to be available.</summary>
    public ulong MissingBatches { get; internal set; }

    /// <summary>This block or an uncommitted ancestor ends the epoch.</summary>
    public bool EpochEnding { get; internal set; }

    /// <summary>Per author, the number of its last batch up to and including this block.</summary>
    public Span<ulong> LastBatch => _lastBatch;

    internal void SetAuthors(int count)
    {
        if (_lastBatch.Length != count) _lastBatch = new ulong[count];
    }
}
