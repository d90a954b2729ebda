// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>The store's side of the rings.</summary>
public sealed unsafe partial class PageStore
{
    private const int ReadsPerTurn = PageReads.Depth;
    private const int PagesPerTurn = 32; // or a run
    private const int IdleMoves = 8;
    private const int RenewalMoves = 64;
    private const int LongestReadWaitUs = 200; // a write or a request that comes meanwhile waits as long
    private const int IdleMs = 1000; // bounds what a lost signal could cost; none is known

    private readonly Doorbell _bell = new();
    private readonly StoreJobs _jobs;
    private readonly Thread? _thread;
    private ulong _writeCursor;
    private ulong _requestCursor;
    private ulong _announced; // requests before this cursor have been announced
    private ulong _applied; // writes, of which a run is one
    private ulong _written; // pages
    private ulong _copied;
    private ulong _pagesRead;
    private ulong _checkpoints;
    private PageLog? _renewed; // takes the place of _log when it has all its pages
    private PendingCheckpoint? _unfinished;
    private StoreToken _durableToken;
    private int _durableState; // set by the job that made _unfinished durable
    private StoreCheckpoint _finished;
    private int _finishedState; // 1: _finished can be taken
    private bool _stopping;
    private PageStoreStatistics _statistics;
    private int _statisticsVersion; // odd while they change

    /// <summary>Figures of the last turn. Thread: any.</summary>
    public PageStoreStatistics Statistics
    {
        get
        {
            SpinWait spin = default;
            while (true)
            {
                int version = Volatile.Read(ref _statisticsVersion);
                PageStoreStatistics copy = _statistics;
                Interlocked.MemoryBarrier();
                if ((version & 1) == 0 && version == Volatile.Read(ref _statisticsVersion)) return copy;
                spin.SpinOnce();
            }
        }
    }

    /// <summary>
    /// Does a bounded piece of the store's work, when it has no threads of its own (<see cref="PageStoreOptions.OwnThreads"/>): reads first,
    /// then writes, then moves of old pages.
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
            if (TryTurn() || (_reads is { IsBusy: true } && _fault.First is null)) continue;
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
            if (!worked && _renewed is null && _log.MovesLeft > 0)
            {
                _log.Move(IdleMoves);
                worked = true;
            }

            worked = worked || _jobs.TryRun() || DeliverReads(LongestReadWaitUs);
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
            ulong cursor = _requestCursor;
            if (!_requests.TryRead(ref cursor, out ByteRing.Entry entry)) break;
            Request request = MemoryMarshal.Read<Request>(entry.Payload);
            if (!ApplyUpTo(request.Needs)) break;
            if (_reads is { HasRoom: false }) break;
            var page = new WaitingPage { Key = request.Key, Destination = request.Destination, Tag = request.Tag };
            if (_reads is null || !_log.TryBeginRead(_reads, page))
            {
                if (!_completions.TryClaim(Unsafe.SizeOf<PageRead>(), out ByteRing.Entry completion)) break;
                Complete(completion, page, _log.ReadUnverified(page.Key, (PageImage*)_readImage.Pointer, page.Destination));
            }

            _requestCursor = cursor;
            _requests.Release(cursor);
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
            if (!_completions.TryClaim(Unsafe.SizeOf<PageRead>(), out ByteRing.Entry completion)) break;
            Complete(completion, page, _log.EndRead(page, image));
            _reads.Remove();
            worked = true;
        }

        return worked;
    }

    private void Complete(ByteRing.Entry completion, in WaitingPage page, ulong height)
    {
        MemoryMarshal.Write(completion.Payload, new PageRead(page.Key, page.Tag, height));
        ByteRing.Publish(completion);
        _pagesRead++;
    }

    /// <summary>Lets the system begin to fetch what is asked for, so that the device has more than one read to do at a time.</summary>
    private void Announce()
    {
        if (_announced < _requestCursor) _announced = _requestCursor;
        for (int i = 0; i < ReadsPerTurn && _requests.TryRead(ref _announced, out ByteRing.Entry entry); i++)
            _log.WillRead(MemoryMarshal.Read<Request>(entry.Payload).Key);
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
        while (_applied < write)
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

    private bool ApplyNext()
    {
        ulong cursor = _writeCursor;
        if (!_writes.TryRead(ref cursor, out ByteRing.Entry entry)) return false;
        Span<byte> payload = entry.Payload;
        ref readonly WriteHeader header = ref MemoryMarshal.AsRef<WriteHeader>(payload);
        switch (header.Kind)
        {
            case WriteKind.Page:
                Apply(Image(payload));
                Volatile.Write(ref _applied, _applied + 1);
                break;

            case WriteKind.LaterRun:
                Apply(header.Key.Table, new PageRun(header.Key.Page, header.Pages), header.Id);
                Volatile.Write(ref _copied, _copied + 1);
                Volatile.Write(ref _applied, _applied + 1);
                break;

            case WriteKind.Checkpoint:
                if (_unfinished is not null || Volatile.Read(ref _finishedState) != 0 || !HasRoomInLog()) return false;
                BeginCheckpoint(header.Id);
                break;

            case WriteKind.Release:
                _jobs.Post(_log.Forget(StoreToken.Read(payload[ImageOffset..])));
                break;

            default:
                Invariant.Fail("a ring entry is of no kind");
                break;
        }

        _writeCursor = cursor;
        _writes.Release(cursor);
        return true;
    }

    private void Apply(PageImage* image)
    {
        _log.Write(image);
        _written++;
        if (_log.MovesLeft > 0) _log.Move((int)Math.Ceiling(1 / (_options.LogGrowth - 1)));
    }

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

    private void BeginCheckpoint(ulong id)
    {
        PendingCheckpoint? checkpoint = _log.TakeCheckpoint(id);
        if (checkpoint is null)
        {
            Deliver(new StoreCheckpoint(id, _log.Last));
            return;
        }

        _unfinished = checkpoint;
        _jobs.Post(() =>
        {
            _durableToken = checkpoint.Complete(_options.Files, _options.Directory);
            Volatile.Write(ref _durableState, 1);
        });
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
        Interlocked.Increment(ref _statisticsVersion);
        _statistics = new PageStoreStatistics(
            _log.Pages,
            _log.SizeBytes,
            _log.Pages * PageLog.RecordBytes,
            _written,
            _pagesRead,
            _log.MovedPages,
            _log.MovesLeft,
            _checkpoints,
            _log.OverflowBuckets,
            _log.TailAddress,
            Volatile.Read(ref _accepted) - _written);
        Interlocked.Increment(ref _statisticsVersion);
    }
}
