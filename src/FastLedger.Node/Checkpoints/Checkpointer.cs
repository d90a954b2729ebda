// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.State.Checkpoints;
using FastLedger.State.Residency;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>
/// Takes checkpoints beside execution. After each block the executor hands a few pages to the store; the store makes them durable on its
/// thread; consensus adds what the journal has to give on top; a thread publishes the manifest. No step waits for another one inside a block.
/// </summary>
/// <remarks>
/// Thread: <see cref="AfterBlock"/> and <see cref="Turn"/> the executor's, <see cref="Wants"/> and <see cref="Provide"/> the consensus stage's,
/// <see cref="Statistics"/> any. Alloc: per checkpoint, and a task per 128 blocks.
/// </remarks>
internal sealed class Checkpointer : IDisposable
{
    private const long LeastLogGrowth = 256L << 20;
    private const int BlocksBetweenPreparations = 128;

    private readonly StateSection _options;
    private readonly Ledger _ledger;
    private readonly PageStoreAdapter _pages;
    private readonly CheckpointCapture _capture;
    private readonly CapturePace _pace;
    private readonly PageResidency? _residency;
    private readonly CheckpointPublisher? _publisher;
    private Phase _phase;
    private ulong _wanted, _beganHeight;
    private long _beganTail, _idsNoted, _idsEnd;
    private CheckpointAnchor? _anchor;
    private Manifest? _manifest;
    private ulong _historyEntries;
    private StoreToken _token;
    private StoreToken _release;
    private long _began, _lastBegan;
    private CheckpointStatistics _statistics;
    private long _published;
    private long _lastTicks;
    private ulong _misses, _unexpectedMisses, _evictions, _returns;
    private long _residentBytes;
    private Task _preparation = Task.CompletedTask;
    private ulong _blocks;
    private volatile bool _disposing;

    public Checkpointer(StateSection options, Ledger ledger, PageStoreAdapter pages, CheckpointPublisher? publisher)
    {
        _options = options;
        _ledger = ledger;
        _pages = pages;
        _publisher = publisher;
        _residency = ledger.Tree.Residency;
        if (_residency is not null) _residency.BeforeWriteBack = EndCapture;
        _capture = new CheckpointCapture(ledger.Tree, pages, options.MostImageBytes, options.LeastPagesPerBlock);
        _pace = new CapturePace(options, _capture);
        _lastBegan = Stopwatch.GetTimestamp();
        _beganHeight = ledger.Height;
    }

    private enum Phase
    {
        /// <summary>No checkpoint runs.</summary>
        Idle,
        /// <summary>Pages are handed over, some per block.</summary>
        Capturing,
        /// <summary>All pages are handed over, the store has no room for the request yet.</summary>
        Requesting,
        /// <summary>The store makes them durable.</summary>
        Storing,
        /// <summary>The manifest is written.</summary>
        Publishing,
        /// <summary>The store is told what it may free.</summary>
        Releasing,
    }

    /// <summary>What happened so far. Any thread; the figures of different fields may be of different moments.</summary>
    public CheckpointStatistics Statistics()
    {
        long now = Stopwatch.GetTimestamp(), began = Volatile.Read(ref _began);
        PageStoreStatistics store = _pages.Store.Statistics;
        double running = began == 0 ? 0 : Seconds(now - began);
        return _statistics with
        {
            Published = (ulong)Volatile.Read(ref _published),
            LastSeconds = Seconds(Volatile.Read(ref _lastTicks)),
            AgeSeconds = Seconds(now - Volatile.Read(ref _lastBegan)),
            RunningSeconds = running,
            IsOverdue = running > _options.WatchdogSeconds,
            PagesWritten = store.PagesWritten,
            StoreBytes = store.LogBytes,
            Misses = Volatile.Read(ref _misses),
            UnexpectedMisses = Volatile.Read(ref _unexpectedMisses),
            Returns = Volatile.Read(ref _returns),
            Evictions = Volatile.Read(ref _evictions),
            ResidentBytes = Volatile.Read(ref _residentBytes),
        };
    }

    /// <summary>After each block.</summary>
    public void AfterBlock(BlockExecution execution)
    {
        _idsNoted = _publisher?.Ids.Collect() ?? 0; // first: what was created is still in memory
        _residency?.Trim();
        if (_phase == Phase.Idle && IsDue()) Begin(execution);
        else if (_phase == Phase.Capturing && _capture.Step(_pace.AfterBlock())) _phase = Phase.Requesting;
        Turn();
        PrepareRoom();
        ShowResidency();
    }

    /// <summary>Now and then, on another thread: memory for what the next checkpoint will keep.</summary>
    private void PrepareRoom()
    {
        if (++_blocks % BlocksBetweenPreparations != 0 || !_preparation.IsCompleted) return;
        _preparation = Task.Run(() =>
        {
            while (!_disposing && _capture.PrepareRoom())
            {
                // A piece at a time.
            }
        });
    }

