// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>Everything one replica signed, over all its lives, and what its disk really holds of it.</summary>
internal sealed class SignerHistory
{
    private readonly Dictionary<ulong, Hash256> _votes = [];
    private readonly Dictionary<ulong, Hash256> _finals = [];
    private readonly Dictionary<ulong, ulong> _timeouts = [];
    private readonly Dictionary<ulong, StateCommitment> _states = [];
    private ulong _durableBatchEpoch;
    private ulong _durableBatch;

    public ulong Epoch { get; set; }

    public ulong LockEpoch { get; set; }

    public ulong LockView { get; set; }

    public ulong CheckedView { get; set; }

    public ulong DurableEpoch { get; set; }

    public ulong DurableVote { get; set; }

    public ulong DurableFinal { get; set; }

    public ulong DurableTimeout { get; set; }

    public ulong DurableProposal { get; set; }

    public ulong DurableState { get; set; }

    /// <summary>Newest height whose commit is durable, of any epoch.</summary>
    public ulong DurableCommit { get; set; }

    public ulong DurableLock { get; set; }

    /// <summary>Signing is forbidden: the disk lost what had been acted upon.</summary>
    public bool MustNotSign { get; set; }

    /// <summary>Highest view that was timed out in the present epoch.</summary>
    public ulong HighestTimeout { get; set; }

    /// <summary>Highest view that was finalized in the present epoch.</summary>
    public ulong HighestFinal { get; set; }

    public ulong HighestVoteParent { get; set; }

    public ulong SignedEpoch { get; set; }

    public void Clear()
    {
        _votes.Clear();
        _finals.Clear();
        _timeouts.Clear();
        _states.Clear();
        Epoch = 1;
        LockEpoch = LockView = CheckedView = 0;
        MustNotSign = false;
        _durableBatch = _durableBatchEpoch = 0;
        DurableCommit = 0;
        BeginDurableEpoch(1);
        BeginSignedEpoch(1);
    }

    public void BeginDurableEpoch(ulong epoch)
    {
        DurableEpoch = epoch;
        DurableVote = DurableFinal = DurableTimeout = DurableProposal = DurableState = DurableLock = 0;
    }

    public void BeginSignedEpoch(ulong epoch)
    {
        SignedEpoch = epoch;
        HighestTimeout = HighestFinal = HighestVoteParent = 0;
    }

    public void Restarted(bool lost)
    {
        LockEpoch = 0;
        MustNotSign |= lost;
    }

    public void RaiseDurableBatch(ulong epoch, ulong number)
    {
        if (epoch != _durableBatchEpoch) _durableBatch = 0;
        _durableBatchEpoch = epoch;
        _durableBatch = Math.Max(_durableBatch, number);
    }

    public ulong DurableBatch(ulong epoch) => epoch == _durableBatchEpoch ? _durableBatch : 0;

    /// <summary>False when another block was signed under the same key before.</summary>
    public bool Vote(ulong key, in Hash256 block) => _votes.TryAdd(key, block) || _votes[key] == block;

    public bool Final(ulong key, in Hash256 block) => _finals.TryAdd(key, block) || _finals[key] == block;

    public bool Timeout(ulong key, ulong claimed) => _timeouts.TryAdd(key, claimed) || _timeouts[key] == claimed;

    public bool State(ulong key, in StateCommitment commitment) => _states.TryAdd(key, commitment) || _states[key] == commitment;
}
