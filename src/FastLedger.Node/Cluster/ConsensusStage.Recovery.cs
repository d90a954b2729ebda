// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Consensus;
using FastLedger.Consensus.Messages;
using FastLedger.Node.Pipeline;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

// From what recovery found to the first turn.
internal sealed partial class ConsensusStage
{
    private readonly List<StoredBatch> _recoveredBatches = [];
    private StateCommitment _recoveredState;

    /// <summary>Takes over what recovery found. Before the stage runs.</summary>
    public void Restore(JournalReplay replay, BlockExecution execution)
    {
        _executedHeight = _fedHeight = execution.Ledger.Height;
        (_executedRoot, _executedTimestampNs) = (execution.StateRoot, execution.Ledger.TimestampNs);
        if (_executedHeight > 0) _recoveredState = new StateCommitment(_executedHeight, execution.BlockId, execution.StateRoot, execution.ReceiptsRoot, default);
        foreach ((int author, ulong number) in replay.ExecutedBatches) _store.OnExecuted(author, number);
        foreach ((ulong height, Hash256 id, byte[] image) in replay.Unexecuted) EnqueueCommitted(height, id, image);
        var verifier = new BundleVerifier(execution.Ledger.ChainId);
        var batches = new List<byte[]>(replay.Batches);
        batches.Sort(static (a, b) => NumberOf(a).CompareTo(NumberOf(b)));
        foreach (byte[] payload in batches)
        {
            // What finds no room is read again from the journal when a block needs it.
            if (BundleVerifier.TryRead(payload, out BatchMessage header, out _) && header.Batch.Author < _store.Authors
                && JournalArchive.TryLoad(payload, _store.Of(header.Batch.Author), verifier, out StoredBatch batch)) _recoveredBatches.Add(batch);
        }
    }

    private static ulong NumberOf(byte[] payload) => BundleVerifier.TryRead(payload, out BatchMessage header, out _) ? header.Batch.Number : 0;

    /// <summary>The core starts; what was executed and stored before is told to it.</summary>
    private void Begin()
    {
        ReadValidators();
        Step(ConsensusEvent.Start);
        ReadValidators();
        Authorize();
        if (_recoveredState.Height > 0) Step(ConsensusEvent.Executed(_recoveredState));
        foreach (StoredBatch batch in _recoveredBatches) Step(ConsensusEvent.BatchStored(batch.Header));
        _recoveredBatches.Clear();
        _ = FeedExecution();
        _ = Commit();
        Release();
        PublishStatus();
    }
}
