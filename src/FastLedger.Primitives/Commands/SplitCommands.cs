// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>Creates a split without shares: a draft. Value: the split's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CreateSplitCommand : ICommand
{
    /// <summary>Most shares of a split.</summary>
    public const int MaxShares = 64;

    /// <summary>What the weights of all shares sum to: parts per million.</summary>
    public const uint TotalWeight = 1_000_000;

    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Name of the split at the edge; 0 for none.</summary>
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public uint Asset;
    /// <summary>Policy that must agree to its activation and to every change; 0 for the session's.</summary>
    [FieldOffset(36)] public uint Policy;
    /// <summary>Shares that it can have, 1 … 64.</summary>
    [FieldOffset(40)] public uint Shares;
    [FieldOffset(44)] public uint Reserved0;
    [FieldOffset(48)] public UInt128 Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.CreateSplit;
}

/// <summary>Sets one share of a split (<see cref="Opcode.SetShare"/>), which makes it a draft again, or ends the draft
/// (<see cref="Opcode.ActivateSplit"/>). Value: the split's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct SetShareCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The split; 0 for the one that was created earlier in the same linked chain.</summary>
    [FieldOffset(16)] public uint Split;
    /// <summary>Place of the share, from 0: equal remainders go to the lower one. ActivateSplit: 0.</summary>
    [FieldOffset(20)] public uint Index;
    /// <summary>Account that is credited. ActivateSplit: 0.</summary>
    [FieldOffset(24)] public ulong Account;
    /// <summary>Parts per million; 0 empties the place. ActivateSplit: 0.</summary>
    [FieldOffset(32)] public uint Weight;
    [FieldOffset(36)] public uint Reserved0;
    [FieldOffset(40)] public ulong Reserved1;
    [FieldOffset(48)] public UInt128 Reserved2;
    [FieldOffset(64)] public Hash256 Reserved3;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.SetShare;
}

/// <summary>Pays an amount to the accounts of a split: whole minor units by the largest remainder, ties to the lower place. Value: the
/// amount.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct PaySplitCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ulong DebitAccount;
    [FieldOffset(24)] public uint Split;
    [FieldOffset(28)] public uint Reserved0;
    /// <summary>Minor units.</summary>
    [FieldOffset(32)] public UInt128 Amount;
    [FieldOffset(48)] public UInt128 Reserved1;
    [FieldOffset(64)] public UInt128 UserData128;
    [FieldOffset(80)] public UInt128 Reserved2;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.PaySplit;
}

/// <summary>
/// Pays an amount to the holders of an asset in proportion to what they held when this command ran (the record date): whole minor units by
/// the largest remainder, ties to the lower account number. The amount is reserved at once; holders are paid over the following blocks.
/// Value: the distribution's number.
/// </summary>
/// <remarks>A holder is paid to the account that <see cref="Opcode.SetPayoutAccount"/> named for this asset or, when the asset is the one
/// held, to the holding account itself.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct DistributeCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Name of the distribution, for example the period it is for; no second one gets it. 0 for none.</summary>
    [FieldOffset(16)] public UInt128 ExternalId;
    /// <summary>Minor units of the debited account's asset.</summary>
    [FieldOffset(32)] public UInt128 Amount;
    [FieldOffset(48)] public ulong DebitAccount;
    /// <summary>Asset whose holders are paid. Accounts without a floor (issuers) and balances of zero or less have no part.</summary>
    [FieldOffset(56)] public uint HeldAsset;
    [FieldOffset(60)] public uint Reserved0;
    [FieldOffset(64)] public UInt128 UserData128;
    /// <summary>Account that receives the parts of holders without an account to be paid to; 0 for the debited one.</summary>
    [FieldOffset(80)] public ulong UnclaimedAccount;
    [FieldOffset(88)] public ulong Reserved1;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.Distribute;
}

/// <summary>Names the account that gets what is distributed to an account in another asset. Value: the account that holds.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct SetPayoutAccountCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Account that holds; its policy must agree.</summary>
    [FieldOffset(16)] public ulong Account;
    /// <summary>Account that is paid what is distributed in its asset.</summary>
    [FieldOffset(24)] public ulong PayoutAccount;
    [FieldOffset(32)] public Hash256 Reserved0;
    [FieldOffset(64)] public Hash256 Reserved1;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.SetPayoutAccount;
}
