// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Proofs;

/// <summary>
/// The proof that a record is part of a state root, as bytes: the record, the path through its table's tree, and the roots of all tables.
/// Whoever trusts the state root needs nothing else. The format is described in <c>proofs.md</c>.
/// </summary>
/// <remarks>Verifying is total: any bytes are answered with true or false. Thread: any. Alloc: none. Blocks: no.</remarks>
public static class StateProof
{
    /// <summary>Version of the format.</summary>
    public const ushort Version = 1;

    /// <summary>Bytes of one table in the state's image: id, record size, number of records, root.</summary>
    public const int TableEntryBytes = 48;

    /// <summary>Longest proof.</summary>
    public const int MaxBytes = HeadBytes + MaxRecordBytes + (MaxTables * TableEntryBytes) + (MaxDepth * Hash256.Size);

    private const int HeadBytes = 32;
    private const int MaxRecordBytes = 1024;
    private const int MaxTables = 256;
    private const int MaxDepth = 32;

    private static ReadOnlySpan<byte> Magic => "FLSP"u8;

    /// <summary>Bytes of a proof.</summary>
    public static int LengthOf(int recordBytes, int imageBytes, int pathLength) => HeadBytes + recordBytes + imageBytes + (pathLength * Hash256.Size);

    /// <summary>Writes a proof.</summary>
    /// <param name="destination">Exactly <see cref="LengthOf"/> bytes.</param>
    /// <param name="table">Number of the table.</param>
    /// <param name="number">Number of the record.</param>
    /// <param name="record">The record.</param>
    /// <param name="image">The state's image.</param>
    /// <param name="path">Siblings in the table's tree, from the bottom to the top.</param>
    public static void Write(Span<byte> destination, uint table, ulong number, ReadOnlySpan<byte> record, ReadOnlySpan<byte> image, ReadOnlySpan<Hash256> path)
    {
        Invariant.Check(destination.Length == LengthOf(record.Length, image.Length, path.Length) && image.Length % TableEntryBytes == 0);
        destination[..HeadBytes].Clear();
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], (ushort)(image.Length / TableEntryBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], table);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], (uint)record.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], number);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[24..], (ushort)path.Length);
        record.CopyTo(destination[HeadBytes..]);
        image.CopyTo(destination[(HeadBytes + record.Length)..]);
        MemoryMarshal.AsBytes(path).CopyTo(destination[(HeadBytes + record.Length + image.Length)..]);
    }

    /// <summary>Is the record that the proof carries part of the state with this root?</summary>
    /// <param name="proof">Any bytes.</param>
    /// <param name="stateRoot">Root that the caller trusts.</param>
    /// <param name="table">Number of the record's table.</param>
    /// <param name="number">Number of the record.</param>
    /// <param name="record">The record; empty when the answer is false.</param>
    [SkipLocalsInit] // written before it is read
    public static bool Verify(ReadOnlySpan<byte> proof, scoped in Hash256 stateRoot, out uint table, out ulong number, out ReadOnlySpan<byte> record)
    {
        table = 0;
        number = 0;
        record = default;
        if (!TryParse(proof, out int tables, out int recordBytes, out int pathLength)) return false;
        ReadOnlySpan<byte> content = proof.Slice(HeadBytes, recordBytes);
        ReadOnlySpan<byte> image = proof.Slice(HeadBytes + recordBytes, tables * TableEntryBytes);
        if (Blake3.Hash(image) != stateRoot) return false;
        uint wanted = BinaryPrimitives.ReadUInt32LittleEndian(proof[8..]);
        ulong place = BinaryPrimitives.ReadUInt64LittleEndian(proof[16..]);
        if (!TryFindTable(image, wanted, out ReadOnlySpan<byte> entry)) return false;
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) != (uint)recordBytes || place >= count || count > 1UL << MaxDepth) return false;
        int depth = count < 2 ? 0 : BitOperations.Log2(count - 1) + 1;
        if (pathLength != depth) return false;
        Span<Hash256> path = stackalloc Hash256[MaxDepth];
        proof[^(pathLength * Hash256.Size)..].CopyTo(MemoryMarshal.AsBytes(path));
        if (!MerkleProof.VerifyInclusion(new Hash256(entry.Slice(16, Hash256.Size)), 1UL << depth, place, Merkle.Leaf(content), path[..pathLength])) return false;
        table = wanted;
        number = place;
        record = content;
        return true;
    }

    private static bool TryParse(ReadOnlySpan<byte> proof, out int tables, out int recordBytes, out int pathLength)
    {
        tables = recordBytes = pathLength = 0;
        if (proof.Length is < HeadBytes or > MaxBytes || !proof.StartsWith(Magic) || BinaryPrimitives.ReadUInt16LittleEndian(proof[4..]) != Version) return false;
        tables = BinaryPrimitives.ReadUInt16LittleEndian(proof[6..]);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(proof[12..]);
        pathLength = BinaryPrimitives.ReadUInt16LittleEndian(proof[24..]);
        if (tables > MaxTables || size is 0 or > MaxRecordBytes || pathLength > MaxDepth || proof.Slice(26, 6).ContainsAnyExcept((byte)0)) return false;
        recordBytes = (int)size;
        return proof.Length == LengthOf(recordBytes, tables * TableEntryBytes, pathLength);
    }

    private static bool TryFindTable(ReadOnlySpan<byte> image, uint table, out ReadOnlySpan<byte> entry)
    {
        for (; !image.IsEmpty; image = image[TableEntryBytes..])
        {
            entry = image[..TableEntryBytes];
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) == table) return true;
        }

        entry = default;
        return false;
    }
}
