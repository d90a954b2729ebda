// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Accounts;

/// <summary>
/// An account: 128 bytes, two cache lines. The balance is <c>CreditsPosted − DebitsPosted</c>; what may still be debited is the balance less
/// <c>DebitsPending</c> less <c>Floor</c>. All amounts are minor units of the account's asset.
/// </summary>
/// <remarks>
/// Counters only grow and stay below 2^127 (see <see cref="TurnoverLimit"/>), so differences fit an <see cref="Int128"/>.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct AccountRecord
{
    /// <summary>A command that would lift a posted counter to this bound is refused. What is pending at that time (fewer than 2^28 orders
    /// and 2^28 pending transfers of at most 2^96 each) still fits below 2^127.</summary>
    public static readonly UInt128 TurnoverLimit = UInt128.One << 126;

    [FieldOffset(0)] public UInt128 DebitsPending;
    [FieldOffset(16)] public UInt128 DebitsPosted;
    [FieldOffset(32)] public UInt128 CreditsPending;
    [FieldOffset(48)] public UInt128 CreditsPosted;
    /// <summary>Lowest balance; 0, or negative for a credit line.</summary>
    [FieldOffset(64)] public Int128 Floor;
    [FieldOffset(80)] public UInt128 ExternalId;
    /// <summary>Number of the newest history entry that moved this account, or 0.</summary>
    [FieldOffset(96)] public ulong LastEntry;
    [FieldOffset(104)] public uint Asset;
    /// <summary>Policy that may debit the account.</summary>
    [FieldOffset(108)] public uint Policy;
    [FieldOffset(112)] public AccountFlags Flags;
    /// <summary>The opener's own classification.</summary>
    [FieldOffset(116)] public uint Code;
    [FieldOffset(120)] public ulong UserData64;

    /// <summary>Credits posted less debits posted.</summary>
    public readonly Int128 Balance
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => unchecked((Int128)CreditsPosted - (Int128)DebitsPosted);
    }

    /// <summary>What may still be debited; negative when the floor was raised above the balance. Meaningless for unlimited accounts.</summary>
    public readonly Int128 Available
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => unchecked((Int128)CreditsPosted - (Int128)DebitsPosted - (Int128)DebitsPending - Floor);
    }

    /// <summary>True when the account can be neither debited nor credited.</summary>
    public readonly bool IsBlocked
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Flags & (AccountFlags.Frozen | AccountFlags.Closed)) != 0;
    }
}
