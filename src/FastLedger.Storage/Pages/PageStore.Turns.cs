// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Threading;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>The store's side of the rings.</summary>
public sealed unsafe partial class PageStore
{
    private const int ReadsPerTurn = PageReads.Depth;
    private const int PagesPerTurn = 32; // or a run
    private const int CleanedPerWrite = 8; // records looked at: where two thirds of them are live, three would do
    private const int CleanedPerIdleTurn = 64;
    private const int RenewalMoves = 64;
    private const int LongestReadWaitUs = 200; // a write or a request that comes meanwhile waits as long
    private const int IdleMs = 1000; // bounds what a lost signal could cost; none is known

    private readonly Doorbell _bell = new();
    private readonly StoreJobs _jobs;
    private readonly Thread? _thread;
    private readonly StatisticsBoard _statistics = new();
    private ulong _written; // pages
    private ulong _pagesRead;
    private ulong _checkpoints;
    private PageLog? _renewed; // takes the place of _log when it has all its pages
    private PendingCheckpoint? _unfinished;
    private StoreToken _durableToken;
    private int _durableState; // set by the job that made _unfinished durable
    private StoreCheckpoint _finished;
    private int _finishedState; // 1: _finished can be taken
    private bool _stopping;

    /// <summary>Figures of the last turn. Thread: any.</summary>
    public PageStoreStatistics Statistics => _statistics.Read();

    /// <summary>
    /// Does a bounded piece of the store's work, when it has no threads of its own (<see cref="PageStoreOptions.OwnThreads"/>): reads first,
    /// then writes, then what makes the log shorter.
    /// </summary>
    /// <returns>False when there was nothing to do.</returns>
    /// <exception cref="InvalidOperationException">The store has its own threads.</exception>
    public bool Turn()
    {
        if (_thread is not null) throw new InvalidOperationException("The store has its own threads.");
        bool worked = TryTurn();
        _fault.ThrowIfAny();
        return worked;
    }

    private void Run()
    {
        BackgroundPriority.Enter();
        while (!Volatile.Read(ref _stopping))
        {
            if (TryTurn() || ((_reads is { IsBusy: true } || (_renewed is null && _log.ExcessBytes > 0)) && _fault.First is null)) continue;
            _bell.Announce();
            if (TryTurn() || Volatile.Read(ref _stopping)) _bell.StayAwake();
            else _bell.Sleep(IdleMs);
        }
    }

    private bool TryTurn()
    {
        if (_fault.First is not null) return false;
        bool worked = false;
        try
        {
            worked = FinishCheckpoint() | ServeReads() | ApplyWrites() | ContinueRenewal();
            worked = worked || Clean(0) || _jobs.TryRun() || DeliverReads(LongestReadWaitUs) || Clean(LongestReadWaitUs);
            if ((_renewed ?? _log).UnsyncedBytes >= _options.SyncBytes) SyncAhead();
        }
        catch (IOException fault)
        {
            _fault.Set(fault);
            Signal();
            return false;
        }

        if (!worked) return false;
        PublishStatistics();
        _options.Progress?.Ring();
        return true;
    }

    /// <summary>Wakes the store and the caller. Thread: any.</summary>
    private void Signal()
    {
        _bell.Ring();
        _blockingDone.Signal();
        _options.Progress?.Ring();
    }

    private bool ServeReads()
    {
        bool worked = ServeBlockingRead() | DeliverReads(0);
        if (_reads is null) Announce();
        for (int i = 0; i < ReadsPerTurn; i++)
        {
            if (!_requests.TryPeek(out ReadRequest request)) break;
            if (!ApplyUpTo(request.Needs)) break;
            if (_reads is { HasRoom: false }) break;
            var page = new WaitingPage { Key = request.Key, Destination = request.Destination, Tag = request.Tag };
            if (_reads is null || !_log.TryBeginRead(_reads, page))
            {
                if (!_requests.TryClaim(out ByteRing.Entry completion)) break;
                Complete(completion, page, _log.ReadUnverified(page.Key, (PageImage*)_readImage.Pointer, page.Destination));
            }

            _requests.Remove();
            worked = true;
        }

        _reads?.Submit();
        return worked;
    }

    /// <summary>Hands over what the device has read.</summary>
    /// <param name="waitUs">How long it may wait for the first one, in microseconds.</param>
    private bool DeliverReads(int waitUs)
    {
        if (_reads is null || !_reads.IsBusy) return false;
        _reads.Collect(waitUs);
        bool worked = false;
        while (_reads.TryPeek(out WaitingPage page, out PageImage* image))
        {
            if (!_requests.TryClaim(out ByteRing.Entry completion)) break;
            Complete(completion, page, _log.EndRead(page, image));
            _reads.Remove();
            worked = true;
        }

        return worked;
    }

    private void Complete(ByteRing.Entry completion, in WaitingPage page, ulong height)
    {
        ReadQueue.Complete(completion, page, height);
        _pagesRead++;
    }

