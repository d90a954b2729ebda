// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>What holds for all objects of a class.</summary>
[Flags]
public enum ClassFlags : uint
{
    None = 0,
    /// <summary>No two objects of the class have the same content hash.</summary>
    UniqueContent = 1 << 0,
    /// <summary>The owner may hand the object over.</summary>
    Transferable = 1 << 1,
    /// <summary>The issuer may take any object to state 15 (revoked), whatever the table says.</summary>
    Revocable = 1 << 2,
    /// <summary>The owner may give a lien on the object.</summary>
    Lienable = 1 << 3,
    /// <summary>A new owner must sign the transfer too.</summary>
    ReceiverSigns = 1 << 4,
    /// <summary>The owner must sign the creation.</summary>
    OwnerSigns = 1 << 5,
    /// <summary>The counterparty, which must be named, must sign the creation.</summary>
    CounterpartySigns = 1 << 6,
    /// <summary>A change of state may bring a new content hash.</summary>
    ContentMayChange = 1 << 7,
    /// <summary>The first parent must be valid at block time when the object is created.</summary>
    ParentValid = 1 << 8,
    /// <summary>The owner or the counterparty of the first parent must sign the creation.</summary>
    ParentPartySigns = 1 << 9,
    /// <summary>Each object gets a proof policy, which nobody holds: a correct <see cref="CheckPathCommand"/> approves for it.</summary>
    Provable = 1 << 10,
}

/// <summary>Creates a class of objects: a draft whose edges are still to be set. Value: the class's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CreateClassCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Name of the class at the edge; 0 for none.</summary>
    [FieldOffset(16)] public UInt128 ExternalId;
    /// <summary>Policy that must agree to every new object: 0 for the administrator's, <see cref="uint.MaxValue"/> when everybody may create.</summary>
    [FieldOffset(32)] public uint IssuePolicy;
    /// <summary>Policy that administers the class; 0 for the session's.</summary>
    [FieldOffset(36)] public uint Policy;
    [FieldOffset(40)] public ClassFlags ClassFlags;
    /// <summary>Policy whose members' roles the edges name; 0 for the issue policy.</summary>
    [FieldOffset(44)] public uint RolePolicy;
    /// <summary>Class of the first parent that a new object must have; 0 when none is needed.</summary>
    [FieldOffset(48)] public uint ParentClass;
    /// <summary>States, one bit each, in which that parent must be; 0 for any.</summary>
    [FieldOffset(52)] public ushort ParentStates;
    [FieldOffset(54)] public ushort Reserved0;
    /// <summary>Bounds of an object's value.</summary>
    [FieldOffset(56)] public ulong MinValue;
    /// <summary>0 for no upper bound.</summary>
    [FieldOffset(64)] public ulong MaxValue;
    /// <summary>Provable classes: least block time between two proofs of one object.</summary>
    [FieldOffset(72)] public uint ProofSeconds;
    /// <summary>Objects of the class, in whatever state, that one owner may have; 0 for no bound.</summary>
    [FieldOffset(76)] public uint MaxPerOwner;
    [FieldOffset(80)] public UInt128 Reserved1;
    /// <summary>Hash of the rules in words.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.CreateClass;
}

/// <summary>Who must sign a change of state.</summary>
public enum TransitionRole : byte
{
    /// <summary>The change is not allowed.</summary>
    None = 0,
    Owner = 1,
    Counterparty = 2,
    /// <summary>The class's issue policy.</summary>
    Issuer = 3,
    /// <summary>The class's administrator.</summary>
    Administrator = 4,
    LienHolder = 5,
    Anyone = 6,
    /// <summary>The ledger itself, when the object's validity ends.</summary>
    Expiry = 7,
    OwnerAndCounterparty = 8,
    OwnerOrCounterparty = 9,
    OwnerAndIssuer = 10,
    CounterpartyAndIssuer = 11,
    /// <summary>A member of the class's role policy with this role.</summary>
    Role1 = 12,
    Role2 = 13,
    Role3 = 14,
    Role4 = 15,
}

