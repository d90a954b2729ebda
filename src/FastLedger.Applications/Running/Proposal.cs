// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Applications.Patterns;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Running;

/// <summary>Commands that wait for approvals.</summary>
/// <param name="Chain">The commands.</param>
/// <param name="FollowUps">What to do with their results once they are enacted.</param>
internal sealed record Proposal(CommandChain Chain, List<Action<CommandResult>?> FollowUps)
{
    /// <summary>What is approved.</summary>
    public Hash256 Digest => Chain.ProposalDigest();
}
