// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>Class of a payment in its sender's queue (ISO 20022 SttlmPrty: URGT, HIGH, NORM).</summary>
public enum PaymentPriority : byte
{
    /// <summary>May use all liquidity.</summary>
    Urgent = 0,
    /// <summary>Leaves what is reserved for urgent payments.</summary>
    High = 1,
    /// <summary>Leaves what is reserved for urgent and for high payments; limits apply.</summary>
    Normal = 2,
}

/// <summary>How a payment is to be settled.</summary>
[Flags]
public enum PaymentFlags : byte
{
    None = 0,
    /// <summary>Normal payments: may settle although an older payment of the same sender cannot.</summary>
    FifoBypass = 1 << 0,
    /// <summary>Settles with this command or is refused; never queued. For legs of linked chains (DvP, PvP).</summary>
    SettleOrReject = 1 << 1,
    /// <summary>A customer's payment: the customer cut-off applies. Refused in a system without business days.</summary>
    Customer = 1 << 2,
    /// <summary>A value date that has passed or is no business day, or a cut-off, moves the payment to the next business day instead of ending it.
    /// Refused in a system without business days.</summary>
    RollValueDate = 1 << 3,
}

/// <summary>How a payment system saves liquidity.</summary>
[Flags]
public enum PaymentSystemOptions : uint
{
    None = 0,
    /// <summary>Two heads of queues that pay each other settle together when neither can alone.</summary>
    BilateralOffset = 1 << 0,
    /// <summary>Queues are resolved at the start of the block after one in which a member with a queue was credited.</summary>
    ResolveOnCredit = 1 << 1,
    /// <summary>No payment settles alone: all wait for a resolution of the queues.</summary>
    ResolutionOnly = 1 << 2,
    /// <summary>A payment is released only if its sender's balance stays at or above its minimum position and its receiver's at or below its maximum
    /// position, alone or in an offsetting pair (the release rule of CHIPS). Queues of such a system are not resolved: with upper bounds a
    /// largest set does not exist. Excludes ResolveOnCredit, ResolutionOnly and a resolution period.</summary>
    PositionBounds = 1 << 3,
}

/// <summary>Creates a payment system (<see cref="Opcode.CreatePaymentSystem"/>) or changes one (<see cref="Opcode.ConfigurePaymentSystem"/>). The
/// session must be the issuer of the asset. Value: the system's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct PaymentSystemCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Name of the system at the edge; 0 for none. Configure: 0.</summary>
    [FieldOffset(16)] public UInt128 ExternalId;
    /// <summary>Create: the asset it settles. Configure: 0.</summary>
    [FieldOffset(32)] public uint Asset;
    /// <summary>Configure: the system. Create: 0.</summary>
    [FieldOffset(36)] public uint System;
    [FieldOffset(40)] public PaymentSystemOptions Options;
    [FieldOffset(44)] public uint Reserved0;
    /// <summary>Queues are resolved each time so many milliseconds of block time have passed; 0 for never.</summary>
    [FieldOffset(48)] public ulong ResolvePeriodMs;
    /// <summary>Account through which netting cycles settle: of the asset, owned by the operator, floor 0; 0 for none.</summary>
    [FieldOffset(56)] public ulong ClearingAccount;
    [FieldOffset(64)] public Hash256 Reserved1;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.CreatePaymentSystem;
}

/// <summary>Admits a participant. The session must operate the system. Value: the participant's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct OpenParticipantCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>ISO 9362: 8 or 11 characters in ASCII, first character lowest, the rest zero.</summary>
    [FieldOffset(16)] public UInt128 Bic;
    /// <summary>Key whose sessions act for the participant.</summary>
    [FieldOffset(32)] public Hash256 PolicyKey;
    /// <summary>ISO 17442: 20 characters in ASCII, the rest zero; zero for none.</summary>
    [FieldOffset(64)] public Hash256 Lei;
    /// <summary>A system of the operator that admits.</summary>
    [FieldOffset(96)] public uint System;
    [FieldOffset(100)] public uint Reserved0;
    [FieldOffset(104)] public ulong Reserved1;
    [FieldOffset(112)] public UInt128 Reserved2;

    static Opcode ICommand.Opcode => Opcode.OpenParticipant;
}

/// <summary>Joins a participant to a system (<see cref="Opcode.JoinPaymentSystem"/>, value: the member's number), suspends or resumes a participant, or
/// changes what governs a member's payments: credit line, reservations, limits.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct MemberCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The member; Join, Suspend, Resume: 0.</summary>
    [FieldOffset(16)] public uint Member;
    /// <summary>SetBilateralLimit: the member on the other side. Otherwise 0.</summary>
    [FieldOffset(20)] public uint Counterparty;
    /// <summary>Join: the system. Otherwise 0.</summary>
    [FieldOffset(24)] public uint System;
    /// <summary>Join, Suspend, Resume: the participant. Otherwise 0.</summary>
    [FieldOffset(28)] public uint Participant;
    /// <summary>Join: the settlement account, owned by the participant's key. Otherwise 0.</summary>
    [FieldOffset(32)] public ulong Account;
    /// <summary>SetReservation: urgent or high. Otherwise 0.</summary>
    [FieldOffset(40)] public PaymentPriority Priority;
    [FieldOffset(41)] public byte Reserved0;
    [FieldOffset(42)] public ushort Reserved1;
    [FieldOffset(44)] public uint Reserved2;
    /// <summary>Minor units, 0 … 2^62; limits and caps: −1 for none.</summary>
    [FieldOffset(48)] public Int128 Amount;
    [FieldOffset(64)] public Hash256 Reserved3;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.JoinPaymentSystem;
}

/// <summary>Accepts an asset as collateral (<see cref="Opcode.SetCollateralAsset"/>, by the operator), pledges or releases some of it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CollateralCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>SetCollateralAsset: the system. Otherwise 0.</summary>
    [FieldOffset(16)] public uint System;
    /// <summary>Pledge, Release: the member. Otherwise 0.</summary>
    [FieldOffset(20)] public uint Member;
    /// <summary>The collateral.</summary>
    [FieldOffset(24)] public uint Asset;
    /// <summary>SetCollateralAsset: parts per million taken off the value, 0 … 1,000,000.</summary>
    [FieldOffset(28)] public uint HaircutPpm;
    /// <summary>SetCollateralAsset: the operator's account that holds pledges. Pledge, Release: the participant's account of the asset.</summary>
    [FieldOffset(32)] public ulong Account;
    [FieldOffset(40)] public ulong Reserved0;
    /// <summary>SetCollateralAsset: minor units of the settlement asset that 1,000,000 minor units of collateral are worth. Pledge, Release: quantity.</summary>
    [FieldOffset(48)] public UInt128 Amount;
    [FieldOffset(64)] public Hash256 Reserved1;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.PledgeCollateral;
}