/// <summary>Sets an edge of a class's state table, or ends its draft (<see cref="Opcode.ActivateClass"/>). Value: the class's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct SetTransitionCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>The class; 0 for the one that was created earlier in the same linked chain.</summary>
    [FieldOffset(16)] public uint Class;
    /// <summary>State before, 0 … 15. ActivateClass: 0.</summary>
    [FieldOffset(20)] public byte From;
    /// <summary>State after, 0 … 15. The same as before allows changes inside the state. ActivateClass: 0.</summary>
    [FieldOffset(21)] public byte To;
    /// <summary>Who must sign. ActivateClass: none.</summary>
    [FieldOffset(22)] public TransitionRole Role;
    [FieldOffset(23)] public byte Reserved0;
    [FieldOffset(24)] public ulong Reserved1;
    [FieldOffset(32)] public Hash256 Reserved2;
    [FieldOffset(64)] public Hash256 Reserved3;
    [FieldOffset(96)] public Hash256 Reserved4;

    static Opcode ICommand.Opcode => Opcode.SetTransition;
}

/// <summary>Creates an object in state 0. Value: the object's number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CreateObjectCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Name inside the class, which no second object gets; 0 for none.</summary>
    [FieldOffset(16)] public UInt128 ExternalId;
    [FieldOffset(32)] public uint Class;
    /// <summary>Policy of the owner; 0 for the session's.</summary>
    [FieldOffset(36)] public uint Owner;
    /// <summary>Policy of a second party; 0 for none.</summary>
    [FieldOffset(40)] public uint Counterparty;
    [FieldOffset(44)] public uint Reserved0;
    /// <summary>A quantity of the object; the class bounds it.</summary>
    [FieldOffset(48)] public ulong Value;
    /// <summary>The creator's own datum.</summary>
    [FieldOffset(56)] public ulong UserData64;
    /// <summary>Block time from which it is valid; 0 for always.</summary>
    [FieldOffset(64)] public long ValidFromNs;
    /// <summary>Block time at which its validity ends; 0 for never. With <see cref="CommandFlags.RelativeTime"/> both count from the block's.</summary>
    [FieldOffset(72)] public long ValidToNs;
    /// <summary>Object that it comes from; 0 for none.</summary>
    [FieldOffset(80)] public ulong Parent0;
    /// <summary>Second object that it comes from; 0 for none.</summary>
    [FieldOffset(88)] public ulong Parent1;
    /// <summary>Hash of the document, or any 32 bytes.</summary>
    [FieldOffset(96)] public Hash256 Content;

    static Opcode ICommand.Opcode => Opcode.CreateObject;
}

/// <summary>Moves an object along an edge of its class's table. Value: the object's version after it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ChangeObjectCommand : ICommand
{
    /// <summary>As a counterparty: none any more.</summary>
    public const uint NoCounterparty = uint.MaxValue;

    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ulong Object;
    /// <summary>State after, 0 … 15.</summary>
    [FieldOffset(24)] public uint State;
    /// <summary>New second party, which must sign too; 0 leaves it, <see cref="NoCounterparty"/> ends it.</summary>
    [FieldOffset(28)] public uint Counterparty;
    /// <summary>Version that the object must have; 0 for any.</summary>
    [FieldOffset(32)] public ulong Version;
    /// <summary>New value; <see cref="ulong.MaxValue"/> leaves it.</summary>
    [FieldOffset(40)] public ulong Value;
    /// <summary>New end of validity; 0 leaves it, −1 takes it away.</summary>
    [FieldOffset(48)] public long ValidToNs;
    [FieldOffset(56)] public ulong Reserved0;
    /// <summary>New content hash; zero leaves it.</summary>
    [FieldOffset(64)] public Hash256 Content;
    /// <summary>Hash of the document that gives the reason.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.ChangeObject;
}

