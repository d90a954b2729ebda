// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Effects;

namespace FastLedger.Node;

/// <summary>The replica stopped because it cannot be right: its state differs from what a quorum certified, or the cluster forked.</summary>
public sealed class ReplicaHaltedException(HaltReason reason) : Exception($"The replica stopped: {reason}")
{
    /// <summary>Why.</summary>
    public HaltReason Reason { get; } = reason;
}
