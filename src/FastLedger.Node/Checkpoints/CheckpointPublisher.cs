// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Threading;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>
/// Publishes checkpoints on a thread of its own: waits until journal and history hold what the manifest names, continues the index of external
/// ids, writes the manifest, and deletes the part of the journal that only older manifests needed.
/// </summary>
/// <remarks>
/// A segment of the journal is deleted one checkpoint after it became superfluous, so that whoever still reads it for a peer can end. Thread:
/// its own; the rest is called by the executor's. Blocks: on the device. A fault stops the replica.
/// </remarks>
internal sealed class CheckpointPublisher : IDisposable
{
    private static readonly TimeSpan DurabilityWait = TimeSpan.FromMilliseconds(100);

    private readonly ManifestStore _manifests;
    private readonly Journal _journal;
    private readonly HistoryLog _history;
    private readonly StateIndex _index;
    private readonly bool _keepJournal;
    private readonly byte[] _genesis;
    private readonly AutoResetEvent _work = new(false);
    private readonly Thread _thread;
    private UnpublishedCheckpoint? _next;
    private Manifest? _oldest;
    private JournalAnchor _superfluous;
    private ulong? _indexedFrom;
    private Action? _published;
    private volatile bool _stopping;

    /// <param name="manifests">Where manifests go.</param>
    /// <param name="journal">The journal.</param>
    /// <param name="history">The history.</param>
    /// <param name="index">The index on disk; this thread's alone from now on.</param>
    /// <param name="ids">What is not in the index; belongs to the publisher.</param>
    /// <param name="genesis">Of the ledger.</param>
    /// <param name="keepJournal">Nothing of the journal is deleted.</param>
    /// <param name="failed">Told on its thread that the device failed.</param>
    public CheckpointPublisher(
        ManifestStore manifests, Journal journal, HistoryLog history, StateIndex index, CreatedIds ids, Genesis genesis, bool keepJournal, Action<IOException> failed)
    {
        Ids = ids;
        _index = index;
        _manifests = manifests;
        _journal = journal;
        _history = history;
        _keepJournal = keepJournal;
        _genesis = JournalReplay.Write(genesis);
        _thread = new Thread(() =>
        {
            try
            {
                Run();
            }
            catch (IOException e)
            {
                failed(e);
            }
        })
        {
            Name = "fastledger-checkpoint",
            IsBackground = true,
        };
        _thread.Start();
    }

    /// <summary>Ids on their way to the index.</summary>
    public CreatedIds Ids { get; }

    /// <summary>Told on its thread when a manifest can be taken back.</summary>
    public Action? Published
    {
        set => _published = value;
    }

    /// <summary>What of the history goes; null when all stays.</summary>
    public HistoryRetention? Retention { get; init; }

    /// <summary>For a replica that has recovered.</summary>
    /// <param name="options">Settings without fault.</param>
    /// <param name="state">What it recovered.</param>
    /// <param name="journal">Its journal.</param>
    /// <param name="history">Its history.</param>
    /// <param name="fault">Told when a manifest cannot be published.</param>
    /// <returns>Null when nothing is durable, and so cannot be gone on from: pages may leave memory then, but no manifest is written.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static CheckpointPublisher? TryOpen(NodeOptions options, RestoredState state, Journal journal, HistoryLog history, Action<Exception> fault)
    {
        if (options.Durability == Durability.None) return null;
        StateIndex index = state.OpenIndex(RestoredState.FolderOf(options), out Manifest? indexed);
        return new CheckpointPublisher(
            state.Manifests!, journal, history, index, new CreatedIds(state.Ledger, indexed), options.Genesis.ToGenesis(), options.State.KeepJournal, fault)
        {
            Retention = options.History.Prunes ? new HistoryRetention(options.History, history) : null,
        };
    }

    /// <summary>Told on its thread from which journal segment on everything is still needed, before anything is deleted.</summary>
    public Action<uint>? Forget { get; set; }

    /// <summary>Hands a checkpoint over. The one before must have been taken back.</summary>
    public void Publish(UnpublishedCheckpoint checkpoint)
    {
        Invariant.Check(Volatile.Read(ref _next) is null);
        Volatile.Write(ref _next, checkpoint);
        _work.Set();
    }

    /// <summary>True when the manifest is published.</summary>
    /// <param name="oldest">The oldest one that is kept: what it does not need may be freed.</param>
    public bool TryTake(out Manifest? oldest)
    {
        oldest = Interlocked.Exchange(ref _oldest, null);
        return oldest is not null;
    }

    public void Dispose()
    {
        _stopping = true;
        _work.Set();
        if (Thread.CurrentThread != _thread) _thread.Join();
        _work.Dispose();
        Ids.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            _work.WaitOne();
            if (Volatile.Read(ref _next) is not { } checkpoint || !AwaitContent(checkpoint)) continue;
            _history.Sync();
            Ids.MoveTo(_index, checkpoint.IdsEnd);
            StoreToken index = _index.Checkpoint();
            _indexedFrom ??= checkpoint.Begun.Height;
            Manifest oldest = _manifests.Write(Compose(checkpoint, in index));
            if (oldest.Height >= _indexedFrom) _index.Release(oldest.IndexToken); // an older one may name an index that is gone
            if (!_keepJournal) Truncate(oldest.JournalAnchor);
            _ = Retention?.Apply(CheckpointFolder.HistoryEntriesOf(oldest));
            Volatile.Write(ref _next, null);
            Volatile.Write(ref _oldest, oldest);
            _published?.Invoke();
        }
    }

    private Manifest Compose(UnpublishedCheckpoint checkpoint, in StoreToken index)
    {
        Manifest begun = checkpoint.Begun;
        CheckpointAnchor anchor = checkpoint.Anchor;
        return new Manifest
        {
            ChainId = begun.ChainId,
            Height = begun.Height,
            BlockId = begun.BlockId,
            StateRoot = begun.StateRoot,
            ReceiptsRoot = begun.ReceiptsRoot,
            JournalIndex = anchor.FirstIndex - 1,
            JournalAnchor = _journal.FindAnchor(anchor.FirstIndex),
            StoreToken = checkpoint.Token,
            IndexToken = index,
            Tables = begun.Tables,
            ConsensusSnapshot = anchor.Snapshot,
            Extension = anchor.Write(checkpoint.HistoryEntries, _genesis),
        };
    }

    /// <summary>The state must not be ahead of the journal, nor the accounts of their history.</summary>
    private bool AwaitContent(UnpublishedCheckpoint checkpoint)
    {
        while (!_stopping)
        {
            bool isDurable = _journal.Writer.WaitForDurable(checkpoint.Anchor.SnapshotIndex, DurabilityWait);
            if (isDurable && _history.FlushedCount >= checkpoint.HistoryEntries) return true;
            if (isDurable) Thread.Sleep(1);
        }

        return false;
    }

    private void Truncate(in JournalAnchor needed)
    {
        if (!_superfluous.HeaderDigest.IsZero) _journal.TruncateBefore(_superfluous);
        Forget?.Invoke((uint)needed.Segment);
        _superfluous = needed;
    }
}
