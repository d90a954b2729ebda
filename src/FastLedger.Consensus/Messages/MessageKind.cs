// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus.Messages;

/// <summary>First byte of every message between replicas. Numbers are part of the wire protocol: they are never reused.</summary>
public enum MessageKind : byte
{
    None = 0,
    /// <summary>A block with its justification; the proposer's signature is its vote.</summary>
    Proposal = 1,
    /// <summary>A vote for a block.</summary>
    Vote = 2,
    /// <summary>A vote that a certified block is final.</summary>
    FinalizeVote = 3,
    /// <summary>The wish to leave a view.</summary>
    Timeout = 4,
    /// <summary>A quorum or finality certificate by itself.</summary>
    CertificateAnnounce = 5,
    /// <summary>A timeout certificate by itself.</summary>
    TimeoutCertificateAnnounce = 6,
    /// <summary>Newest certificates and proof of the newest commit: what a peer that is behind needs first.</summary>
    SyncInfo = 7,
    /// <summary>Asks for an uncommitted chain by its tip, or for committed blocks by height.</summary>
    BlockRequest = 8,
    /// <summary>An uncommitted chain, oldest block first.</summary>
    BlockChain = 9,
    /// <summary>Committed blocks, oldest first, under one commit proof.</summary>
    CommittedBlocks = 10,
    /// <summary>An author's signed description of a batch.</summary>
    BatchHeader = 11,
    /// <summary>A signed statement that the sender stores a batch.</summary>
    BatchAck = 12,
    /// <summary>q acknowledgements: the batch is available.</summary>
    AvailabilityCertificate = 13,
    /// <summary>A signed state root.</summary>
    StateVote = 14,
    /// <summary>q state votes for one root.</summary>
    StateCertificate = 15,
    /// <summary>Proof that an epoch ended and who validates the next one.</summary>
    EpochChange = 16,
    /// <summary>Two signed statements of one key that no correct replica signs both.</summary>
    Evidence = 17,
    /// <summary>The newest signed messages that the sender holds of the receiver itself.</summary>
    Echo = 18,
}
