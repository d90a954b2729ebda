// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus.Effects;

/// <summary>Why a replica stopped signing. It goes on to follow and to serve what it knows.</summary>
public enum HaltReason : byte
{
    None = 0,
    /// <summary>The journal does not hold the record that provisioning wrote: safety data is lost.</summary>
    SafetyDataMissing = 1,
    /// <summary>The journal is damaged in the middle: records that were acted upon may be missing.</summary>
    JournalDamaged = 2,
    /// <summary>A peer showed the replica's own signature under something the journal does not know.</summary>
    AmnesiaDetected = 3,
    /// <summary>Execution gave another state root than a quorum certified.</summary>
    StateDiverged = 4,
    /// <summary>A certificate proves a block final that conflicts with a committed one: more than f validators are faulty.</summary>
    SafetyViolation = 5,
    /// <summary>A journal record is of a newer version than this program.</summary>
    JournalTooNew = 6,
}
