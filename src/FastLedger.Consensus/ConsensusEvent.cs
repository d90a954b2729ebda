// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Messages;

namespace FastLedger.Consensus;

/// <summary>One input of <see cref="ConsensusCore.Step"/>. The bytes are only read during the step.</summary>
public readonly ref struct ConsensusEvent
{
    public ConsensusEventKind Kind { get; private init; }

    /// <summary>The node that a message came from, as its channel authenticated it.</summary>
    public int Node { get; private init; }

    /// <summary>Message, batch header or validator set.</summary>
    public ReadOnlySpan<byte> Bytes { get; private init; }

    /// <summary>Result of execution; the next set's digest is the core's to fill.</summary>
    public StateCommitment Commitment { get; private init; }

    /// <summary>An own batch; author and number are the core's to fill.</summary>
    public BatchReference Batch { get; private init; }

    /// <summary>The author wants acknowledgements for its batch.</summary>
    public bool WantsAck { get; private init; }

    public static ConsensusEvent Start => new() { Kind = ConsensusEventKind.Start };

    public static ConsensusEvent Tick => new() { Kind = ConsensusEventKind.Tick };

    /// <summary>Time has something to do that needs a block, even one without batches.</summary>
    public static ConsensusEvent BlockWanted => new() { Kind = ConsensusEventKind.BlockWanted };

    /// <param name="node">The node that can be reached again.</param>
    public static ConsensusEvent Connected(int node) => new() { Kind = ConsensusEventKind.Connected, Node = node };

    public static ConsensusEvent Message(int node, ReadOnlySpan<byte> message) =>
        new() { Kind = ConsensusEventKind.Message, Node = node, Bytes = message };

    /// <param name="header">The author's signed header, whose digest the host has checked against the bytes it stored.</param>
    public static ConsensusEvent BatchStored(ReadOnlySpan<byte> header) => new() { Kind = ConsensusEventKind.BatchStored, Bytes = header };

    public static ConsensusEvent BatchAuthored(in BatchReference batch, bool wantsAck) =>
        new() { Kind = ConsensusEventKind.BatchAuthored, Batch = batch, WantsAck = wantsAck };

    public static ConsensusEvent Executed(in StateCommitment commitment) =>
        new() { Kind = ConsensusEventKind.Executed, Commitment = commitment };

    /// <param name="nextSet">An encoded <see cref="ValidatorSet"/>; empty to withdraw the permission.</param>
    public static ConsensusEvent ReconfigurationAuthorized(ReadOnlySpan<byte> nextSet) =>
        new() { Kind = ConsensusEventKind.ReconfigurationAuthorized, Bytes = nextSet };
}
