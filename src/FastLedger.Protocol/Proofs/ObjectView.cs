// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Proofs;

/// <summary>An object as its record in a <see cref="StateProof"/> tells it.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public readonly ref struct ObjectView
{
    /// <summary>Number of the table of objects.</summary>
    public const uint Table = 46;

    /// <summary>Bytes of a record.</summary>
    public const int RecordBytes = 256;

    private readonly ReadOnlySpan<byte> _record;

    /// <summary>Reads a record.</summary>
    /// <param name="record">Exactly <see cref="RecordBytes"/> bytes.</param>
    public ObjectView(ReadOnlySpan<byte> record)
    {
        Invariant.Check(record.Length == RecordBytes);
        _record = record;
    }

    /// <summary>Name inside its class.</summary>
    public UInt128 ExternalId => BinaryPrimitives.ReadUInt128LittleEndian(_record);

    /// <summary>Number of its class.</summary>
    public uint Class => BinaryPrimitives.ReadUInt32LittleEndian(_record[16..]);

    /// <summary>State, 0 … 15; 15 is revoked in revocable classes.</summary>
    public uint State => BinaryPrimitives.ReadUInt32LittleEndian(_record[20..]);

    /// <summary>Policy of the owner.</summary>
    public uint Owner => BinaryPrimitives.ReadUInt32LittleEndian(_record[24..]);

    /// <summary>Policy of the second party; 0 for none.</summary>
    public uint Counterparty => BinaryPrimitives.ReadUInt32LittleEndian(_record[28..]);

    /// <summary>Hash of the document.</summary>
    public Hash256 Content => new(_record.Slice(32, Hash256.Size));

    /// <summary>Digest of all its events, see <see cref="Extend"/>.</summary>
    public Hash256 History => new(_record.Slice(64, Hash256.Size));

    /// <summary>Block time from which it is valid; 0 for always.</summary>
    public long ValidFromNs => BinaryPrimitives.ReadInt64LittleEndian(_record[112..]);

    /// <summary>Block time at which its validity ends; 0 for never.</summary>
    public long ValidToNs => BinaryPrimitives.ReadInt64LittleEndian(_record[120..]);

    /// <summary>Events so far.</summary>
    public ulong Version => BinaryPrimitives.ReadUInt64LittleEndian(_record[128..]);

    /// <summary>Its quantity.</summary>
    public ulong Value => BinaryPrimitives.ReadUInt64LittleEndian(_record[136..]);

    /// <summary>Policy of the holder of the lien; 0 for none.</summary>
    public uint LienHolder => BinaryPrimitives.ReadUInt32LittleEndian(_record[152..]);

    /// <summary>The digest of a history with one more event; an empty history is zero.</summary>
    [SkipLocalsInit] // written before it is read
    public static Hash256 Extend(in Hash256 history, in LedgerEvent entry)
    {
        Span<byte> image = stackalloc byte[Hash256.Size + LedgerEvent.Size];
        history.Bytes.CopyTo(image);
        MemoryMarshal.Write(image[Hash256.Size..], in entry);
        return Blake3.Hash(image);
    }

    /// <summary>Are these all events of the object, oldest first?</summary>
    public bool IsHistory(ReadOnlySpan<LedgerEvent> events)
    {
        Hash256 digest = default;
        foreach (ref readonly LedgerEvent entry in events) digest = Extend(digest, entry);
        return (ulong)events.Length == Version && digest == History;
    }
}
