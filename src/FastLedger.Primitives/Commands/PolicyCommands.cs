// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>What a key may stand for inside a policy; object classes name roles on the edges of their state tables.</summary>
[Flags]
public enum PolicyRoles : ushort
{
    None = 0,
    Role1 = 1 << 0,
    Role2 = 1 << 1,
    Role3 = 1 << 2,
    Role4 = 1 << 3,
}

/// <summary>Creates a policy of several weighted keys, without members: a draft that nobody satisfies until it is activated. Value: the
/// policy's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CreatePolicyCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Name of the policy at the edge; 0 for none.</summary>
    [FieldOffset(16)] public UInt128 ExternalId;
    /// <summary>Sum of weights that must agree, 1 … 65,535.</summary>
    [FieldOffset(32)] public uint Threshold;
    /// <summary>Policy that may change the members later: 0 for the policy itself, <see cref="uint.MaxValue"/> for nobody.</summary>
    [FieldOffset(36)] public uint ChangePolicy;
    /// <summary>Block time before which it authorises nothing; 0 for none.</summary>
    [FieldOffset(40)] public long NotBeforeNs;
    /// <summary>Block time from which it authorises nothing; 0 for never.</summary>
    [FieldOffset(48)] public long ExpiresAtNs;
    [FieldOffset(56)] public ulong Reserved0;
    [FieldOffset(64)] public Hash256 Reserved1;
    /// <summary>Hash of the document that the policy carries out.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.CreatePolicy;
}

/// <summary>Adds, changes, rotates or removes a member of a policy. Value: members after it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct SetPolicyMemberCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The policy; 0 for the one that was created earlier in the same linked chain.</summary>
    [FieldOffset(16)] public uint Policy;
    /// <summary>Weight of the member; 0 removes it.</summary>
    [FieldOffset(20)] public ushort Weight;
    [FieldOffset(22)] public PolicyRoles Roles;
    /// <summary>Seconds since the Unix epoch (block time) from which the member's approval counts no more; 0 for never.</summary>
    [FieldOffset(24)] public uint ExpiresSeconds;
    [FieldOffset(28)] public uint Reserved0;
    /// <summary>Key of the member.</summary>
    [FieldOffset(32)] public Hash256 Key;
    /// <summary>Key that takes the member's place (rotation); zero for none.</summary>
    [FieldOffset(64)] public Hash256 NewKey;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.SetPolicyMember;
}

/// <summary>Ends the draft of a policy (<see cref="Opcode.ActivatePolicy"/>): from now on it authorises, and only its change policy may
/// change it. Value: the policy's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ActivatePolicyCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The policy; 0 for the one that was created earlier in the same linked chain.</summary>
    [FieldOffset(16)] public uint Policy;
    /// <summary>New threshold of an active policy; 0 leaves it.</summary>
    [FieldOffset(20)] public uint Threshold;
    [FieldOffset(24)] public ulong Reserved0;
    [FieldOffset(32)] public Hash256 Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.ActivatePolicy;
}

/// <summary>
/// Another key's signature on the linked chain that this command opens. Endorsements stand at the front of the chain, one behind the other;
/// each adds its key to those that approve the chain. Value: the key's policy number.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct EndorseCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public Hash256 Key;
    /// <summary>Block time from which the signature counts no more; 0 for never. Part of what is signed.</summary>
    [FieldOffset(48)] public long ExpiresAtNs;
    [FieldOffset(56)] public ulong Reserved0;
    /// <summary>First half of the Ed25519 signature.</summary>
    [FieldOffset(64)] public Hash256 SignatureR;
    /// <summary>Second half of the Ed25519 signature.</summary>
    [FieldOffset(96)] public Hash256 SignatureS;

    static Opcode ICommand.Opcode => Opcode.Endorse;
}

/// <summary>
/// Proposals collect approvals over time: <see cref="Opcode.Propose"/> names the digest of the commands to come,
/// <see cref="Opcode.Approve"/> agrees to it, <see cref="Opcode.WithdrawApproval"/> takes that back,
/// <see cref="Opcode.Enact"/> opens the linked chain that carries the commands out with the approvals collected. Value: the proposal's id
/// (approve and withdraw: how many approve).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ProposalCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The proposal; 0 in a Propose command.</summary>
    [FieldOffset(16)] public ulong Proposal;
    /// <summary>Propose: block time from which it can be neither approved nor enacted; 0 for never.</summary>
    [FieldOffset(24)] public long ExpiresAtNs;
    /// <summary>Digest of the commands proposed. Approve: must be repeated, so that nobody approves what he has not seen. Else zero.</summary>
    [FieldOffset(32)] public Hash256 Digest;
    [FieldOffset(64)] public Hash256 Reserved0;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.Propose;
}

/// <summary>What a policy can be assigned to.</summary>
public enum PolicyTarget : uint
{
    /// <summary>Who may debit an account.</summary>
    Account = 1,
    /// <summary>Who issues an asset.</summary>
    Asset = 2,
    /// <summary>Who runs an instrument.</summary>
    Instrument = 3,
    /// <summary>Who administers a class of objects.</summary>
    ObjectClass = 4,
    /// <summary>Who issues the objects of a class.</summary>
    ObjectClassIssuer = 5,
    /// <summary>Who may change a split.</summary>
    Split = 6,
    /// <summary>Who operates a payment system.</summary>
    PaymentSystem = 7,
    /// <summary>Who operates an exchange.</summary>
    Exchange = 8,
    /// <summary>Who changes the validators; its record is 1.</summary>
    ValidatorSet = 9,
}

/// <summary>Puts something under another policy; the present policy must agree. Value: the number of the thing.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct AssignPolicyCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public PolicyTarget Target;
    /// <summary>The new policy; 0 when <see cref="PolicyKey"/> names it.</summary>
    [FieldOffset(20)] public uint Policy;
    /// <summary>Number of the account, asset, instrument, class or split.</summary>
    [FieldOffset(24)] public ulong Record;
    [FieldOffset(32)] public Hash256 PolicyKey;
    [FieldOffset(64)] public Hash256 Reserved0;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.AssignPolicy;
}

/// <summary>Says whom an account may pay, and whose payments it may get where those are restricted. The asset's issuer decides. Value: the
/// account.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct SetAccountGroupsCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ulong Account;
    /// <summary>Groups that the account may pay, one bit each; 0 for everybody. Accounts without a floor (issuers) may always be paid.</summary>
    [FieldOffset(24)] public ulong PayTo;
    /// <summary>Groups that the account belongs to, one bit each.</summary>
    [FieldOffset(32)] public ulong Groups;
    [FieldOffset(40)] public ulong Reserved0;
    [FieldOffset(48)] public UInt128 Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.SetAccountGroups;
}

/// <summary>Bounds what an account may spend in each period of block time. Value: the account.</summary>
/// <remarks>The account's policy sets the first limit and names a guard; from then on the guard decides.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct SetSpendingLimitCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ulong Account;
    /// <summary>Length of a period; 0 takes the limit away. Periods start at multiples of it since the Unix epoch.</summary>
    [FieldOffset(24)] public uint PeriodSeconds;
    /// <summary>Policy that may change the limit from now on; 0 for the account's own.</summary>
    [FieldOffset(28)] public uint GuardPolicy;
    /// <summary>Most that may be debited or reserved in one period, minor units.</summary>
    [FieldOffset(32)] public UInt128 Limit;
    [FieldOffset(48)] public UInt128 Reserved0;
    [FieldOffset(64)] public Hash256 Reserved1;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.SetSpendingLimit;
}
