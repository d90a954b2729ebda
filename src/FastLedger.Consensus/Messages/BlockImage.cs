// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;

namespace FastLedger.Consensus.Messages;

/// <summary>
/// A view over the encoding of a block: header, then body. The body lists the batches and, in a block that ends its epoch, the
/// next validator set. This is what is journaled, synchronised and committed.
/// </summary>
public readonly ref struct BlockImage
{
    /// <summary>Most batches that a block may name.</summary>
    public const int MaxBatches = 64;

    /// <summary>The canonical encoding.</summary>
    public ReadOnlySpan<byte> Bytes { get; private init; }

    public BlockHeader Header { get; private init; }

    /// <summary>The encoded batch references.</summary>
    public ReadOnlySpan<byte> BatchBytes { get; private init; }

    /// <summary>The encoded next validator set; empty unless the block ends its epoch.</summary>
    public ReadOnlySpan<byte> NextSet { get; private init; }

    /// <summary>Batches in the block.</summary>
    public int BatchCount => BatchBytes.Length / BatchReference.Size;

    /// <summary>Everything after the header; the header's payload root is its digest.</summary>
    public ReadOnlySpan<byte> Body => Bytes[BlockHeader.Size..];

    /// <summary>The encoded header.</summary>
    public ReadOnlySpan<byte> HeaderBytes => Bytes[..BlockHeader.Size];

    /// <summary>Batch <paramref name="index"/>.</summary>
    public BatchReference Batch(int index)
    {
        var reader = new FrameReader(BatchBytes.Slice(index * BatchReference.Size, BatchReference.Size));
        return BatchReference.Read(ref reader);
    }

    /// <summary>Reads a block that fills <paramref name="bytes"/> exactly; digests are not checked.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BlockImage block)
    {
        block = default;
        var reader = new FrameReader(bytes);
        if (!BlockHeader.TryRead(ref reader, out BlockHeader header) || header.BatchCount > MaxBatches) return false;
        ReadOnlySpan<byte> batches = reader.Bytes(header.BatchCount * BatchReference.Size);
        ReadOnlySpan<byte> nextSet = reader.Blob();
        if (!reader.Complete || nextSet.IsEmpty != header.NextSetDigest.IsZero) return false;
        block = new BlockImage { Bytes = bytes, Header = header, BatchBytes = batches, NextSet = nextSet };
        return true;
    }
}
