// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>Sends a payment (<see cref="Opcode.SubmitPayment"/>) or returns one (<see cref="Opcode.ReturnPayment"/>). Value: the payment's id, and above it,
/// from bit 64, its <see cref="PaymentState"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct SubmitPaymentCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Member that pays; its participant or the operator sends the command.</summary>
    [FieldOffset(16)] public uint Sender;
    /// <summary>Member that is paid.</summary>
    [FieldOffset(20)] public uint Receiver;
    /// <summary>Minor units, 1 … 2^63 − 1.</summary>
    [FieldOffset(24)] public ulong Amount;
    /// <summary>Not before this block time; 0 for at once (ISO 20022 FrTm).</summary>
    [FieldOffset(32)] public long FromNs;
    /// <summary>The sender wants it settled by then; kept and reported, not enforced (TillTm). 0 for none.</summary>
    [FieldOffset(40)] public long TillNs;
    /// <summary>Expires at this block time when it is not settled (RjctTm); 0 for the end of the day.</summary>
    [FieldOffset(48)] public long RejectNs;
    /// <summary>Business day, days since 1970-01-01; 0 for today.</summary>
    [FieldOffset(56)] public uint ValueDate;
    [FieldOffset(60)] public PaymentPriority Priority;
    [FieldOffset(61)] public PaymentFlags PaymentFlags;
    [FieldOffset(62)] public ushort Reserved0;
    /// <summary>Unique end-to-end transaction reference.</summary>
    [FieldOffset(64)] public UInt128 Uetr;
    /// <summary>Return: the settled payment that is paid back. Submit: 0.</summary>
    [FieldOffset(80)] public ulong Original;
    [FieldOffset(88)] public ulong Reserved1;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.SubmitPayment;
}

/// <summary>Revokes, reprioritises, moves or recalls a payment. Value: the payment's id, and above it, from bit 64, its <see cref="PaymentState"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct PaymentChangeCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The payment.</summary>
    [FieldOffset(16)] public ulong Payment;
    /// <summary>Move: the payment of the same sender and priority to stand in front of; 0 for the end. Otherwise 0.</summary>
    [FieldOffset(24)] public ulong Before;
    /// <summary>Reprioritise: the new priority. Otherwise 0.</summary>
    [FieldOffset(32)] public PaymentPriority Priority;
    [FieldOffset(33)] public byte Reserved0;
    [FieldOffset(34)] public ushort Reserved1;
    [FieldOffset(36)] public uint Reserved2;
    [FieldOffset(40)] public ulong Reserved3;
    [FieldOffset(48)] public UInt128 Reserved4;
    [FieldOffset(64)] public Hash256 Reserved5;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.RevokePayment;
}

/// <summary>Work on a payment system by its operator. Value: ResolveQueues: payments settled; OpenBusinessDay: payments released; the other commands of
/// business days: the number of the day's record.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct PaymentSystemWorkCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The system.</summary>
    [FieldOffset(16)] public uint System;
    /// <summary>Commands of business days: days since 1970-01-01. Otherwise 0.</summary>
    [FieldOffset(20)] public uint Date;
    /// <summary>PlanBusinessDay, SetCutoffs: block time after which customers' payments are late. Otherwise 0.</summary>
    [FieldOffset(24)] public long CustomerCutoffNs;
    /// <summary>PlanBusinessDay, SetCutoffs: block time after which every payment is late, at or after the other. Otherwise 0.</summary>
    [FieldOffset(32)] public long InterbankCutoffNs;
    [FieldOffset(40)] public ulong Reserved0;
    [FieldOffset(48)] public UInt128 Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.ResolveQueues;
}

/// <summary>Where a payment stands.</summary>
public enum PaymentState : byte
{
    /// <summary>There is no such payment.</summary>
    None = 0,
    /// <summary>Its from-time has not come.</summary>
    Waiting = 1,
    /// <summary>Its value date has not come.</summary>
    Warehoused = 2,
    /// <summary>Arrived while a resolution was at work; enters the queue after it.</summary>
    Held = 3,
    /// <summary>Stands in its sender's queue.</summary>
    Queued = 4,
    /// <summary>Settled, for good.</summary>
    Settled = 5,
    /// <summary>Taken back by its sender.</summary>
    Revoked = 6,
    /// <summary>Not settled by its reject-time or by the end of the day.</summary>
    Expired = 7,
}

/// <summary>What happened to a payment.</summary>
public enum PaymentEventKind : ushort
{
    /// <summary>Settled alone.</summary>
    SettledGross = 100,
    /// <summary>Settled together with a payment in the other direction.</summary>
    SettledByOffset = 101,
    /// <summary>Settled by the resolution of all queues.</summary>
    SettledByResolution = 102,
    /// <summary>Entered the queue.</summary>
    Queued = 103,
    Revoked = 104,
    Expired = 105,
    /// <summary>The sender asks for a settled payment back.</summary>
    RecallRequested = 106,
    /// <summary>Waits for its value date, at first or because it was rolled at a cut-off.</summary>
    Warehoused = 107,
    /// <summary>A netting cycle settled. PaymentId: the cycle; Amount: the member's net position; Sender: the member when it paid, Receiver: the
    /// member when it was paid.</summary>
    CycleSettled = 110,
    /// <summary>A recast took all obligations of the member out of a cycle. PaymentId: the cycle; Sender: the member.</summary>
    CycleRecast = 111,
    /// <summary>A pair of an exchange settled. PaymentId: the pair; Sender, Receiver, Amount: the leg that the first participant pays;
    /// SubmittedNs: what the second pays.</summary>
    ExchangeSettled = 112,
    /// <summary>A pair of an exchange waits for a pay-in; fields as above.</summary>
    ExchangeWaits = 113,
    /// <summary>A pair of an exchange was withdrawn; fields as above.</summary>
    ExchangeWithdrawn = 114,
}

/// <summary>An event of a payment: 128 bytes, travels among the order events, told from them by its kind (100 and above).</summary>
[StructLayout(LayoutKind.Explicit, Size = OrderEvent.Size)]
public struct PaymentEvent
{
    [FieldOffset(0)] public PaymentEventKind Kind;
    [FieldOffset(2)] public PaymentPriority Priority;
    [FieldOffset(3)] public PaymentState State;
    /// <summary>Member that pays.</summary>
    [FieldOffset(4)] public uint Sender;
    [FieldOffset(8)] public ulong PaymentId;
    /// <summary>Client command number that sent the payment.</summary>
    [FieldOffset(16)] public ulong PaymentNumber;
    /// <summary>Session of the sender's participant.</summary>
    [FieldOffset(24)] public uint Session;
    /// <summary>Session of the receiver's participant.</summary>
    [FieldOffset(28)] public uint ReceiverSession;
    /// <summary>Ledger sequence of the command that caused the event.</summary>
    [FieldOffset(32)] public ulong Sequence;
    [FieldOffset(40)] public ulong Amount;
    /// <summary>Block time of the event.</summary>
    [FieldOffset(48)] public long TimestampNs;
    /// <summary>Block time at which the payment was submitted.</summary>
    [FieldOffset(56)] public long SubmittedNs;
    [FieldOffset(64)] public UInt128 Uetr;
    /// <summary>Member that is paid.</summary>
    [FieldOffset(80)] public uint Receiver;
    [FieldOffset(84)] public uint System;
    /// <summary>Business day, days since 1970-01-01; 0 in a system without business days.</summary>
    [FieldOffset(88)] public uint ValueDate;
    [FieldOffset(92)] public uint Reserved0;
    [FieldOffset(96)] public Hash256 Reference;
}
