// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Network.Peers;

/// <summary>Which queue a message waits in. A queue is served only while all before it are empty.</summary>
public enum PeerPriority : byte
{
    /// <summary>Proposals, votes, timeouts: what the next view waits for.</summary>
    Consensus = 0,
    /// <summary>Requests, acknowledgements, certificates.</summary>
    Control = 1,
    /// <summary>Batches, blocks and pages.</summary>
    Bulk = 2,
}
