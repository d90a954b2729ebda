// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Proofs;

/// <summary>A resting order as its record in a <see cref="StateProof"/> tells it.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public readonly ref struct OrderView
{
    /// <summary>Number of the table of orders.</summary>
    public const uint Table = 9;

    /// <summary>Bytes of a record.</summary>
    public const int RecordBytes = 128;

    private readonly ReadOnlySpan<byte> _record;

    /// <summary>Reads a record.</summary>
    /// <param name="record">Exactly <see cref="RecordBytes"/> bytes.</param>
    public OrderView(ReadOnlySpan<byte> record)
    {
        Invariant.Check(record.Length == RecordBytes);
        _record = record;
    }

    /// <summary>How often the record was used: with the record's number it makes the order's id.</summary>
    public ulong Generation => BinaryPrimitives.ReadUInt64LittleEndian(_record);

    /// <summary>Its price.</summary>
    public long PriceTicks => BinaryPrimitives.ReadInt64LittleEndian(_record[8..]);

    /// <summary>What is still to be executed.</summary>
    public ulong RemainingLots => BinaryPrimitives.ReadUInt64LittleEndian(_record[16..]);

    /// <summary>Total quantity, executed lots included.</summary>
    public ulong QuantityLots => BinaryPrimitives.ReadUInt64LittleEndian(_record[24..]);

    /// <summary>Account of the base asset.</summary>
    public ulong BaseAccount => BinaryPrimitives.ReadUInt64LittleEndian(_record[32..]);

    /// <summary>Account of the quote asset.</summary>
    public ulong QuoteAccount => BinaryPrimitives.ReadUInt64LittleEndian(_record[40..]);

    /// <summary>Ledger sequence that gave it its time priority.</summary>
    public ulong Sequence => BinaryPrimitives.ReadUInt64LittleEndian(_record[48..]);

    /// <summary>Command number that placed it.</summary>
    public ulong Number => BinaryPrimitives.ReadUInt64LittleEndian(_record[56..]);

    /// <summary>Session that placed it.</summary>
    public uint Session => BinaryPrimitives.ReadUInt32LittleEndian(_record[64..]);

    /// <summary>Its instrument.</summary>
    public uint Instrument => BinaryPrimitives.ReadUInt32LittleEndian(_record[68..]);

    /// <summary>It rests in the book; otherwise the record is free and its other fields mean nothing.</summary>
    public bool IsLive => BinaryPrimitives.ReadUInt32LittleEndian(_record[72..]) != 0;

    /// <summary>Buy or sell.</summary>
    public Side Side => (Side)_record[92];

    /// <summary>The placer's own value.</summary>
    public ulong UserData64 => BinaryPrimitives.ReadUInt64LittleEndian(_record[96..]);
}
