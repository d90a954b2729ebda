// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for a class of objects: by number or, when the number is 0, by external id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct ObjectClassQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Class;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public UInt128 ExternalId;

    static TemplateId IMessage.TemplateId => TemplateId.ObjectClassQuery;
}

/// <summary>A class of objects. The table has four bits for each edge, the role: edge from × 16 + to, low half of a byte first.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct ObjectClassAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Class;
    /// <summary>1 when it is no draft any more.</summary>
    [FieldOffset(12)] public uint Active;
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public uint IssuePolicy;
    [FieldOffset(36)] public uint Policy;
    [FieldOffset(40)] public ClassFlags ClassFlags;
    [FieldOffset(44)] public uint RolePolicy;
    [FieldOffset(48)] public uint ParentClass;
    [FieldOffset(52)] public ushort ParentStates;
    [FieldOffset(54)] public ushort Reserved0;
    [FieldOffset(56)] public ulong MinValue;
    [FieldOffset(64)] public ulong MaxValue;
    [FieldOffset(72)] public uint ProofSeconds;
    [FieldOffset(76)] public uint MaxPerOwner;
    /// <summary>Objects of the class.</summary>
    [FieldOffset(80)] public ulong Objects;
    [FieldOffset(88)] public Hash256 Reference;
    /// <summary>Edges from states 0 – 3.</summary>
    [FieldOffset(120)] public Hash256 Table0;
    /// <summary>Edges from states 4 – 7.</summary>
    [FieldOffset(152)] public Hash256 Table1;
    /// <summary>Edges from states 8 – 11.</summary>
    [FieldOffset(184)] public Hash256 Table2;
    /// <summary>Edges from states 12 – 15.</summary>
    [FieldOffset(216)] public Hash256 Table3;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(248)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.ObjectClassAnswer;
}

/// <summary>Asks for an object: by number or, when the number is 0, by class and external id or, when that is 0 too, by class and content (classes with unique content).</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
public struct ObjectQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Object;
    [FieldOffset(16)] public uint Class;
    [FieldOffset(20)] public uint Reserved0;
    [FieldOffset(24)] public ulong Reserved1;
    [FieldOffset(32)] public UInt128 ExternalId;
    [FieldOffset(48)] public Hash256 Content;

    static TemplateId IMessage.TemplateId => TemplateId.ObjectQuery;
}

/// <summary>An object.</summary>
[StructLayout(LayoutKind.Explicit, Size = 216)]
public struct ObjectAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Object;
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public uint Class;
    [FieldOffset(36)] public uint State;
    [FieldOffset(40)] public uint Owner;
    [FieldOffset(44)] public uint Counterparty;
    [FieldOffset(48)] public uint LienHolder;
    /// <summary>Policy for which a correct Merkle path approves; 0 when the class is not provable.</summary>
    [FieldOffset(52)] public uint ProofPolicy;
    [FieldOffset(56)] public ulong LienAmount;
    [FieldOffset(64)] public ulong Value;
    [FieldOffset(72)] public ulong UserData64;
    [FieldOffset(80)] public long ValidFromNs;
    [FieldOffset(88)] public long ValidToNs;
    [FieldOffset(96)] public ulong Parent0;
    [FieldOffset(104)] public ulong Parent1;
    [FieldOffset(112)] public ulong Version;
    /// <summary>Leaf that must be proved next, for provable classes.</summary>
    [FieldOffset(120)] public ulong Challenge;
    /// <summary>Block time of the last proof, or of the creation.</summary>
    [FieldOffset(128)] public long ProvedNs;
    /// <summary>Newest event of the object.</summary>
    [FieldOffset(136)] public ulong LastEvent;
    [FieldOffset(144)] public Hash256 Content;
    /// <summary>Digest of all its events: BLAKE3 of the digest before and the event.</summary>
    [FieldOffset(176)] public Hash256 History;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(208)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.ObjectAnswer;
}

/// <summary>Asks for the events of an object, newest first.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct ObjectHistoryQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Object;
    /// <summary>Event of the object to begin with, going backwards; 0 for the newest.</summary>
    [FieldOffset(16)] public ulong FromEvent;
    /// <summary>Most events wanted, 1 … 1,000.</summary>
    [FieldOffset(24)] public uint Limit;
    [FieldOffset(28)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.ObjectHistoryQuery;
}

/// <summary>Fixed block of an object's history. The group of 128-byte <see cref="LedgerEvent"/> follows, newest first.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
public struct ObjectHistoryAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Object;
    /// <summary>Number of the first event given; 0 when there is none.</summary>
    [FieldOffset(16)] public ulong FirstEvent;
    /// <summary>Event to ask for next; 0 when the history ends here.</summary>
    [FieldOffset(24)] public ulong NextEvent;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(32)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.ObjectHistoryAnswer;
}

/// <summary>Asks for events of the event log by their numbers, ascending: the export from which anyone can recount.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct EventQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    /// <summary>From 1.</summary>
    [FieldOffset(8)] public ulong FirstEvent;
    /// <summary>Most events wanted, 1 … 1,000.</summary>
    [FieldOffset(16)] public uint Limit;
    [FieldOffset(20)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.EventQuery;
}

/// <summary>Fixed block of a part of the event log. The group of 128-byte <see cref="LedgerEvent"/> follows.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct EventAnswerHead : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong FirstEvent;
    /// <summary>Events in the log.</summary>
    [FieldOffset(16)] public ulong Events;
    /// <summary>Root of the log tree over all of them.</summary>
    [FieldOffset(24)] public Hash256 LogRoot;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(56)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.EventAnswer;
}
