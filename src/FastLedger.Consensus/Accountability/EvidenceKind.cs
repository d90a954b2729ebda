// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus.Accountability;

/// <summary>Pairs of statements that no correct replica signs both.</summary>
public enum EvidenceKind : byte
{
    None = 0,
    /// <summary>EV1: two votes in one view for different blocks (a proposal is a vote).</summary>
    DoubleVote = 1,
    /// <summary>EV2: two finalize votes in one view for different blocks.</summary>
    DoubleFinalize = 2,
    /// <summary>EV3: a finalize vote of view v, and a timeout of view w ≥ v that claims a highest certificate below v.</summary>
    FinalizeHidden = 3,
    /// <summary>EV4: a vote of view u for a block whose parent is of view k, and a timeout of view w ≥ u that claims a highest certificate below k.</summary>
    LockHidden = 4,
    /// <summary>EV5: two timeouts of one view with different claims.</summary>
    DoubleTimeout = 5,
    /// <summary>EV6: two state votes of one height with different content.</summary>
    DoubleState = 6,
    /// <summary>EV7: two batches with one number.</summary>
    DoubleBatch = 7,
}
