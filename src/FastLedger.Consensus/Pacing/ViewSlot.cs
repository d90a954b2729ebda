// SPDX-License-Identifier: Apache-2.0
using FastLedger.Consensus.Certificates;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Pacing;

/// <summary>Everything received for one view.</summary>
public sealed class ViewSlot(int validators)
{
    public ulong View { get; private set; }

    public VoteSet Votes { get; } = new(validators);

    public VoteSet FinalizeVotes { get; } = new(validators);

    public TimeoutSet Timeouts { get; } = new(validators);

    /// <summary>The verified quorum certificate of the view.</summary>
    public CertificateBuffer Quorum { get; } = new();

    /// <summary>The verified finality certificate of the view.</summary>
    public CertificateBuffer Finality { get; } = new();

    /// <summary>The leader's block, once a valid proposal was seen; zero before.</summary>
    public Hash256 Proposal { get; set; }

    public void Reset(ulong view)
    {
        View = view;
        Votes.Clear();
        FinalizeVotes.Clear();
        Timeouts.Clear();
        Quorum.Clear();
        Finality.Clear();
        Proposal = default;
    }
}
