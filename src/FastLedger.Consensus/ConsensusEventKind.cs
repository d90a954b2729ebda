// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Consensus;

/// <summary>What happened outside the core.</summary>
public enum ConsensusEventKind : byte
{
    /// <summary>The journal was replayed; the replica may act.</summary>
    Start,
    /// <summary>A message came from a node over its authenticated channel.</summary>
    Message,
    /// <summary>The time of <see cref="ConsensusCore.NextDeadlineNs"/> has come.</summary>
    Tick,
    /// <summary>The bytes of a batch were appended to the journal; the event carries the author's header.</summary>
    BatchStored,
    /// <summary>An own batch was appended to the journal and wants a number and a signature.</summary>
    BatchAuthored,
    /// <summary>The executor finished a block.</summary>
    Executed,
    /// <summary>The operator allows the next validator set.</summary>
    ReconfigurationAuthorized,
    /// <summary>A channel to a node was opened: what was sent to it before may be lost.</summary>
    Connected,
    /// <summary>Something is due by time: an empty block is worth proposing now.</summary>
    BlockWanted,
}
