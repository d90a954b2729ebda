// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>Where a business day stands.</summary>
public enum BusinessDayState : uint
{
    None = 0,
    /// <summary>Not yet open; payments may be warehoused for it.</summary>
    Planned = 1,
    /// <summary>Payments settle.</summary>
    Open = 2,
    /// <summary>Its last cut-off has passed: queues are empty, nothing enters.</summary>
    Ended = 3,
    /// <summary>Balances are taken.</summary>
    Closed = 4,
    /// <summary>Was planned and will not be a business day.</summary>
    Holiday = 5,
}

/// <summary>What happened to a business day.</summary>
public enum BusinessDayEventKind : ushort
{
    Opened = 300,
    CutoffsChanged = 301,
    /// <summary>The member's statement: opening balance, turnover, closing balance.</summary>
    Closed = 302,
}

/// <summary>An event of a business day, to each member of the payment system: 128 bytes, travels among the order events, told from them by its kind (300
/// and above).</summary>
[StructLayout(LayoutKind.Explicit, Size = OrderEvent.Size)]
public struct BusinessDayEvent
{
    [FieldOffset(0)] public BusinessDayEventKind Kind;
    [FieldOffset(2)] public ushort Reserved0;
    [FieldOffset(4)] public uint System;
    [FieldOffset(8)] public uint Member;
    /// <summary>Days since 1970-01-01.</summary>
    [FieldOffset(12)] public uint Date;
    [FieldOffset(16)] public ulong Account;
    /// <summary>Session of the member's participant.</summary>
    [FieldOffset(24)] public uint Session;
    [FieldOffset(28)] public uint Reserved1;
    /// <summary>Ledger sequence of the command that caused the event.</summary>
    [FieldOffset(32)] public ulong Sequence;
    [FieldOffset(40)] public long TimestampNs;
    [FieldOffset(48)] public long CustomerCutoffNs;
    [FieldOffset(56)] public long InterbankCutoffNs;
    /// <summary>Closed: balance at the close of the day before, or when the member's first day began. Otherwise 0.</summary>
    [FieldOffset(64)] public Int128 Opening;
    /// <summary>Closed: balance now. Otherwise 0.</summary>
    [FieldOffset(80)] public Int128 Closing;
    /// <summary>Closed: the statement covers the entries with a sequence above this one, up to the event's own. Otherwise 0.</summary>
    [FieldOffset(96)] public ulong FromSequence;
    [FieldOffset(104)] public ulong Reserved2;
    [FieldOffset(112)] public UInt128 Reserved3;
}
