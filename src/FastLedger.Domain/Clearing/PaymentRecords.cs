// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Clearing;

/// <summary>How far a resolution of queues has come.</summary>
public enum ResolutionPhase : uint
{
    Idle = 0,
    /// <summary>Payments leave the set until nobody violates anything.</summary>
    Removing = 1,
    /// <summary>What is left is settled.</summary>
    Settling = 2,
    /// <summary>Payments that arrived meanwhile, or whose value date has come, enter their queues.</summary>
    Admitting = 3,
    /// <summary>The last cut-off has passed: queued payments expire or go to the next business day.</summary>
    Expiring = 4,
}

/// <summary>A payment system: one asset, one operator, its members and how far the work on their queues has come.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct PaymentSystemRecord
{
    [FieldOffset(0)] public uint Asset;
    [FieldOffset(4)] public uint OperatorPolicy;
    [FieldOffset(8)] public PaymentSystemOptions Options;
    [FieldOffset(12)] public uint MemberCount;
    [FieldOffset(16)] public uint FirstMember;
    [FieldOffset(20)] public uint LastMember;
    /// <summary>Payments in all queues.</summary>
    [FieldOffset(24)] public uint QueuedCount;
    /// <summary>1 when a member with a queue was credited since the last resolution.</summary>
    [FieldOffset(28)] public uint CreditedSinceResolution;
    /// <summary>Nanoseconds of block time between resolutions; 0 for none.</summary>
    [FieldOffset(32)] public long ResolvePeriodNs;
    /// <summary>Block time of the next resolution.</summary>
    [FieldOffset(40)] public long NextResolveNs;
    /// <summary>Account through which netting cycles settle, or 0.</summary>
    [FieldOffset(48)] public uint ClearingAccount;

    /// <summary>The resolution at work: its phase, the members to look at (linked in the resolution table), the member whose payments
    /// settle.</summary>
    [FieldOffset(52)] public ResolutionPhase Phase;
    [FieldOffset(56)] public uint FirstViolator;
    [FieldOffset(60)] public uint SettlingMember;
    /// <summary>Payments that arrived while it was at work, in their order.</summary>
    [FieldOffset(64)] public uint HeldHead;
    [FieldOffset(68)] public uint HeldTail;
    /// <summary>The business day that is open, or was last; 0 in a system without business days.</summary>
    [FieldOffset(72)] public uint Day;
    /// <summary>The last business day that is planned.</summary>
    [FieldOffset(76)] public uint LastDay;

    /// <summary>Payments settled by the resolution at work or the last one, and their sum.</summary>
    [FieldOffset(80)] public ulong ResolvedCount;
    [FieldOffset(88)] public ulong Resolutions;
    [FieldOffset(96)] public UInt128 ResolvedValue;
    /// <summary>Payments settled so far: alone, by bilateral offset, by resolution.</summary>
    [FieldOffset(112)] public ulong SettledGross;
    [FieldOffset(120)] public ulong SettledByOffset;
    [FieldOffset(128)] public ulong SettledByResolution;
    /// <summary>Business days after the present one; and the member whose queue expires.</summary>
    [FieldOffset(136)] public uint PlannedDays;
    [FieldOffset(140)] public uint ExpiringMember;
    /// <summary>Sum of all settled payments.</summary>
    [FieldOffset(144)] public UInt128 SettledValue;
    [FieldOffset(160)] public UInt128 ExternalId;
    [FieldOffset(176)] public Hash256 Reference;
    [FieldOffset(208)] public uint Code;
    /// <summary>Exchange of which it is a currency, or 0.</summary>
    [FieldOffset(212)] public uint Exchange;
    /// <summary>The first business day that was planned, or 0.</summary>
    [FieldOffset(216)] public uint FirstDay;
    [FieldOffset(220)] public uint Reserved2;
    [FieldOffset(224)] public Hash256 Reserved3;
}

/// <summary>
/// A payment. Its record is used again only when the table is full, oldest end first; the generation in the id tells the uses apart.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct PaymentRecord
{
    [FieldOffset(0)] public ulong Amount;
    /// <summary>Sum of the returns that name it as their original.</summary>
    [FieldOffset(8)] public ulong Returned;
    /// <summary>Block time from which it may settle: the from-time while it waits, then the time at which it entered.</summary>
    [FieldOffset(16)] public long EnteredNs;
    /// <summary>Till-time, seconds since 1970-01-01, rounded up; 0 for none.</summary>
    [FieldOffset(24)] public uint TillSeconds;
    /// <summary>Record of the payment that this one returns, or 0.</summary>
    [FieldOffset(28)] public uint Original;
    /// <summary>Block time at which it expires; 0 for none.</summary>
    [FieldOffset(32)] public long RejectNs;
    /// <summary>Client command number that sent it.</summary>
    [FieldOffset(40)] public ulong Number;
    [FieldOffset(48)] public UInt128 Uetr;
    [FieldOffset(64)] public Hash256 Reference;
    [FieldOffset(96)] public uint Sender;
    [FieldOffset(100)] public uint Receiver;
    /// <summary>Neighbours in the queue, the warehouse of a business day or the list of what arrived during a resolution.</summary>
    [FieldOffset(104)] public uint Next;
    [FieldOffset(108)] public uint Previous;
    /// <summary>How often the record was used, the present use included.</summary>
    [FieldOffset(112)] public uint Generation;
    [FieldOffset(116)] public uint Code;
    /// <summary>Business day, days since 1970-01-01; 0 in a system without business days. For a payment in the warehouse of a day that became a holiday
    /// still that day: its record leads to the next one.</summary>
    [FieldOffset(120)] public uint ValueDate;
    [FieldOffset(124)] public PaymentPriority Priority;
    [FieldOffset(125)] public PaymentFlags Flags;
    [FieldOffset(126)] public PaymentState State;
    [FieldOffset(127)] public byte Reserved0;
}

/// <summary>A member in the resolution at work: how far its queue belongs to the set, and what the set would leave it with.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct ResolutionRecord
{
    /// <summary>Last payment of the queue that belongs to the set, or 0.</summary>
    [FieldOffset(0)] public uint End;
    /// <summary>Next member to look at.</summary>
    [FieldOffset(4)] public uint NextViolator;
    /// <summary>1 while it is among them.</summary>
    [FieldOffset(8)] public uint Listed;
    /// <summary>Bilateral limits of this member that the set violates.</summary>
    [FieldOffset(12)] public uint ViolatedLimits;
    /// <summary>Payments in the set that count against its multilateral limit.</summary>
    [FieldOffset(16)] public uint MultilateralCount;
    /// <summary>1 when nothing may leave or reach the member: suspended, frozen or closed.</summary>
    [FieldOffset(20)] public uint Blocked;
    /// <summary>First payment of the queue that can not settle because its receiver is blocked, or 0.</summary>
    [FieldOffset(24)] public uint Cut;
    [FieldOffset(28)] public uint Reserved0;
    /// <summary>What the set would leave available, reservations not taken off.</summary>
    [FieldOffset(32)] public Int128 Available;
    [FieldOffset(48)] public Int128 Position;
    [FieldOffset(64)] public Int128 MultilateralPosition;
    [FieldOffset(80)] public Int128 Out;
    [FieldOffset(96)] public Int128 In;
    [FieldOffset(112)] public Int128 Reserved1;
}
