// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace FastLedger.Primitives.Commands;

/// <summary>What an event of the event log tells, and of what kind its subject is.</summary>
public enum LedgerEventKind : ushort
{
    ObjectCreated = 1,
    /// <summary>Moved along an edge of its state table.</summary>
    ObjectChanged = 2,
    ObjectTransferred = 3,
    LienSet = 4,
    LienReleased = 5,
    /// <summary>Its validity ended, and the ledger moved it along the edge for that.</summary>
    ObjectExpired = 6,
    /// <summary>A correct Merkle path was shown.</summary>
    ObjectProved = 7,

    RoundCreated = 20,
    RoundAmended = 21,
    Committed = 22,
    Revealed = 23,
    Forfeited = 24,
    RoundFinal = 25,

    OutcomeCreated = 30,
    OutcomeReported = 31,
    OutcomeDisputed = 32,
    OutcomeFinal = 33,

    PolicyChanged = 40,
    Proposed = 41,
    Approved = 42,
    Enacted = 43,

    SplitChanged = 50,
    DistributionOpened = 51,
    DistributionDone = 52,
}

/// <summary>
/// One entry of the event log: 128 bytes, append-only, numbered from 1. Events of one subject are linked backwards. All events are the
/// leaves of a log tree (RFC 6962) whose root stands in the state.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct LedgerEvent
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 128;

    /// <summary>Ledger sequence of the command that caused it.</summary>
    [FieldOffset(0)] public ulong Sequence;
    /// <summary>Block time.</summary>
    [FieldOffset(8)] public long TimestampNs;
    /// <summary>Number of the object, round, outcome, policy, proposal, split or distribution.</summary>
    [FieldOffset(16)] public ulong Subject;
    /// <summary>The subject's event before this one, or 0.</summary>
    [FieldOffset(24)] public ulong Previous;
    [FieldOffset(32)] public LedgerEventKind Kind;
    /// <summary>State before it.</summary>
    [FieldOffset(34)] public byte From;
    /// <summary>State after it.</summary>
    [FieldOffset(35)] public byte To;
    /// <summary>Policy of the session that sent the command; 0 for the ledger itself.</summary>
    [FieldOffset(36)] public uint Actor;
    /// <summary>Owner after it; bidder.</summary>
    [FieldOffset(40)] public uint Owner;
    [FieldOffset(44)] public uint Counterparty;
    [FieldOffset(48)] public uint LienHolder;
    [FieldOffset(52)] public uint Code;
    /// <summary>Value of an object, reported value of an outcome, choice or low half of a revealed value.</summary>
    [FieldOffset(56)] public ulong Value;
    /// <summary>Content hash, commitment, salt, digest or question.</summary>
    [FieldOffset(64)] public Hash256 Content;
    [FieldOffset(96)] public Hash256 Reference;
}