/// <summary>Hands an object over (<see cref="Opcode.TransferObject"/>), gives a lien on it (<see cref="Opcode.SetLien"/>) or ends the lien
/// (<see cref="Opcode.ReleaseLien"/>). Value: the object's version after it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct ObjectPartyCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ulong Object;
    /// <summary>New owner, or holder of the lien. ReleaseLien: 0.</summary>
    [FieldOffset(24)] public uint Party;
    [FieldOffset(28)] public uint Reserved0;
    /// <summary>Version that the object must have; 0 for any.</summary>
    [FieldOffset(32)] public ulong Version;
    /// <summary>SetLien: what the lien secures, minor units of whatever the reference says. Else 0.</summary>
    [FieldOffset(40)] public ulong LienAmount;
    [FieldOffset(48)] public UInt128 Reserved1;
    [FieldOffset(64)] public Hash256 Reserved2;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.TransferObject;
}

/// <summary>What a <see cref="CheckObjectCommand"/> asks beside the fields that are not zero.</summary>
[Flags]
public enum ObjectChecks : uint
{
    None = 0,
    /// <summary>Block time lies inside the object's validity.</summary>
    Valid = 1 << 0,
    OwnerSigns = 1 << 1,
    CounterpartySigns = 1 << 2,
    IssuerSigns = 1 << 3,
    /// <summary>There is no lien on it.</summary>
    NoLien = 1 << 4,
}

/// <summary>Succeeds when an object is as it says, and changes nothing: a guard for linked chains. Value: the object's version.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CheckObjectCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public ulong Object;
    /// <summary>Class that it must have; 0 for any.</summary>
    [FieldOffset(24)] public uint Class;
    /// <summary>States, one bit each, in which it must be; 0 for any.</summary>
    [FieldOffset(28)] public uint States;
    /// <summary>Owner that it must have; 0 for any.</summary>
    [FieldOffset(32)] public uint Owner;
    /// <summary>Counterparty that it must have; 0 for any.</summary>
    [FieldOffset(36)] public uint Counterparty;
    [FieldOffset(40)] public ObjectChecks Checks;
    [FieldOffset(44)] public uint Reserved0;
    /// <summary>Version that it must have; 0 for any.</summary>
    [FieldOffset(48)] public ulong Version;
    [FieldOffset(56)] public ulong Reserved1;
    /// <summary>Content hash that it must have; zero for any.</summary>
    [FieldOffset(64)] public Hash256 Content;
    [FieldOffset(96)] public Hash256 Reserved2;

    static Opcode ICommand.Opcode => Opcode.CheckObject;
}

/// <summary>
/// Part of a Merkle path inside a linked chain; the last part succeeds when the path leads from the leaf that the ledger asks for to the
/// content hash of an object of a class with <see cref="ClassFlags.Provable"/>. From there to the end of the chain the object's proof
/// policy approves. Leaf and nodes are hashed as the ledger's own trees are. Value: 1 when the path is complete, else 0.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CheckPathCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Object whose content hash is the root and whose value counts the leaves.</summary>
    [FieldOffset(16)] public ulong Object;
    /// <summary>The leaf that is proved: must be the object's challenge.</summary>
    [FieldOffset(24)] public ulong Index;
    /// <summary>Number of this part: 0, 1, 2 …</summary>
    [FieldOffset(32)] public uint Part;
    /// <summary>Hashes in this part: 1 or 2. Those of all parts are the leaf and its siblings from the bottom to the top.</summary>
    [FieldOffset(36)] public ushort Count;
    /// <summary>1 in the part that ends the path.</summary>
    [FieldOffset(38)] public ushort Last;
    [FieldOffset(40)] public ulong Reserved0;
    [FieldOffset(48)] public UInt128 Reserved1;
    [FieldOffset(64)] public Hash256 Hash0;
    [FieldOffset(96)] public Hash256 Hash1;

    static Opcode ICommand.Opcode => Opcode.CheckPath;
}
