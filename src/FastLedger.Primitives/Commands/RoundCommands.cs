// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>How a sealed round is decided.</summary>
public enum RoundKind : byte
{
    /// <summary>Values are choices 0 … 15; counts per choice.</summary>
    Tally = 1,
    /// <summary>The lowest value wins (tender).</summary>
    Min = 2,
    /// <summary>The highest value wins and is the price.</summary>
    Max = 3,
    /// <summary>The highest value wins; the price is the second highest.</summary>
    SecondPrice = 4,
}

/// <summary>Phase of a sealed round, by block time.</summary>
public enum RoundState : byte
{
    None = 0,
    /// <summary>Created, not open yet: its rules can still be changed.</summary>
    Announced = 1,
    /// <summary>Commitments are taken.</summary>
    Open = 2,
    /// <summary>Commitments are revealed.</summary>
    Reveal = 3,
    /// <summary>Deposits of commitments that were not revealed are being taken.</summary>
    Closing = 4,
    /// <summary>The result stands.</summary>
    Final = 5,
}

/// <summary>What became of a commitment.</summary>
public enum BidState : byte
{
    None = 0,
    Committed = 1,
    Revealed = 2,
    /// <summary>Not revealed in time; the deposit was taken.</summary>
    Forfeited = 3,
}

/// <summary>Creates a sealed round. Value: its number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CreateRoundCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Most minor units of the deposit account's asset that each commitment reserves; 0 for no deposit. A tally spends it when the
    /// vote is revealed, the other kinds give it back.</summary>
    [FieldOffset(16)] public ulong Deposit;
    /// <summary>Account that gets forfeited deposits (and spent votes); the session's policy must agree. 0 without a deposit.</summary>
    [FieldOffset(24)] public ulong DepositAccount;
    /// <summary>Block times. With <see cref="CommandFlags.RelativeTime"/> they count from the block's.</summary>
    [FieldOffset(32)] public long OpensAtNs;
    /// <summary>Commitments are taken before it, revealed from it on.</summary>
    [FieldOffset(40)] public long ClosesAtNs;
    /// <summary>End of the reveal phase.</summary>
    [FieldOffset(48)] public long RevealEndsNs;
    [FieldOffset(56)] public RoundKind Kind;
    /// <summary>Tally: number of choices, 1 … 16. Else 0.</summary>
    [FieldOffset(57)] public byte Choices;
    [FieldOffset(58)] public ushort Reserved0;
    /// <summary>Asset of which a bidder must hold something when it commits; 0 for none.</summary>
    [FieldOffset(60)] public uint EligibilityAsset;
    /// <summary>Policy that may change the rules before the round opens; 0 for the session's.</summary>
    [FieldOffset(64)] public uint Policy;
    [FieldOffset(68)] public uint Reserved1;
    [FieldOffset(72)] public ulong Reserved2;
    /// <summary>Reserve price: Min counts values up to it, Max and SecondPrice from it on. 0 for none.</summary>
    [FieldOffset(80)] public UInt128 ReservePrice;
    /// <summary>Hash of the rules in words.</summary>
    [FieldOffset(96)] public Hash256 Rules;

    static Opcode ICommand.Opcode => Opcode.CreateRound;
}

/// <summary>Changes the rules of a round before it opens. Value: its number.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct AmendRoundCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public uint Round;
    [FieldOffset(20)] public uint Reserved0;
    [FieldOffset(24)] public ulong Reserved1;
    /// <summary>The new rules.</summary>
    [FieldOffset(32)] public Hash256 Rules;
    [FieldOffset(64)] public Hash256 Reserved2;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.AmendRound;
}

/// <summary>Hands in a commitment. Value: the number of the bid.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CommitCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public uint Round;
    /// <summary>Policy that bids; 0 for the session's. One commitment per round.</summary>
    [FieldOffset(20)] public uint Bidder;
    /// <summary>Account that the deposit is reserved on; 0 without a deposit.</summary>
    [FieldOffset(24)] public ulong DepositAccount;
    /// <summary>The bidder's account of the eligibility asset; 0 when none is asked for.</summary>
    [FieldOffset(32)] public ulong EligibilityAccount;
    [FieldOffset(40)] public ulong Reserved0;
    [FieldOffset(48)] public UInt128 Reserved1;
    /// <summary>Digest of round, bidder, value and salt, see <c>SealedCommitment</c>.</summary>
    [FieldOffset(64)] public Hash256 Commitment;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.Commit;
}

/// <summary>Opens a commitment. Value: the number of the bid.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct RevealCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public uint Round;
    /// <summary>Policy that bid; 0 for the session's. Anybody who knows value and salt may reveal.</summary>
    [FieldOffset(20)] public uint Bidder;
    [FieldOffset(24)] public ulong Reserved0;
    /// <summary>What was committed to.</summary>
    [FieldOffset(32)] public UInt128 Value;
    [FieldOffset(48)] public UInt128 Reserved1;
    [FieldOffset(64)] public Hash256 Salt;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.Reveal;
}
