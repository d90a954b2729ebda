// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Node.Cluster;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Storage;

namespace FastLedger.Node.Recovery;

/// <summary>How the payloads of this node's journal are digested: a bundle by its commands' hashes, together with its author's header.</summary>
public static class JournalBatches
{
    [ThreadStatic]
    private static Hash256[]? _hashes;

    /// <summary>Recomputes the digest of a bundle. Total: bytes that are no bundle give the plain hash, which differs.</summary>
    public static Hash256 Digest(in JournalEntryHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Kind != JournalEntryKind.Batch || payload.Length <= StoredBatch.HeaderBytes || payload.Length - StoredBatch.HeaderBytes > Bundle.MaxBytes
            || !Bundle.TryCount(payload[StoredBatch.HeaderBytes..], out int batches, out int commands)) return Blake3.Hash(payload);
        _hashes ??= new Hash256[ProtocolLimits.MaxBatchCommands + Bundle.MaxBatches];
        if (_hashes.Length < batches + commands) _hashes = new Hash256[batches + commands];
        Hash256 digest = Bundle.Hash(payload[StoredBatch.HeaderBytes..], _hashes.AsSpan(batches, commands), _hashes.AsSpan(0, batches));
        return ConsensusStage.DigestOf(payload[..StoredBatch.HeaderBytes], digest);
    }
}
