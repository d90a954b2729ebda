// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>How far an attested outcome is.</summary>
public enum OutcomeState : byte
{
    None = 0,
    /// <summary>Not reported yet.</summary>
    Open = 1,
    /// <summary>Reported; becomes final when the dispute window ends.</summary>
    Proposed = 2,
    /// <summary>The report was disputed; the oracle reports again.</summary>
    Disputed = 3,
    /// <summary>Disputed so often that the arbiter decides.</summary>
    Escalated = 4,
    /// <summary>The value stands.</summary>
    Final = 5,
}

/// <summary>Creates a question with 2 … 8 possible values. With a collateral asset the ledger also creates one asset per value, which only
/// complete sets issue. Value: the outcome's number in the low 64 bits, the number of the first of its assets above.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CreateOutcomeCommand : ICommand
{
    /// <summary>Most values.</summary>
    public const int MaxValues = 8;

    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    /// <summary>Policy whose report counts.</summary>
    [FieldOffset(16)] public uint OraclePolicy;
    /// <summary>Policy that decides after the last dispute; 0 for the oracle's.</summary>
    [FieldOffset(20)] public uint ArbiterPolicy;
    /// <summary>Asset of the bonds and the backing of complete sets; 0 for neither.</summary>
    [FieldOffset(24)] public uint CollateralAsset;
    /// <summary>Number of values, 2 … 8.</summary>
    [FieldOffset(28)] public uint Values;
    /// <summary>Block time before which it cannot be reported; 0 for none.</summary>
    [FieldOffset(32)] public long ReportFromNs;
    /// <summary>Block time at which it becomes final as invalid when nothing was reported; 0 for never. With
    /// <see cref="CommandFlags.RelativeTime"/> both count from the block's.</summary>
    [FieldOffset(40)] public long ReportUntilNs;
    /// <summary>Seconds of block time in which a report can be disputed; 0 makes reports final at once.</summary>
    [FieldOffset(48)] public uint DisputeSeconds;
    /// <summary>Disputes after which the arbiter decides, 1 … 4; 0 when there is no dispute window.</summary>
    [FieldOffset(52)] public uint MaxDisputes;
    /// <summary>Bond of the first dispute, minor units of the collateral asset; each further one takes twice as much.</summary>
    [FieldOffset(56)] public ulong Bond;
    /// <summary>Account of the collateral asset that gets the bonds of unjustified disputes; 0 without a bond.</summary>
    [FieldOffset(64)] public ulong BondAccount;
    [FieldOffset(72)] public ulong Reserved0;
    [FieldOffset(80)] public UInt128 Reserved1;
    /// <summary>Hash of the question and what each value means.</summary>
    [FieldOffset(96)] public Hash256 Question;

    static Opcode ICommand.Opcode => Opcode.CreateOutcome;
}

/// <summary>Reports the value of an outcome (<see cref="Opcode.ReportOutcome"/>) or disputes the report
/// (<see cref="Opcode.DisputeOutcome"/>). Value: the outcome's state after it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct OutcomeCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public uint Outcome;
    /// <summary>Report: 1 … n, or 0 for invalid. Dispute: the value that is disputed.</summary>
    [FieldOffset(20)] public uint Value;
    /// <summary>Dispute: account that the bond is reserved on. Report: 0.</summary>
    [FieldOffset(24)] public ulong Account;
    [FieldOffset(32)] public Hash256 Reserved0;
    [FieldOffset(64)] public Hash256 Reserved1;
    /// <summary>Hash of the evidence.</summary>
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.ReportOutcome;
}

/// <summary>Turns collateral into one unit of every value's asset (<see cref="Opcode.MintSet"/>) or back (<see cref="Opcode.BurnSet"/>).
/// Value: the amount.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct CompleteSetCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public uint Outcome;
    [FieldOffset(20)] public uint Reserved0;
    /// <summary>Account of the collateral asset.</summary>
    [FieldOffset(24)] public ulong CollateralAccount;
    /// <summary>Minor units of collateral, and of every value's asset.</summary>
    [FieldOffset(32)] public UInt128 Amount;
    /// <summary>Account of the first value's asset, and so on; 0 beyond the number of values.</summary>
    [FieldOffset(48)] public ulong Account1;
    [FieldOffset(56)] public ulong Account2;
    [FieldOffset(64)] public ulong Account3;
    [FieldOffset(72)] public ulong Account4;
    [FieldOffset(80)] public ulong Account5;
    [FieldOffset(88)] public ulong Account6;
    [FieldOffset(96)] public ulong Account7;
    [FieldOffset(104)] public ulong Account8;
    [FieldOffset(112)] public UInt128 UserData128;

    static Opcode ICommand.Opcode => Opcode.MintSet;
}

/// <summary>Exchanges units of a value's asset for collateral after the outcome is final: one for one when the value won, one for n when
/// the outcome is invalid, else not at all. Value: collateral paid.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
public struct RedeemCommand : ICommand
{
    [FieldOffset(0)] public Opcode Opcode;
    [FieldOffset(2)] public CommandFlags Flags;
    [FieldOffset(4)] public uint Code;
    [FieldOffset(8)] public ulong Number;
    [FieldOffset(16)] public uint Outcome;
    [FieldOffset(20)] public uint Reserved0;
    /// <summary>Account of the value's asset, debited.</summary>
    [FieldOffset(24)] public ulong Account;
    /// <summary>Units; of an invalid outcome a multiple of the number of values.</summary>
    [FieldOffset(32)] public UInt128 Amount;
    /// <summary>Account of the collateral asset, credited.</summary>
    [FieldOffset(48)] public ulong CollateralAccount;
    [FieldOffset(56)] public ulong Reserved1;
    [FieldOffset(64)] public UInt128 UserData128;
    [FieldOffset(80)] public UInt128 Reserved2;
    [FieldOffset(96)] public Hash256 Reference;

    static Opcode ICommand.Opcode => Opcode.Redeem;
}
