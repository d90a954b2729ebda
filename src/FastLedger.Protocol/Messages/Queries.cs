// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for an account by number or, when the number is 0, by external id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct AccountQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public UInt128 ExternalId;

    static TemplateId IMessage.TemplateId => TemplateId.AccountQuery;
}

/// <summary>Asks for the history of an account, newest entry first.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct StatementQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong Account;
    /// <summary>History entry to begin with, going backwards; 0 for the newest. Must be an entry of the account.</summary>
    [FieldOffset(16)] public ulong FromEntry;
    /// <summary>Most entries wanted, 1 … 1,000.</summary>
    [FieldOffset(24)] public uint Limit;
    [FieldOffset(28)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.StatementQuery;
}

/// <summary>Asks for a live order.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct OrderQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong OrderId;

    static TemplateId IMessage.TemplateId => TemplateId.OrderQuery;
}

/// <summary>Asks for the best price levels of a book.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct DepthQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Instrument;
    /// <summary>Most levels wanted per side, 1 … 100.</summary>
    [FieldOffset(12)] public uint Levels;

    static TemplateId IMessage.TemplateId => TemplateId.DepthQuery;
}

/// <summary>Asks for an instrument by number or, when the number is 0, by external id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct InstrumentQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Number;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public UInt128 ExternalId;

    static TemplateId IMessage.TemplateId => TemplateId.InstrumentQuery;
}

/// <summary>Asks for an asset by number or, when the number is 0, by external id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct AssetQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Number;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public UInt128 ExternalId;

    static TemplateId IMessage.TemplateId => TemplateId.AssetQuery;
}

/// <summary>Asks for a session by number or, when the number is 0, by key.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
public struct SessionQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Number;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public Hash256 Key;

    static TemplateId IMessage.TemplateId => TemplateId.SessionQuery;
}

/// <summary>Asks how the replica is.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct StatusQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;

    static TemplateId IMessage.TemplateId => TemplateId.StatusQuery;
}
