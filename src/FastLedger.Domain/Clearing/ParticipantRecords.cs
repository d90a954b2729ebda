// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Domain.Clearing;

/// <summary>An institution that takes part in payment systems.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct ParticipantRecord
{
    /// <summary>ISO 9362, 8 or 11 ASCII characters, the rest zero.</summary>
    [FieldOffset(0)] public UInt128 Bic;
    /// <summary>ISO 17442, 20 ASCII characters, the rest zero; zero for none.</summary>
    [FieldOffset(16)] public Hash256 Lei;
    /// <summary>Policy whose sessions act for it.</summary>
    [FieldOffset(48)] public uint Policy;
    /// <summary>Policy that admitted it and may suspend it.</summary>
    [FieldOffset(52)] public uint OperatorPolicy;
    /// <summary>Session that is told of its payments: the last one of its policy that sent a payment command.</summary>
    [FieldOffset(56)] public uint Session;
    /// <summary>1 while its payments must not settle, in either direction.</summary>
    [FieldOffset(60)] public uint Suspended;
    [FieldOffset(64)] public uint Code;
    [FieldOffset(68)] public uint Reserved0;
    [FieldOffset(72)] public ulong Reserved1;
    [FieldOffset(80)] public UInt128 Reserved2;
    [FieldOffset(96)] public Hash256 Reserved3;
}

/// <summary>A participant's place in one payment system: its settlement account, its queue, its limits.</summary>
/// <remarks>
/// Positions are net outflows (sent less received) of normal payments since the member joined. Amounts are minor units of the system's asset.
/// The sums over the queue make the start of a resolution a matter of members, not of payments.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct MemberRecord
{
    /// <summary>Stands for a limit or cap that was not set.</summary>
    public const long NoLimit = long.MaxValue;

    /// <summary>Marks the statement of a member's first business day.</summary>
    public const uint FirstStatement = 1u << 31;

    [FieldOffset(0)] public uint System;
    [FieldOffset(4)] public uint Participant;
    /// <summary>The settlement account.</summary>
    [FieldOffset(8)] public uint Account;
    /// <summary>Next member of the system, or 0.</summary>
    [FieldOffset(12)] public uint NextMember;

    /// <summary>First and last queued payment of each priority, or 0.</summary>
    [FieldOffset(16)] public uint UrgentHead;
    [FieldOffset(20)] public uint UrgentTail;
    [FieldOffset(24)] public uint HighHead;
    [FieldOffset(28)] public uint HighTail;
    [FieldOffset(32)] public uint NormalHead;
    [FieldOffset(36)] public uint NormalTail;
    [FieldOffset(40)] public uint QueuedCount;
    /// <summary>Queued payments that may bypass.</summary>
    [FieldOffset(44)] public uint BypassCount;
    /// <summary>Queued normal payments to members without a bilateral limit.</summary>
    [FieldOffset(48)] public uint QueuedMultilateralCount;
    /// <summary>Bilateral limit records that name this member; the first of them.</summary>
    [FieldOffset(52)] public uint LimitCount;
    [FieldOffset(56)] public uint FirstLimit;
    /// <summary>First pledge of collateral, or 0.</summary>
    [FieldOffset(60)] public uint FirstCollateral;

    /// <summary>Sum of the queued payments it sends.</summary>
    [FieldOffset(64)] public Int128 QueuedOut;
    /// <summary>Sum of the queued payments it is to receive.</summary>
    [FieldOffset(80)] public Int128 QueuedIn;
    /// <summary>Queued normal payments: sent less received.</summary>
    [FieldOffset(96)] public Int128 QueuedNet;
    /// <summary>Queued normal payments to and from members on whom it has no bilateral limit: sent less received.</summary>
    [FieldOffset(112)] public Int128 QueuedMultilateral;

    [FieldOffset(128)] public long ReservedForUrgent;
    [FieldOffset(136)] public long ReservedForHigh;
    [FieldOffset(144)] public long MultilateralLimit;
    [FieldOffset(152)] public long NetDebitCap;
    /// <summary>Settled normal payments: sent less received.</summary>
    [FieldOffset(160)] public Int128 Position;
    /// <summary>The part of the position that counts against the multilateral limit.</summary>
    [FieldOffset(176)] public Int128 MultilateralPosition;
    /// <summary>Credit granted without collateral.</summary>
    [FieldOffset(192)] public long CreditLine;
    /// <summary>Value of the collateral after haircuts.</summary>
    [FieldOffset(200)] public long CollateralValue;

    /// <summary>Next of the members whose queues want another look.</summary>
    [FieldOffset(208)] public uint NextTouched;
    /// <summary>1 while it is among them.</summary>
    [FieldOffset(212)] public uint Touched;
    /// <summary>Where a look for payments that may bypass goes on, or 0 for the head.</summary>
    [FieldOffset(216)] public uint ScanFrom;
    /// <summary>Business day at whose close the balances were taken; 0 for none. With <see cref="FirstStatement"/>: the member's first day, whose opening
    /// balance is the one at its opening.</summary>
    [FieldOffset(220)] public uint StatementDay;
    /// <summary>Balances of its last statement: at the close of the day before, and at the close.</summary>
    [FieldOffset(224)] public Int128 OpeningBalance;
    [FieldOffset(240)] public Int128 ClosingBalance;
}

