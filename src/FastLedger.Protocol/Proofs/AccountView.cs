// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Proofs;

/// <summary>An account as its record in a <see cref="StateProof"/> tells it. Amounts are minor units of its asset.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public readonly ref struct AccountView
{
    /// <summary>Number of the table of accounts.</summary>
    public const uint Table = 5;

    /// <summary>Bytes of a record.</summary>
    public const int RecordBytes = 128;

    private readonly ReadOnlySpan<byte> _record;

    /// <summary>Reads a record.</summary>
    /// <param name="record">Exactly <see cref="RecordBytes"/> bytes.</param>
    public AccountView(ReadOnlySpan<byte> record)
    {
        Invariant.Check(record.Length == RecordBytes);
        _record = record;
    }

    /// <summary>Sum of what may still be debited by pending transfers and orders.</summary>
    public UInt128 DebitsPending => BinaryPrimitives.ReadUInt128LittleEndian(_record);

    /// <summary>Sum of all debits.</summary>
    public UInt128 DebitsPosted => BinaryPrimitives.ReadUInt128LittleEndian(_record[16..]);

    /// <summary>Sum of what may still be credited.</summary>
    public UInt128 CreditsPending => BinaryPrimitives.ReadUInt128LittleEndian(_record[32..]);

    /// <summary>Sum of all credits.</summary>
    public UInt128 CreditsPosted => BinaryPrimitives.ReadUInt128LittleEndian(_record[48..]);

    /// <summary>Lowest balance.</summary>
    public Int128 Floor => BinaryPrimitives.ReadInt128LittleEndian(_record[64..]);

    /// <summary>Name that the opener gave it; 0 for none.</summary>
    public UInt128 ExternalId => BinaryPrimitives.ReadUInt128LittleEndian(_record[80..]);

    /// <summary>Newest history entry; 0 for none.</summary>
    public ulong LastEntry => BinaryPrimitives.ReadUInt64LittleEndian(_record[96..]);

    /// <summary>Number of its asset.</summary>
    public uint Asset => BinaryPrimitives.ReadUInt32LittleEndian(_record[104..]);

    /// <summary>Number of the policy that may debit it.</summary>
    public uint Policy => BinaryPrimitives.ReadUInt32LittleEndian(_record[108..]);

    /// <summary>Its flags.</summary>
    public AccountFlags Flags => (AccountFlags)BinaryPrimitives.ReadUInt32LittleEndian(_record[112..]);

    /// <summary>The opener's own classification.</summary>
    public uint Code => BinaryPrimitives.ReadUInt32LittleEndian(_record[116..]);

    /// <summary>The opener's own value.</summary>
    public ulong UserData64 => BinaryPrimitives.ReadUInt64LittleEndian(_record[120..]);

    /// <summary>Credits posted less debits posted.</summary>
    public Int128 Balance => unchecked((Int128)CreditsPosted - (Int128)DebitsPosted);
}