    /// <summary>Lets the system begin to fetch what is asked for, so that the device has more than one read to do at a time.</summary>
    private void Announce()
    {
        for (int i = 0; i < ReadsPerTurn && _requests.TryAnnounce(out PageKey key); i++) _log.WillRead(key);
    }

    private bool ServeBlockingRead()
    {
        if (Volatile.Read(ref _blockingState) != 1 || !ApplyUpTo(_blockingNeeds)) return false;
        _log.Read(_blockingKey, (PageImage*)_blockingImage.Pointer);
        _pagesRead++;
        Volatile.Write(ref _blockingState, 2);
        _blockingDone.Signal();
        return true;
    }

    /// <summary>Applies what stands before a write, and the write itself.</summary>
    /// <returns>False when it cannot be applied yet.</returns>
    private bool ApplyUpTo(ulong write)
    {
        while (_writes.Applied < write)
        {
            if (!ApplyNext()) return false;
        }

        return true;
    }

    private bool ApplyWrites()
    {
        bool worked = false;
        ulong enough = _written + PagesPerTurn;
        for (int i = 0; i < PagesPerTurn && _written < enough && ApplyNext(); i++) worked = true;
        return worked;
    }

    private bool ApplyNext() => _writes.TryApply(new WriteWork(this));

    private void Apply(PageImage* image)
    {
        _log.Write(image);
        _written++;
        _log.Clean(CleanedPerWrite, 0);
    }

    private bool Clean(int waitUs) => _renewed is null && _log.Clean(CleanedPerIdleTurn, waitUs);

    private void Apply(uint table, PageRun run, ulong height)
    {
        PageImage* image = (PageImage*)_copiedImage.Pointer;
        PageCopier copier = _copiers[table]!;
        for (; run.Pages != 0; run = run.WithoutLowest())
        {
            (image->Key, image->Height) = (new PageKey(table, run.Lowest), height);
            copier(run.Lowest, image->Bytes);
            Apply(image);
        }
    }

    /// <summary>Begins to renew a log that nears the end of its addresses. Its writes wait behind the checkpoint, reads do not.</summary>
    /// <returns>True when there is nothing to renew.</returns>
    private bool HasRoomInLog()
    {
        if (!_log.NeedsRenewal) return true;
        _renewed ??= _log.Renew();
        return false;
    }

    private bool ContinueRenewal()
    {
        if (_renewed is null) return false;
        if (!_log.CopyTo(_renewed, RenewalMoves)) return true;
        if (_jobs.Pending > 0) return false; // one of them may still sync the old log's files
        _log.Dispose();
        (_log, _renewed) = (_renewed, null);
        return true;
    }

    private bool TryBeginCheckpoint(ulong id)
    {
        if (_unfinished is not null || Volatile.Read(ref _finishedState) != 0 || !HasRoomInLog()) return false;
        PendingCheckpoint? checkpoint = _log.TakeCheckpoint(id);
        if (checkpoint is null)
        {
            Deliver(new StoreCheckpoint(id, _log.Last));
            return true;
        }

        _unfinished = checkpoint;
        _jobs.Post(() =>
        {
            _durableToken = checkpoint.Complete(_options.Files, _options.Directory);
            Volatile.Write(ref _durableState, 1);
        });
        return true;
    }

    private bool FinishCheckpoint()
    {
        if (Volatile.Read(ref _durableState) == 0) return false;
        _durableState = 0;
        ulong id = _unfinished!.Id;
        _unfinished = null;
        _log.Finish(in _durableToken);
        _checkpoints++;
        Deliver(new StoreCheckpoint(id, _durableToken));
        return true;
    }

    private void Deliver(StoreCheckpoint checkpoint)
    {
        _finished = checkpoint;
        Volatile.Write(ref _finishedState, 1);
    }

    private void SyncAhead()
    {
        if (_jobs.Pending > 0) return;
        var files = (_renewed ?? _log).TakeUnsynced();
        _jobs.Post(() =>
        {
            foreach (LedgerFile file in files) file.Sync();
        });
    }

    private void PublishStatistics()
    {
        _statistics.Show(new PageStoreStatistics(
            _log.Pages,
            _log.SizeBytes,
            _log.Pages * PageLog.RecordBytes,
            _written,
            _pagesRead,
            _log.MovedPages,
            _log.ExcessBytes,
            _checkpoints,
            _log.OverflowBuckets,
            _log.TailAddress,
            _writes.AcceptedPages - _written));
    }

    private readonly struct WriteWork(PageStore store) : IWriteWork
    {
        public void Write(PageImage* image) => store.Apply(image);

        public void Copy(uint table, PageRun run, ulong height) => store.Apply(table, run, height);

        public bool TryBeginCheckpoint(ulong id) => store.TryBeginCheckpoint(id);

        public void Release(StoreToken oldest) => store._jobs.Post(store._log.Forget(oldest));
    }
}