/// <summary>
/// Net outflow between two members of which at least one limits the other. Positions are seen from the lower number. A record whose two
/// members are the same holds the bounds of that member's position: the minimum as the lower's limit, the maximum as the higher's, and as
/// the lower's count 1 while a payment waits for the position to fall.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct BilateralLimitRecord
{
    /// <summary>The member with the lower number.</summary>
    [FieldOffset(0)] public uint Low;
    [FieldOffset(4)] public uint High;
    /// <summary>Limit of the lower on the higher, or <see cref="MemberRecord.NoLimit"/>.</summary>
    [FieldOffset(8)] public long LowLimit;
    [FieldOffset(16)] public long HighLimit;
    /// <summary>Queued normal payments from the lower to the higher, and back.</summary>
    [FieldOffset(24)] public uint LowCount;
    [FieldOffset(28)] public uint HighCount;
    /// <summary>Settled normal payments since the record exists: low to high less high to low.</summary>
    [FieldOffset(32)] public Int128 Position;
    /// <summary>Queued normal payments: low to high less high to low.</summary>
    [FieldOffset(48)] public Int128 Queued;
    /// <summary>What is left of both in the set that a resolution looks at.</summary>
    [FieldOffset(64)] public Int128 RunPosition;
    [FieldOffset(80)] public uint RunLowCount;
    [FieldOffset(84)] public uint RunHighCount;
    /// <summary>Next record of the lower member, and of the higher.</summary>
    [FieldOffset(88)] public uint NextOfLow;
    [FieldOffset(92)] public uint NextOfHigh;
    [FieldOffset(96)] public Hash256 Reserved0;
}

/// <summary>An asset that a system accepts as collateral.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct CollateralAssetRecord
{
    [FieldOffset(0)] public uint System;
    [FieldOffset(4)] public uint Asset;
    /// <summary>The operator's account that holds what is pledged.</summary>
    [FieldOffset(8)] public uint Account;
    [FieldOffset(12)] public uint HaircutPpm;
    /// <summary>Minor units of the settlement asset that 1,000,000 minor units of collateral are worth.</summary>
    [FieldOffset(16)] public long PricePerMillion;
    /// <summary>First pledge, linked in the collateral table.</summary>
    [FieldOffset(24)] public uint FirstPledge;
    [FieldOffset(28)] public uint Reserved0;
    [FieldOffset(32)] public Hash256 Reference;

    /// <summary>Value after the haircut, rounded down; at most 2^62.</summary>
    public readonly long Value(UInt128 quantity)
    {
        UInt128 gross = quantity * (ulong)PricePerMillion / 1_000_000;
        UInt128 net = gross * (1_000_000 - HaircutPpm) / 1_000_000;
        return (long)UInt128.Min(net, (UInt128)1 << 62);
    }
}

/// <summary>What one member pledged of one collateral asset.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct CollateralRecord
{
    [FieldOffset(0)] public uint Member;
    /// <summary>Record of the collateral asset.</summary>
    [FieldOffset(4)] public uint CollateralAsset;
    /// <summary>Next pledge of the member.</summary>
    [FieldOffset(8)] public uint NextOfMember;
    /// <summary>Next pledge of the asset.</summary>
    [FieldOffset(12)] public uint NextOfAsset;
    [FieldOffset(16)] public UInt128 Quantity;
    /// <summary>Its value after the haircut.</summary>
    [FieldOffset(32)] public long Value;
    [FieldOffset(40)] public ulong Reserved0;
    [FieldOffset(48)] public UInt128 Reserved1;
}
