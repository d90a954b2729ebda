// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>Everything that recovery starts from: a height, what the state was at it, and where its parts are.</summary>
/// <remarks>
/// <code>
///   0 magic        8 version      12 total bytes    16 chain id       48 height    56 last journal index
///  64 block id    96 state root  128 receipts root 160 journal anchor 208 zeros   224 store token   320 index token
/// 416 tables     420 bytes of the consensus snapshot                 424 bytes of the extension   428 zeros
/// 432 tables, consensus snapshot, extension, BLAKE3 of all before
/// </code>
/// All integers little-endian.
/// </remarks>
public sealed class Manifest
{
    /// <summary>No manifest is larger, in bytes.</summary>
    public const int MaximumBytes = 64 << 20;

    internal const ushort CurrentVersion = 1;
    private const ulong ManifestMagic = 0x3146_494E_414D_4C46; // "FLMANIF1"
    private const int HeaderBytes = 432;

    /// <summary>Identifies the ledger.</summary>
    public required Hash256 ChainId { get; init; }

    /// <summary>Height of the last block that the state includes.</summary>
    public required ulong Height { get; init; }

    /// <summary>That block.</summary>
    public required Hash256 BlockId { get; init; }

    /// <summary>State root after it.</summary>
    public required Hash256 StateRoot { get; init; }

    /// <summary>Receipts root of it.</summary>
    public required Hash256 ReceiptsRoot { get; init; }

    /// <summary>Index of the last journal entry that the state includes: replay goes on with the one after it.</summary>
    public required ulong JournalIndex { get; init; }

    /// <summary>From where the journal is read; at or before the entry after <see cref="JournalIndex"/>.</summary>
    public JournalAnchor JournalAnchor { get; init; }

    /// <summary>The pages.</summary>
    public StoreToken StoreToken { get; init; }

    /// <summary>The derived indexes; sequence 0 when there are none, as in manifests of earlier versions.</summary>
    public StoreToken IndexToken { get; init; }

    /// <summary>The tables, in ascending order of their numbers.</summary>
    public IReadOnlyList<ManifestTable> Tables { get; init; } = [];

    /// <summary>What consensus needs to go on from here, in its own format.</summary>
    public byte[] ConsensusSnapshot { get; init; } = [];

    /// <summary>Anything else, in its owner's format.</summary>
    public byte[] Extension { get; init; } = [];

    /// <summary>The same with other derived indexes.</summary>
    public Manifest WithIndex(in StoreToken token) => new()
    {
        ChainId = ChainId,
        Height = Height,
        BlockId = BlockId,
        StateRoot = StateRoot,
        ReceiptsRoot = ReceiptsRoot,
        JournalIndex = JournalIndex,
        JournalAnchor = JournalAnchor,
        StoreToken = StoreToken,
        IndexToken = token,
        Tables = Tables,
        ConsensusSnapshot = ConsensusSnapshot,
        Extension = Extension,
    };

    /// <summary>The file's bytes.</summary>
    public byte[] Encode()
    {
        byte[] bytes = new byte[HeaderBytes + (Tables.Count * ManifestTable.Size) + ConsensusSnapshot.Length + Extension.Length + Hash256.Size];
        Invariant.Check(bytes.Length <= MaximumBytes);
        Span<byte> span = bytes;
        BinaryPrimitives.WriteUInt64LittleEndian(span, ManifestMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(span[8..], CurrentVersion);
        BinaryPrimitives.WriteInt32LittleEndian(span[12..], bytes.Length);
        ChainId.Bytes.CopyTo(span[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(span[48..], Height);
        BinaryPrimitives.WriteUInt64LittleEndian(span[56..], JournalIndex);
        BlockId.Bytes.CopyTo(span[64..]);
        StateRoot.Bytes.CopyTo(span[96..]);
        ReceiptsRoot.Bytes.CopyTo(span[128..]);
        MemoryMarshal.Write(span[160..], JournalAnchor);
        StoreToken.Write(span[224..]);
        IndexToken.Write(span[320..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[416..], Tables.Count);
        BinaryPrimitives.WriteInt32LittleEndian(span[420..], ConsensusSnapshot.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[424..], Extension.Length);
        span = span[HeaderBytes..];
        foreach (ManifestTable table in Tables)
        {
            MemoryMarshal.Write(span, in table);
            span = span[ManifestTable.Size..];
        }

        ConsensusSnapshot.CopyTo(span);
        Extension.CopyTo(span[ConsensusSnapshot.Length..]);
        Blake3.Hash(bytes.AsSpan(0, bytes.Length - Hash256.Size)).Bytes.CopyTo(span[^Hash256.Size..]);
        return bytes;
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="manifest">The manifest, if there is nothing wrong with it.</param>
    /// <param name="offset">Where something is wrong.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static string? Decode(ReadOnlySpan<byte> bytes, out Manifest? manifest, out long offset)
    {
        manifest = null;
        offset = 0;
        if (bytes.Length < HeaderBytes + Hash256.Size) return $"{bytes.Length} bytes are no manifest";
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != ManifestMagic) return "this is no manifest";
        offset = 12;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (length != bytes.Length) return $"the manifest says it has {length} bytes, the file has {bytes.Length}";
        offset = bytes.Length - Hash256.Size;
        if (Blake3.Hash(bytes[..^Hash256.Size]) != new Hash256(bytes[^Hash256.Size..])) return "the manifest fails its checksum";
        offset = 8;
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != CurrentVersion) return $"format version {version} is unknown";
        offset = 416;
        int tables = BinaryPrimitives.ReadInt32LittleEndian(bytes[416..]);
        int snapshot = BinaryPrimitives.ReadInt32LittleEndian(bytes[420..]), extension = BinaryPrimitives.ReadInt32LittleEndian(bytes[424..]);
        if (tables < 0 || snapshot < 0 || extension < 0
            || HeaderBytes + ((long)tables * ManifestTable.Size) + snapshot + extension + Hash256.Size != bytes.Length)
        {
            return "the manifest's parts do not add up to its length";
        }

        ReadOnlySpan<byte> rest = bytes[(HeaderBytes + (tables * ManifestTable.Size))..];
        manifest = new Manifest
        {
            ChainId = new Hash256(bytes.Slice(16, 32)),
            Height = BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]),
            JournalIndex = BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]),
            BlockId = new Hash256(bytes.Slice(64, 32)),
            StateRoot = new Hash256(bytes.Slice(96, 32)),
            ReceiptsRoot = new Hash256(bytes.Slice(128, 32)),
            JournalAnchor = MemoryMarshal.Read<JournalAnchor>(bytes[160..]),
            StoreToken = StoreToken.Read(bytes[224..]),
            IndexToken = StoreToken.Read(bytes[320..]),
            Tables = MemoryMarshal.Cast<byte, ManifestTable>(bytes.Slice(HeaderBytes, tables * ManifestTable.Size)).ToArray(),
            ConsensusSnapshot = rest[..snapshot].ToArray(),
            Extension = rest.Slice(snapshot, extension).ToArray(),
        };
        return null;
    }
}
