// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>Registers <see cref="Key"/> as a session. Proposed by replicas after they checked <see cref="SignatureR"/> and
/// <see cref="SignatureS"/> over the chain id; sessions cannot send it themselves. Value: the session's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct RegisterSessionCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public Hash256 Key;
    [FieldOffset(48)] public ulong Reserved0;
    [FieldOffset(56)] public ulong Reserved1;
    /// <summary>First half of the Ed25519 signature of the key's owner.</summary>
    [FieldOffset(64)] public Hash256 SignatureR;
    /// <summary>Second half of the Ed25519 signature.</summary>
    [FieldOffset(96)] public Hash256 SignatureS;

    static Opcode ICommand.Opcode => Opcode.RegisterSession;
}

/// <summary>What holds for all accounts of an asset.</summary>
[Flags]
public enum AssetOptions : uint
{
    None = 0,
    /// <summary>Accounts that others than the issuer open may pay only accounts of group 0 and the issuer's accounts without a floor (gift
    /// cards, ballots), until the issuer sets their groups.</summary>
    ClosedLoop = 1 << 0,
    /// <summary>Only the issuer opens accounts.</summary>
    IssuerOpensAccounts = 1 << 1,
    /// <summary>The ledger itself issues the asset, in complete sets of an outcome; cannot be asked for.</summary>
    LedgerIssued = 1 << 2,
}

/// <summary>Creates an asset. Value: the asset's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CreateAssetCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Name of the asset at the edge; 0 for none.</summary>
    [FieldOffset(16)] public UInt128 ExternalId;
    /// <summary>Decimal places of the major unit, 0–30; display only.</summary>
    [FieldOffset(32)] public uint Scale;
    [FieldOffset(36)] public AssetOptions Options;
    /// <summary>Policy of the issuer; 0 for the session's.</summary>
    [FieldOffset(40)] public uint Policy;
    [FieldOffset(44)] public uint Reserved1;
    [FieldOffset(48)] public UInt128 Reserved2;
    [FieldOffset(64)] public Hash256 Reserved3;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.CreateAsset;
}

/// <summary>What an account is and may do.</summary>
[Flags]
public enum AccountFlags : uint
{
    None = 0,
    /// <summary>No floor: the account may be debited without bound (an issuer). Only the asset's issuer may open one.</summary>
    Unlimited = 1 << 0,
    /// <summary>Credits (posted and pending) must not exceed debits posted: the account never holds a positive balance.</summary>
    CreditsMustNotExceedDebits = 1 << 1,
    /// <summary>No debits, no credits, except to void what is pending.</summary>
    Frozen = 1 << 2,
    /// <summary>No debits, no credits, except to void what is pending.</summary>
    Closed = 1 << 3,
    /// <summary>A settlement account of a payment system: its floor follows the member's credit line.</summary>
    Settlement = 1 << 4,
    /// <summary>Debits are bounded by groups or by a spending limit.</summary>
    Ruled = 1 << 8,
    /// <summary>The flags a client may set when it opens an account.</summary>
    Settable = Unlimited | CreditsMustNotExceedDebits,
}

/// <summary>Opens an account. Value: the account's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct OpenAccountCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Name of the account at the edge; 0 for none.</summary>
    [FieldOffset(16)] public UInt128 ExternalId;
    /// <summary>Lowest balance (credits posted − debits posted − debits pending), in minor units: 0 or, as a credit line, negative.
    /// A floor other than 0 needs the asset's issuer.</summary>
    [FieldOffset(32)] public Int128 Floor;
    [FieldOffset(48)] public uint Asset;
    [FieldOffset(52)] public AccountFlags AccountFlags;
    [FieldOffset(56)] public ulong UserData64;
    /// <summary>Key whose sessions may debit the account; zero means <see cref="Policy"/> or, when that is 0, the key of this session.</summary>
    [FieldOffset(64)] public Hash256 PolicyKey;
    /// <summary>Policy that may debit the account; 0 when <see cref="PolicyKey"/> or the session's key does.</summary>
    [FieldOffset(96)] public uint Policy;
    [FieldOffset(100)] public uint Reserved0;
    [FieldOffset(104)] public ulong Reserved1;
    [FieldOffset(112)] public UInt128 Reserved2;

    static Opcode ICommand.Opcode => Opcode.OpenAccount;
}

/// <summary>Changes or ends an account: <see cref="Opcode.SetFloor"/>, <see cref="Opcode.FreezeAccount"/>,
/// <see cref="Opcode.UnfreezeAccount"/>, <see cref="Opcode.CloseAccount"/>, <see cref="Opcode.ReopenAccount"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ChangeAccountCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ulong Account;
    [FieldOffset(24)] public ulong Reserved0;
    /// <summary>SetFloor: the new floor. Other opcodes: 0.</summary>
    [FieldOffset(32)] public Int128 Floor;
    [FieldOffset(48)] public UInt128 Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    /// <summary>Hash of the document that gives the reason.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.SetFloor;
}

/// <summary>Moves money (<see cref="Opcode.Transfer"/>) or resolves a pending transfer (<see cref="Opcode.PostPending"/>,
/// <see cref="Opcode.VoidPending"/>). Value: for a pending transfer its id, otherwise the amount moved.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct TransferCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Account to debit. Post and void: 0, or the account of the pending transfer.</summary>
    [FieldOffset(16)] public ulong DebitAccount;
    /// <summary>Account to credit. Post and void: 0, or the account of the pending transfer.</summary>
    [FieldOffset(24)] public ulong CreditAccount;
    /// <summary>Minor units. Post: up to the pending amount, or <see cref="UInt128.MaxValue"/> for all of it. Void: 0.</summary>
    [FieldOffset(32)] public UInt128 Amount;
    /// <summary>Post and void: the pending transfer. Transfer: 0.</summary>
    [FieldOffset(48)] public ulong PendingId;
    /// <summary>Pending transfers: seconds of block time until it expires; 0 for never.</summary>
    [FieldOffset(56)] public uint TimeoutSeconds;
    [FieldOffset(60)] public uint Reserved0;
    [FieldOffset(64)] public UInt128 UserData128;
    [FieldOffset(80)] public UInt128 Reserved1;
    /// <summary>Hash of a document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.Transfer;
}
