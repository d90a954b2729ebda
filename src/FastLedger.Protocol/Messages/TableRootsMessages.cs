// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for the Merkle roots of all tables: what the state root is made of.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct TableRootsQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;

    static TemplateId IMessage.TemplateId => TemplateId.TableRootsQuery;
}

/// <summary>The state root and, in the group, the tables it is made of. Two replicas that differ find by it the table that differs.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct TableRootsAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(8)] public ulong AsOfSequence;
    /// <summary>Height of the newest block.</summary>
    [FieldOffset(16)] public ulong Height;
    /// <summary>Time of the newest block, nanoseconds since the Unix epoch.</summary>
    [FieldOffset(24)] public long TimestampNs;
    [FieldOffset(32)] public Hash256 StateRoot;

    static TemplateId IMessage.TemplateId => TemplateId.TableRootsAnswer;
}

/// <summary>A table in a <see cref="TableRootsAnswerHead"/>: exactly the 48 bytes that the state root hashes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
public struct TableRoot
{
    /// <summary>Number of the table.</summary>
    [FieldOffset(0)] public uint Table;
    /// <summary>Bytes of a record.</summary>
    [FieldOffset(4)] public uint RecordSize;
    /// <summary>Records in use, record 0 included.</summary>
    [FieldOffset(8)] public ulong Count;
    /// <summary>Merkle root over the records.</summary>
    [FieldOffset(16)] public Hash256 Root;
}
