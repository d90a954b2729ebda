// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Storage;

namespace FastLedger.Node.Recovery;

/// <summary>How the payloads of this node's journal are digested: a batch by its commands' hashes.</summary>
public static class JournalBatches
{
    [ThreadStatic]
    private static Hash256[]? _hashes;

    /// <summary>Recomputes the digest of a batch. Total: bytes that are no batch give the plain hash, which differs.</summary>
    public static Hash256 Digest(in JournalEntryHeader header, ReadOnlySpan<byte> payload)
    {
        int commandBytes = payload.Length - ProtocolLimits.BatchCommandsOffset;
        if (header.Kind != JournalEntryKind.Batch || commandBytes <= 0 || commandBytes % Command.Size != 0 || payload.Length > ProtocolLimits.MaxBatchBodyBytes)
            return Blake3.Hash(payload);
        _hashes ??= new Hash256[ProtocolLimits.MaxBatchCommands];
        return BatchVerifier.Hash(payload, _hashes.AsSpan(0, commandBytes / Command.Size));
    }
}
