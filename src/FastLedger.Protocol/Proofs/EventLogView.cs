// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Proofs;

/// <summary>Root and size of the event log as its record in a <see cref="StateProof"/> tells them.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public readonly ref struct EventLogView
{
    /// <summary>Number of the table; its one record has the number 1.</summary>
    public const uint Table = 40;

    /// <summary>Bytes of the record.</summary>
    public const int RecordBytes = 128;

    private readonly ReadOnlySpan<byte> _record;

    /// <summary>Reads the record.</summary>
    /// <param name="record">Exactly <see cref="RecordBytes"/> bytes.</param>
    public EventLogView(ReadOnlySpan<byte> record)
    {
        Invariant.Check(record.Length == RecordBytes);
        _record = record;
    }

    /// <summary>Root of the log tree.</summary>
    public Hash256 Root => new(_record[..Hash256.Size]);

    /// <summary>Events in the log.</summary>
    public ulong Events => BinaryPrimitives.ReadUInt64LittleEndian(_record[32..]);
}
