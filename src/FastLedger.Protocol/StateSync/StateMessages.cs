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
/// over height, block and root, then the block.
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
    /// <summary>Bytes of the block behind the certificate, as consensus encodes it.</summary>
    [FieldOffset(52)] public uint BlockBytes;

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

/// <summary>Asks for links of a session's retained results: 16 of them, less at the ends.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct StateWindowQuery : IMessage
{
    /// <summary>The answer repeats it.</summary>
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Height of the manifest that the results belong to.</summary>
    [FieldOffset(8)] public ulong Height;
    [FieldOffset(16)] public uint Session;
    [FieldOffset(20)] public uint Reserved0;
    /// <summary>Number of the chunk: its links are 16 · chunk and those behind it.</summary>
    [FieldOffset(24)] public ulong Chunk;

    static TemplateId IMessage.TemplateId => TemplateId.StateWindowQuery;
}

/// <summary>Links of a session's retained results, oldest first, behind this head.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct StateWindow : IMessage
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Height;
    [FieldOffset(16)] public uint Session;
    /// <summary>Bytes of the links.</summary>
    [FieldOffset(20)] public uint LinkBytes;
    [FieldOffset(24)] public ulong Chunk;

    static TemplateId IMessage.TemplateId => TemplateId.StateWindow;
}

/// <summary>Asks for the proof that an epoch ended.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct StateEpochQuery : IMessage
{
    /// <summary>The answer repeats it.</summary>
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>The epoch.</summary>
    [FieldOffset(8)] public ulong Epoch;

    static TemplateId IMessage.TemplateId => TemplateId.StateEpochQuery;
}

/// <summary>The proof that an epoch ended: as consensus encodes it, behind this head.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct StateEpoch : IMessage
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Epoch;
    /// <summary>Bytes of the proof.</summary>
    [FieldOffset(16)] public uint ProofBytes;
    [FieldOffset(20)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.StateEpoch;
}

/// <summary>The blocks that a peer asked for are gone.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct BlocksBegin : IMessage
{
    /// <summary>The first height whose block is there.</summary>
    [FieldOffset(0)] public ulong Height;
    /// <summary>The newest committed height.</summary>
    [FieldOffset(8)] public ulong CommittedHeight;

    static TemplateId IMessage.TemplateId => TemplateId.BlocksBegin;
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
