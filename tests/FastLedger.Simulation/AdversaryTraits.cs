// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Simulation;

/// <summary>What Byzantine replicas do beside, or instead of, following the protocol.</summary>
[Flags]
public enum AdversaryTraits
{
    None = 0,
    /// <summary>Two proposals for one view.</summary>
    Equivocate = 1 << 0,
    /// <summary>Votes for every block that appears, also twice per view.</summary>
    DoubleVote = 1 << 1,
    /// <summary>Finalize votes for every block.</summary>
    DoubleFinalize = 1 << 2,
    /// <summary>Certificates go to some replicas only, and late.</summary>
    Withhold = 1 << 3,
    /// <summary>Proposals on the lowest certificate that the evidence allows.</summary>
    StaleQc = 1 << 4,
    /// <summary>No proposals.</summary>
    Silent = 1 << 5,
    /// <summary>Messages reach a part of the replicas.</summary>
    Selective = 1 << 6,
    /// <summary>Votes for blocks that do not exist.</summary>
    GarbageVote = 1 << 7,
    /// <summary>Timeouts with certificates that nobody signed.</summary>
    GarbageQc = 1 << 8,
    /// <summary>Timeouts and votes of far future views.</summary>
    FarFuture = 1 << 9,
    /// <summary>Wrong blocks in answers to peers that catch up.</summary>
    LyingSync = 1 << 10,
    /// <summary>Batches that are ordered but not given out.</summary>
    WithholdBatch = 1 << 11,
    /// <summary>Batches that repeat, skip or reorder.</summary>
    DuplicateBatch = 1 << 12,
    /// <summary>Messages of earlier views and epochs again, also under the present epoch's number.</summary>
    Replay = 1 << 13,
    /// <summary>Signed wrong state roots.</summary>
    WrongState = 1 << 14,
    /// <summary>Flipped bits and changed fields in own messages.</summary>
    Mutate = 1 << 15,
    /// <summary>Timeouts that claim less than was known, and timeout certificates made of the lowest claims.</summary>
    LowTimeout = 1 << 16,
    /// <summary>Proposals whose entry into the view is not proven by what they carry.</summary>
    BadEntry = 1 << 17,
    /// <summary>Certificates with a changed view, epoch, block, claim or too few signers.</summary>
    ForgedCertificate = 1 << 18,
    /// <summary>No message at all.</summary>
    Dead = 1 << 19,
}
