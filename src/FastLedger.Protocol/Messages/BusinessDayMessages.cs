// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for a business day of a payment system, and for the statement of a member when one is named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct BusinessDayQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint System;
    /// <summary>Days since 1970-01-01; 0 for the day that is open or was last.</summary>
    [FieldOffset(12)] public uint Date;
    [FieldOffset(16)] public uint Member;
    [FieldOffset(20)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.BusinessDayQuery;
}

/// <summary>A business day, and the statement that the member named got at its close.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
public struct BusinessDayAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint System;
    [FieldOffset(12)] public uint Date;
    [FieldOffset(16)] public BusinessDayState State;
    /// <summary>Date of the next planned business day; 0 for none.</summary>
    [FieldOffset(20)] public uint NextDate;
    /// <summary>Payments that wait for the day.</summary>
    [FieldOffset(24)] public uint WarehouseCount;
    /// <summary>Payments that waited for it and were released at its opening.</summary>
    [FieldOffset(28)] public uint Released;
    /// <summary>First payment that waits for it; 0 for none. The others are found from payment to payment.</summary>
    [FieldOffset(32)] public ulong FirstWarehoused;
    [FieldOffset(40)] public long CustomerCutoffNs;
    [FieldOffset(48)] public long InterbankCutoffNs;
    /// <summary>Ledger sequences of the opening and of the close; 0 before them.</summary>
    [FieldOffset(56)] public ulong OpenedSequence;
    [FieldOffset(64)] public ulong ClosedSequence;
    /// <summary>Payments settled on the day, and their sum; of an open day so far.</summary>
    [FieldOffset(72)] public ulong Settled;
    [FieldOffset(80)] public UInt128 Value;
    /// <summary>Payments that expired on the day, and that went to the next day.</summary>
    [FieldOffset(96)] public uint Expired;
    [FieldOffset(100)] public uint Rolled;
    /// <summary>The member, when the day is the one of its last statement; otherwise 0, and so are the fields that follow.</summary>
    [FieldOffset(104)] public uint Member;
    [FieldOffset(108)] public uint Reserved0;
    [FieldOffset(112)] public ulong Account;
    /// <summary>The statement covers the account's entries with a sequence above this one, up to the one of the close.</summary>
    [FieldOffset(120)] public ulong FromSequence;
    [FieldOffset(128)] public Int128 Opening;
    [FieldOffset(144)] public Int128 Closing;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(160)] public ulong AsOfSequence;
    [FieldOffset(168)] public ulong Reserved1;
    [FieldOffset(176)] public UInt128 Reserved2;

    static TemplateId IMessage.TemplateId => TemplateId.BusinessDayAnswer;
}
