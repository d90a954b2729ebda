// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

// Execution decides who validates next; the core ends the epoch; from then on everything that counts by validator is another.
internal sealed partial class ConsensusStage
{
    private ValidatorPlan? _plan;
    private ulong _authorizedEpoch;
    private int _validatorCount;

    /// <summary>Where the peers are told of changed validators; null in a cluster of one.</summary>
    public PeerDirectory? Peers { get; init; }

    /// <summary>Told of a new epoch before anything is signed in it.</summary>
    public Action? EpochBegan { get; init; }

    /// <summary>Keeps the proofs that lead from one epoch to the next.</summary>
    public HandOverStore? HandOvers { get; init; }

    /// <summary>
    /// Takes over who validates as of the last executed block. A change that waits is permission to end the epoch: the core proposes it, and
    /// votes for nothing else.
    /// </summary>
    private void Authorize()
    {
        ValidatorPlan plan = _execution.Plan;
        if (!ReferenceEquals(plan, _plan))
        {
            _plan = plan;
            Peers?.SetPlan(plan);
            if (Board is { } board) board.Plan = plan;
        }

        if (plan.NextSet.Length == 0 || plan.Epoch != _core.Epoch || _authorizedEpoch == plan.Epoch) return;
        _authorizedEpoch = plan.Epoch;
        Step(ConsensusEvent.ReconfigurationAuthorized(plan.NextSet));
    }

    /// <summary>The validators changed: tables by index are made anew.</summary>
    private void ReadValidators()
    {
        ValidatorSet set = _core.Validators;
        _validatorCount = set.Count;
        _store.Grow(set.Count);
        int[] indexOfNode = new int[ValidatorSet.MaxCount];
        for (int node = 0; node < indexOfNode.Length; node++) indexOfNode[node] = set.IndexOfNode(node);
        _inbox.IndexOfNode = indexOfNode;
        _selfMask = _core.Self >= 0 ? UInt128.One << set.Node(_core.Self) : 0;
    }

    /// <summary>
    /// A new epoch: authors number their batches from 1 again, and what the old epoch did not order is forgotten. The clients whose batches
    /// those were connect again and send them again; their numbers make sure that nothing happens twice.
    /// </summary>
    /// <param name="epochChange">The proof that the epoch before ended.</param>
    private void BeginEpoch(ReadOnlySpan<byte> epochChange)
    {
        // The core waits for the execution of the epoch's last block, and orders nothing behind it.
        Invariant.Check(_fedHeight == _executedHeight);
        HandOvers?.Add(epochChange, _validatorCount);
        ReadValidators();
        EpochBegan?.Invoke();
        _outbox.DropBatches();
        _store.Clear();
        _wanted.Clear();
        _ownRingIsFull = false;
        _connections.ForEach(static connection => connection.EndSession(ResultCode.Overloaded));
        Authorize();
    }

    /// <summary>A replica that is no validator can order nothing: whoever sends it commands is sent away, to find one that can.</summary>
    private bool TurnClientsAway()
    {
        if (!IsObserver || _core.Epoch == 0) return false;
        bool any = false;
        ulong position = _rings.Batches.Position;
        while (_rings.Batches.TryRead(ref position, out ByteRing.Entry entry))
        {
            _connections.Find(IngressHead.In(entry.Payload).Connection)?.End(ResultCode.ReplicaObserves);
            _rings.Batches.Release(position);
            any = true;
        }

        return any;
    }
}
