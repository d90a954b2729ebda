// SPDX-License-Identifier: Apache-2.0

namespace FastLedger.Consensus;

/// <summary>What the core remembers of another node: only limits on how often it is answered.</summary>
internal sealed class PeerState
{
    /// <summary>Before this time the node gets no further sync info.</summary>
    public ulong AnswerAfterNs { get; set; }

    /// <summary>Before this time the node gets no further blocks.</summary>
    public ulong ServeAfterNs { get; set; }

    public void Clear() => AnswerAfterNs = ServeAfterNs = 0;
}