    /// <summary>Goes on as far as possible without waiting; also called while nothing is executed.</summary>
    /// <returns>True when something moved.</returns>
    public bool Turn()
    {
        switch (_phase)
        {
            case Phase.Requesting:
                if (!_pages.Store.TryRequestCheckpoint(_capture.Height)) return false;
                _phase = Phase.Storing;
                return true;
            case Phase.Storing:
                if (_token.Sequence == 0)
                {
                    if (!_pages.Store.TryTakeCheckpoint(out StoreCheckpoint done)) return false;
                    Invariant.Check(done.Id == _capture.Height);
                    _token = done.Token;
                }

                return _publisher is null ? End() : Publish();
            case Phase.Publishing:
                if (!_publisher!.TryTake(out Manifest? oldest)) return false;
                _release = oldest!.StoreToken;
                _statistics = _statistics with { Height = _capture.Height };
                Interlocked.Increment(ref _published);
                _phase = Phase.Releasing;
                return true;
            case Phase.Releasing:
                return _pages.Store.TryRelease(_release) && End();
            default:
                return false;
        }
    }

    /// <summary>True while pages wait to be handed over, which goes by time: the executor must not sleep for long.</summary>
    public bool IsCapturing => _phase == Phase.Capturing;

    /// <summary>While nothing is executed, pages go out too, as time goes on.</summary>
    /// <returns>True when there may be more to do at once.</returns>
    public bool IdleTurn()
    {
        if (_phase != Phase.Capturing) return Turn();
        if (_capture.IdleStep(_pace.Idle()))
        {
            _phase = Phase.Requesting;
            return true;
        }

        return _options.CheckpointBlocks > 0 && _capture.FrozenPages > 0;
    }

    /// <summary>Pages that changed are about to be written outside of a checkpoint: the running one must have all of its own before.</summary>
    private void EndCapture()
    {
        if (_phase == Phase.Capturing)
        {
            _capture.Finish();
            _phase = Phase.Requesting;
        }

        while (_phase == Phase.Requesting && !Turn()) _pages.WaitForRoom();
    }

    private void ShowResidency()
    {
        if (_residency is null) return;
        Volatile.Write(ref _misses, _residency.Misses);
        Volatile.Write(ref _unexpectedMisses, _residency.UnexpectedMisses);
        Volatile.Write(ref _returns, _residency.Returns);
        Volatile.Write(ref _evictions, _residency.Evictions);
        Volatile.Write(ref _residentBytes, _residency.ResidentBytes + _residency.SuppressedBytes);
    }

    /// <summary>Consensus stage: the checkpoint of this height wants an anchor.</summary>
    public bool Wants(ulong height) => height == Volatile.Read(ref _wanted);

    /// <summary>Consensus stage: the anchor.</summary>
    public void Provide(CheckpointAnchor anchor) => Volatile.Write(ref _anchor, anchor);

    public void Dispose()
    {
        _disposing = true;
        _preparation.Wait();
        _publisher?.Dispose();
        _pages.Dispose(); // its thread reads former images
        _capture.Dispose();
    }

    private static double Seconds(long ticks) => (double)ticks / Stopwatch.Frequency;

    private bool IsDue()
    {
        if (_ledger.Height == _beganHeight) return false;
        if (HasLogGrown()) return true;
        if (_options.CheckpointBlocks > 0) return _ledger.Height - _beganHeight >= (ulong)_options.CheckpointBlocks;
        return Seconds(Stopwatch.GetTimestamp() - _lastBegan) >= _options.CheckpointSeconds;
    }

    /// <summary>
    /// Bounded memory: pages that leave are written between checkpoints too, and what they replace is freed only behind one. So one is due
    /// when half as much was written as all pages take.
    /// </summary>
    private bool HasLogGrown()
    {
        if (_residency is null) return false;
        PageStoreStatistics store = _pages.Store.Statistics;
        return store.TailAddress - _beganTail >= Math.Max(LeastLogGrowth, store.LiveBytes / 2);
    }

    private void Begin(BlockExecution execution)
    {
        ulong height = _ledger.Height;
        ReadOnlySpan<Table> tables = _ledger.Tree.Tables;
        var described = new ManifestTable[tables.Length];
        for (int i = 0; i < tables.Length; i++)
            described[i] = new ManifestTable((uint)tables[i].Id, (uint)tables[i].RecordSize, tables[i].Count, tables[i].Root);
        _manifest = new Manifest
        {
            ChainId = _ledger.ChainId,
            Height = height,
            BlockId = execution.BlockId,
            StateRoot = execution.StateRoot,
            ReceiptsRoot = execution.ReceiptsRoot,
            JournalIndex = 0,
            Tables = described,
        };
        (_historyEntries, _idsEnd) = (_ledger.Counters.HistoryEntries, _idsNoted);
        _token = default;
        _anchor = null;
        long now = Stopwatch.GetTimestamp();
        Volatile.Write(ref _began, now);
        Volatile.Write(ref _lastBegan, now);
        _beganHeight = height;
        if (_residency is not null) _beganTail = _pages.Store.Statistics.TailAddress;
        _statistics = _statistics with { DirtyPages = _capture.DirtyPages };
        _pace.Begin(now);
        _capture.Begin(height);
        _phase = Phase.Capturing;
        Volatile.Write(ref _wanted, height); // read by consensus when the block comes back to it
    }

    private bool Publish()
    {
        if (Volatile.Read(ref _anchor) is not { } anchor) return false;
        if (anchor.FirstIndex == 0) return End(); // the journal cannot be cut here; the next checkpoint tries again
        _publisher!.Publish(new UnpublishedCheckpoint(_manifest!, anchor, _token, _historyEntries, _idsEnd));
        _phase = Phase.Publishing;
        return true;
    }

    private bool End()
    {
        _phase = Phase.Idle;
        Volatile.Write(ref _lastTicks, Stopwatch.GetTimestamp() - _began);
        Volatile.Write(ref _began, 0);
        return true;
    }
}
