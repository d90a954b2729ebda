// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for a record with the proof that it is part of the state root.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct StateProofQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Number of the table.</summary>
    [FieldOffset(8)] public uint Table;
    /// <summary>Number of the record.</summary>
    [FieldOffset(12)] public uint Record;

    static TemplateId IMessage.TemplateId => TemplateId.StateProofQuery;
}

/// <summary>Fixed block of a state proof. The bytes of the proof follow as a group of 32-byte pieces, the last one padded with zeros.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
public struct StateProofAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Block whose state root it leads to.</summary>
    [FieldOffset(8)] public ulong Height;
    [FieldOffset(16)] public long TimestampNs;
    [FieldOffset(24)] public Hash256 StateRoot;
    [FieldOffset(56)] public uint Table;
    [FieldOffset(60)] public uint Record;
    /// <summary>Length of the proof.</summary>
    [FieldOffset(64)] public uint ProofBytes;
    [FieldOffset(68)] public uint Reserved0;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(72)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.StateProofAnswer;
}

/// <summary>Asks for the proof that an event is part of the event log, and that the log extends an older one.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct EventProofQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Number of the event, from 1; 0 for the consistency proof only.</summary>
    [FieldOffset(8)] public ulong Event;
    /// <summary>Events in the older log; 0 for none.</summary>
    [FieldOffset(16)] public ulong OldEvents;
    [FieldOffset(24)] public ulong Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.EventProofQuery;
}

/// <summary>Fixed block of a proof about the event log. The bytes of the proof follow as a group of 32-byte pieces, the last one padded with zeros.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
public struct EventProofAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>Block after which the log looks like this.</summary>
    [FieldOffset(8)] public ulong Height;
    [FieldOffset(16)] public ulong Event;
    [FieldOffset(24)] public ulong OldEvents;
    /// <summary>Events in the log.</summary>
    [FieldOffset(32)] public ulong Events;
    [FieldOffset(40)] public Hash256 LogRoot;
    /// <summary>Length of the proof.</summary>
    [FieldOffset(72)] public uint ProofBytes;
    [FieldOffset(76)] public uint Reserved0;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(80)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.EventProofAnswer;
}

/// <summary>32 bytes of a proof.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct ProofPiece
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    [FieldOffset(0)] public Hash256 Bytes;
}
