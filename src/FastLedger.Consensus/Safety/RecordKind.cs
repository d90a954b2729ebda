// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus.Safety;

/// <summary>First byte of every journal record of the core. Numbers are part of the journal format: they are never reused.</summary>
public enum RecordKind : byte
{
    None = 0,
    /// <summary>An epoch begins: its number, genesis, validator set. Written by provisioning for the first epoch.</summary>
    EpochStarted = 1,
    /// <summary>A block that was voted for or committed.</summary>
    Block = 2,
    /// <summary>An own proposal, as sent.</summary>
    Proposed = 3,
    /// <summary>An own vote, with the lock.</summary>
    Voted = 4,
    /// <summary>An own finalize vote, with the lock.</summary>
    Finalized = 5,
    /// <summary>An own timeout, as sent; it contains the lock.</summary>
    TimedOut = 6,
    /// <summary>An own state vote.</summary>
    StateVoted = 7,
    /// <summary>A commit, with its proof.</summary>
    Committed = 8,
    /// <summary>The newest timeout certificate: needed to re-enter the view, not for safety.</summary>
    TimeoutCertificate = 9,
    /// <summary>An own batch, numbered and signed.</summary>
    BatchAuthored = 10,
    /// <summary>The replica stopped signing for a reason that a restart does not remove.</summary>
    Halted = 11,
}
