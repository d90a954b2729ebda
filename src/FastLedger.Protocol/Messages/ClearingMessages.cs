// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Protocol.Messages;

/// <summary>Asks for a payment by id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct PaymentQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong PaymentId;

    static TemplateId IMessage.TemplateId => TemplateId.PaymentQuery;
}

/// <summary>Asks for a member of a payment system: by number or, when the number is 0, by settlement account.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct MemberQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Member;
    [FieldOffset(12)] public uint Reserved0;
    [FieldOffset(16)] public ulong Account;

    static TemplateId IMessage.TemplateId => TemplateId.MemberQuery;
}

/// <summary>Asks for a payment system.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct PaymentSystemQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint System;
    [FieldOffset(12)] public uint Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.PaymentSystemQuery;
}

/// <summary>Asks for a netting cycle, and for the position of a member in it when one is named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct CycleQuery : IQuery
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Cycle;
    [FieldOffset(12)] public uint Member;

    static TemplateId IMessage.TemplateId => TemplateId.CycleQuery;
}

/// <summary>A payment. A queue can be walked from the member's first payment by <see cref="NextId"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
public struct PaymentAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public ulong PaymentId;
    [FieldOffset(16)] public uint Sender;
    [FieldOffset(20)] public uint Receiver;
    [FieldOffset(24)] public ulong Amount;
    /// <summary>Sum of the returns of this payment.</summary>
    [FieldOffset(32)] public ulong Returned;
    /// <summary>Block time at which it entered, or will enter.</summary>
    [FieldOffset(40)] public long EnteredNs;
    /// <summary>Block time at which it expires; 0 for none.</summary>
    [FieldOffset(48)] public long RejectNs;
    [FieldOffset(56)] public uint ValueDate;
    [FieldOffset(60)] public PaymentState State;
    [FieldOffset(61)] public PaymentPriority Priority;
    [FieldOffset(62)] public PaymentFlags PaymentFlags;
    [FieldOffset(63)] public byte Reserved0;
    /// <summary>The payment behind it in its sender's queue; 0 for none.</summary>
    [FieldOffset(64)] public ulong NextId;
    /// <summary>Client command number that sent it.</summary>
    [FieldOffset(72)] public ulong Number;
    [FieldOffset(80)] public ulong Reserved1;
    [FieldOffset(88)] public UInt128 Uetr;
    [FieldOffset(104)] public Hash256 Reference;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(136)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.PaymentAnswer;
}

/// <summary>A member: liquidity by class, queue, limits and positions. Limits are 2^63 − 1 when not set.</summary>
[StructLayout(LayoutKind.Explicit, Size = 264)]
public struct MemberAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Member;
    [FieldOffset(12)] public uint System;
    [FieldOffset(16)] public uint Participant;
    /// <summary>1 while its participant is suspended.</summary>
    [FieldOffset(20)] public uint Suspended;
    [FieldOffset(24)] public ulong Account;
    [FieldOffset(32)] public UInt128 Bic;
    /// <summary>Balance and credit less what is pending.</summary>
    [FieldOffset(48)] public Int128 AvailableUrgent;
    /// <summary>The same less what is reserved for urgent payments.</summary>
    [FieldOffset(64)] public Int128 AvailableHigh;
    /// <summary>The same less both reservations.</summary>
    [FieldOffset(80)] public Int128 AvailableNormal;
    /// <summary>Sum of the queued payments it sends.</summary>
    [FieldOffset(96)] public Int128 QueuedOut;
    /// <summary>Sum of the queued payments it is to receive.</summary>
    [FieldOffset(112)] public Int128 QueuedIn;
    /// <summary>What would be available if everything queued settled.</summary>
    [FieldOffset(128)] public Int128 Projected;
    /// <summary>Net outflow of settled normal payments.</summary>
    [FieldOffset(144)] public Int128 Position;
    /// <summary>The part of it that counts against the multilateral limit.</summary>
    [FieldOffset(160)] public Int128 MultilateralPosition;
    [FieldOffset(176)] public long ReservedForUrgent;
    [FieldOffset(184)] public long ReservedForHigh;
    [FieldOffset(192)] public long MultilateralLimit;
    [FieldOffset(200)] public long NetDebitCap;
    [FieldOffset(208)] public long CreditLine;
    [FieldOffset(216)] public long CollateralValue;
    /// <summary>First payment of its queue; 0 for none.</summary>
    [FieldOffset(224)] public ulong FirstQueued;
    [FieldOffset(232)] public uint QueuedCount;
    [FieldOffset(236)] public uint Reserved0;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(240)] public ulong AsOfSequence;
    /// <summary>Bounds of its balance in a system with position bounds.</summary>
    [FieldOffset(248)] public long MinimumPosition;
    [FieldOffset(256)] public long MaximumPosition;

    static TemplateId IMessage.TemplateId => TemplateId.MemberAnswer;
}

/// <summary>A payment system and what it settled.</summary>
[StructLayout(LayoutKind.Explicit, Size = 112)]
public struct PaymentSystemAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint System;
    [FieldOffset(12)] public uint Asset;
    [FieldOffset(16)] public PaymentSystemOptions Options;
    [FieldOffset(20)] public uint MemberCount;
    /// <summary>Payments in all queues.</summary>
    [FieldOffset(24)] public uint QueuedCount;
    /// <summary>1 while a resolution is at work.</summary>
    [FieldOffset(28)] public uint Resolving;
    [FieldOffset(32)] public ulong SettledGross;
    [FieldOffset(40)] public ulong SettledByOffset;
    [FieldOffset(48)] public ulong SettledByResolution;
    [FieldOffset(56)] public ulong Resolutions;
    [FieldOffset(64)] public UInt128 SettledValue;
    [FieldOffset(80)] public ulong ClearingAccount;
    /// <summary>Payments settled by the last resolution.</summary>
    [FieldOffset(88)] public ulong ResolvedCount;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(96)] public ulong AsOfSequence;
    [FieldOffset(104)] public ulong Reserved0;

    static TemplateId IMessage.TemplateId => TemplateId.PaymentSystemAnswer;
}

/// <summary>A netting cycle.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
public struct CycleAnswer : IAnswer
{
    [FieldOffset(0)] public ulong RequestId;
    [FieldOffset(8)] public uint Cycle;
    [FieldOffset(12)] public uint System;
    /// <summary>1 open, 2 closed, 3 settled.</summary>
    [FieldOffset(16)] public uint State;
    [FieldOffset(20)] public uint PositionCount;
    /// <summary>Obligations that count.</summary>
    [FieldOffset(24)] public uint ObligationCount;
    /// <summary>Obligations that a recast took out.</summary>
    [FieldOffset(28)] public uint DroppedCount;
    [FieldOffset(32)] public UInt128 Gross;
    /// <summary>Sum of the net debit positions that were paid.</summary>
    [FieldOffset(48)] public UInt128 Funding;
    /// <summary>Part of it that the guarantee account paid.</summary>
    [FieldOffset(64)] public UInt128 Guaranteed;
    /// <summary>What the member named is owed less what it owes.</summary>
    [FieldOffset(80)] public Int128 MemberNet;
    /// <summary>h(0) = 0, h(n) = BLAKE3(h(n−1) ‖ obligation n).</summary>
    [FieldOffset(96)] public Hash256 Audit;
    [FieldOffset(128)] public ulong SettledSequence;
    /// <summary>Ledger sequence of the last command that the answer reflects.</summary>
    [FieldOffset(136)] public ulong AsOfSequence;

    static TemplateId IMessage.TemplateId => TemplateId.CycleAnswer;
}
