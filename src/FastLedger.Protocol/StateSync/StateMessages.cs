// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.StateSync;

/// <summary>Asks which state a replica can give out.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct StateManifestQuery : IMessage
{
    /// <summary>The answer repeats it.</summary>
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Height wanted; 0 for the newest.</summary>
    [FieldOffset(8)] public ulong Height;

    static TemplateId IMessage.TemplateId => TemplateId.StateManifestQuery;
}

/// <summary>
/// What a state consists of. The group of tables follows, whose bytes are what the state root is the BLAKE3 digest of, then the certificate
/// over height and root.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
public struct StateManifest : IMessage
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>The state is that after the block at this height.</summary>
    [FieldOffset(8)] public ulong Height;
    /// <summary>Root over all tables.</summary>
    [FieldOffset(16)] public Hash256 StateRoot;
    /// <summary>Bytes of the certificate behind the group, as consensus encodes it.</summary>
    [FieldOffset(48)] public uint CertificateBytes;
    [FieldOffset(52)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.StateManifest;
}

/// <summary>One table of a state.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct StateTableEntry
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 48;

    /// <summary>Which table.</summary>
    [FieldOffset(0)] public uint Id;
    /// <summary>Bytes of a record: 64, 128 or 256.</summary>
    [FieldOffset(4)] public uint RecordSize;
    /// <summary>Records, record 0 included.</summary>
    [FieldOffset(8)] public ulong Count;
    /// <summary>Merkle root over the records.</summary>
    [FieldOffset(16)] public Hash256 Root;
}

/// <summary>Asks for a chunk of a table's records.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct StateChunkQuery : IMessage
{
    /// <summary>The answer repeats it.</summary>
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Height of the manifest that the chunk belongs to.</summary>
    [FieldOffset(8)] public ulong Height;
    /// <summary>Id of the table.</summary>
    [FieldOffset(16)] public uint Table;
    [FieldOffset(20)] public uint Reserved0;
    /// <summary>Number of the chunk in the table.</summary>
    [FieldOffset(24)] public ulong Chunk;

    static TemplateId IMessage.TemplateId => TemplateId.StateChunkQuery;
}

/// <summary>
/// A chunk. The group of siblings follows, from the chunk's subtree to the table's root, then the records.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct StateChunk : IMessage
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Height;
    [FieldOffset(16)] public uint Table;
    /// <summary>Bytes of the records behind the group.</summary>
    [FieldOffset(20)] public uint RecordBytes;
    [FieldOffset(24)] public ulong Chunk;

    static TemplateId IMessage.TemplateId => TemplateId.StateChunk;
}

/// <summary>The replica cannot answer a query.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct StateRefusal : IMessage
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary><see cref="ResultCode.NotFound"/> when the height is not held (any more) or has no such chunk.</summary>
    [FieldOffset(8)] public ResultCode Code;
    [FieldOffset(12)] public uint Reserved0;
    /// <summary>Newest height that is held; 0 for none.</summary>
    [FieldOffset(16)] public ulong NewestHeight;

    static TemplateId IMessage.TemplateId => TemplateId.StateRefusal;
}
