// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>A business day of a payment system: its cut-offs, what is warehoused for it, and where in the ledger it opened and closed.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct BusinessDayRecord
{
    [FieldOffset(0)] public uint System;
    /// <summary>Days since 1970-01-01.</summary>
    [FieldOffset(4)] public uint Date;
    [FieldOffset(8)] public BusinessDayState State;
    /// <summary>The next later day, holidays included, or 0.</summary>
    [FieldOffset(12)] public uint Next;
    /// <summary>Payments that wait for the day, in the order in which they go to the queues.</summary>
    [FieldOffset(16)] public uint WarehouseHead;
    [FieldOffset(20)] public uint WarehouseTail;
    [FieldOffset(24)] public uint WarehouseCount;
    /// <summary>The business day before it, or 0.</summary>
    [FieldOffset(28)] public uint Previous;
    /// <summary>Block times after which customers' payments, and all payments, are late.</summary>
    [FieldOffset(32)] public long CustomerCutoffNs;
    [FieldOffset(40)] public long InterbankCutoffNs;
    /// <summary>Ledger sequences of the opening and of the close.</summary>
    [FieldOffset(48)] public ulong OpenedSequence;
    [FieldOffset(56)] public ulong ClosedSequence;
    /// <summary>Payments that the system had settled before the day, and their sum.</summary>
    [FieldOffset(64)] public ulong SettledBefore;
    /// <summary>Payments settled, warehoused payments released, queued payments expired and rolled on the day.</summary>
    [FieldOffset(72)] public ulong Settled;
    [FieldOffset(80)] public UInt128 ValueBefore;
    [FieldOffset(96)] public UInt128 Value;
    [FieldOffset(112)] public uint Released;
    [FieldOffset(116)] public uint Expired;
    [FieldOffset(120)] public uint Rolled;
    /// <summary>Holiday: the day to which its warehouse went, or 0 when nothing waited for it.</summary>
    [FieldOffset(124)] public uint MovedTo;
    [FieldOffset(128)] public Hash256 Reference;
    [FieldOffset(160)] public Hash256 Reserved1;
    [FieldOffset(192)] public Hash256 Reserved2;
    [FieldOffset(224)] public Hash256 Reserved3;
}
