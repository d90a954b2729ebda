// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// The pages of the ledger's tables on disk. One thread of its own works on FASTER; the caller hands it pages and requests through rings,
/// so that a stall of the device is never a stall of the caller.
/// </summary>
/// <remarks>
/// Thread: every method on one thread, the caller's, but <see cref="Fault"/> and <see cref="Statistics"/> on any. Alloc: none after
/// the first page of a table, but for recovery. Blocks: only <see cref="ReadBlocking"/>. Fail-stop: at the first error of the device, short
/// transfer or damaged page the store stops, and every later call throws that fault.
/// </remarks>
public sealed unsafe partial class PageStore : IDisposable
{
    /// <summary>Bytes of a page.</summary>
    public const int PageBytes = TableTree.PageBytes;

    private readonly PageStoreOptions _options;
    private readonly StoreFault _fault = new();
    private readonly DirectoryLock _lock;
    private PageLog _log;
    private readonly WriteQueue _writes;
    private readonly ReadQueue _requests;
    private readonly PageCopier?[] _copiers; // per table
    private readonly ReservedMemory _blockingImage = new(PageImage.Size);
    private readonly ReservedMemory _readImage = new(PageImage.Size);
    private readonly ReservedMemory _copiedImage = new(PageImage.Size);
    private readonly PageReads? _reads;
    private readonly WaitPoint _blockingDone = new();
    private ulong _blockingNeeds;
    private PageKey _blockingKey;
    private int _blockingState; // 0 none, 1 asked for, 2 answered

    private PageStore(PageStoreOptions options, in StoreToken token, PageVisitor? visitor)
    {
        options.Validate();
        _options = options;
        _copiers = new PageCopier?[options.MaximumTables];
        _lock = DirectoryLock.Acquire(options.Files, options.Directory);
        try
        {
            _log = new PageLog(options, _fault, in token);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }

        _writes = new WriteQueue(options.WriteRingBytes, options.MaximumTables);
        _requests = new ReadQueue(options.MaximumRequests);
        if (options.DirectIO) _reads = PageReads.TryOpen(options.Files);
        _jobs = new StoreJobs(_fault, Signal, options.OwnThreads);
        try
        {
            if (visitor is not null) _log.ReadAll(visitor);
        }
        catch
        {
            Dispose();
            throw;
        }

        PublishStatistics();
        if (!options.OwnThreads) return;
        _thread = new Thread(Run) { IsBackground = true, Name = "store" };
        _thread.Start();
    }

    /// <summary>The first fault, or null. Thread: any.</summary>
    public Exception? Fault => _fault.First;

    /// <summary>Opens an empty store. What is left in the directory of an earlier one is deleted.</summary>
    /// <remarks>A ledger that has ever had a manifest must not be begun anew: see <see cref="ManifestStore"/>.</remarks>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DirectoryInUseException">Another owner has the directory.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static PageStore Create(PageStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new PageStore(options, default, null);
    }

    /// <summary>Opens a store exactly as it was at a checkpoint.</summary>
    /// <param name="options">The sizes of the log's pages and files are those it was created with, whatever stands here.</param>
    /// <param name="token">From the manifest.</param>
    /// <param name="visitor">Gets every page once, verified, in the order of the log: the quick way to fill memory. Null to read none.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DirectoryInUseException">Another owner has the directory.</exception>
    /// <exception cref="StoreDamagedException">Something of the checkpoint is missing or changed. Nothing was written.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static PageStore Recover(PageStoreOptions options, in StoreToken token, PageVisitor? visitor = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (token.Sequence == 0) throw new ArgumentException("The token names no checkpoint", nameof(token));
        return new PageStore(options, in token, visitor);
    }

    /// <summary>The files that a checkpoint consists of. Copied while no <see cref="TryRelease"/> is made, they are a backup of it.</summary>
    /// <param name="options">Of the store, which may be open.</param>
    /// <param name="token">From the manifest.</param>
    /// <exception cref="StoreDamagedException">The checkpoint's description is missing or another one.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static IReadOnlyList<string> ListFiles(PageStoreOptions options, in StoreToken token)
    {
        ArgumentNullException.ThrowIfNull(options);
        return CheckpointFiles.List(options.Files, options.Directory, PageLog.Prefix(token.Generation), in token);
    }

    /// <summary>Hands a page over, to be written. A later write of the same page replaces an earlier one.</summary>
    /// <param name="key">Which page.</param>
    /// <param name="height">The height as of which its bytes are.</param>
    /// <param name="page">Exactly 1,024 bytes; copied.</param>
    /// <returns>False when the ring is full: do something else, or wait for <see cref="PageStoreOptions.Progress"/>.</returns>
    public bool TryWrite(PageKey key, ulong height, ReadOnlySpan<byte> page)
    {
        _fault.ThrowIfAny();
        Invariant.Check(page.Length == PageBytes);
        Check(key);
        if (!_writes.TryAdd(key, height, page)) return false;
        _bell.Ring();
        return true;
    }

    /// <summary>Hands pages over that the store copies when it comes to them, after what was handed over before.</summary>
    /// <param name="table">Their table.</param>
    /// <param name="run">Which pages.</param>
    /// <param name="height">The height as of which their bytes are.</param>
    /// <param name="copier">Copies them, on the store's thread. One per table, always the same.</param>
    /// <returns>False when the ring is full.</returns>
    /// <remarks>A read of any page of the table waits for all of them.</remarks>
    public bool TryWriteLater(uint table, PageRun run, ulong height, PageCopier copier)
    {
        _fault.ThrowIfAny();
        Invariant.Check(run.Pages != 0 && run.First % PageRun.Most == 0);
        Check(new PageKey(table, run.Highest));
        _copiers[table] ??= copier;
        Invariant.Check(_copiers[table] == copier);
        if (!_writes.TryAdd(table, run, height)) return false;
        _bell.Ring();
        return true;
    }

    /// <summary>How many of the runs that <see cref="TryWriteLater"/> accepted were copied whole so far.</summary>
    public ulong CopiedRuns
    {
        get
        {
            _fault.ThrowIfAny();
            return _writes.CopiedRuns;
        }
    }

    /// <summary>
    /// Asks for a page: as of the last write of it that was accepted, or of one that is accepted before it arrives. That the image is the
    /// newest one of this page is checked, but not its checksum: the caller can tell by other means whether its bytes are right, and when
    /// they are not, <see cref="ReadBlocking"/> says what is damaged.
    /// </summary>
    /// <param name="key">A page that exists: asking for another is a fault.</param>
    /// <param name="destination">Gets the page's 1,024 bytes before it can be taken; valid until then.</param>
    /// <param name="tag">Comes back with the page.</param>
    /// <returns>False when too many requests are under way.</returns>
    public bool TryRequest(PageKey key, byte* destination, ulong tag)
    {
        _fault.ThrowIfAny();
        Check(key);
        if (!_requests.TryAdd(new ReadRequest { Key = key, Destination = destination, Tag = tag, Needs = _writes.LastOf(key) })) return false;
        _bell.Ring();
        return true;
    }

    /// <summary>Takes a page that has arrived at its destination.</summary>
    /// <returns>False when none has.</returns>
    public bool TryTakeCompletion(out PageRead completion)
    {
        _fault.ThrowIfAny();
        return _requests.TryTake(out completion);
    }

    /// <summary>Reads a page and waits for it. For recovery and rare misses.</summary>
    /// <param name="key">A page that exists.</param>
    /// <param name="page">Gets its 1,024 bytes.</param>
    /// <returns>The height it was written with.</returns>
    public ulong ReadBlocking(PageKey key, Span<byte> page)
    {
        _fault.ThrowIfAny();
        Invariant.Check(page.Length == PageBytes);
        _blockingKey = key;
        Check(key);
        _blockingNeeds = _writes.LastOf(key);
        Volatile.Write(ref _blockingState, 1);
        _bell.Ring();
        if (_thread is null)
        {
            while (Volatile.Read(ref _blockingState) == 1 && _fault.First is null) Turn();
        }
        else
        {
            _blockingDone.Wait(new BlockingCondition(this), Timeout.InfiniteTimeSpan);
        }

        _fault.ThrowIfAny();
        _blockingState = 0;
        PageImage* image = (PageImage*)_blockingImage.Pointer;
        new ReadOnlySpan<byte>(image->Bytes, PageBytes).CopyTo(page);
        return image->Height;
    }

    /// <summary>Asks for a checkpoint of every write accepted before, and of none accepted after.</summary>
    /// <param name="id">Comes back with it.</param>
    /// <returns>False when the ring is full.</returns>
    /// <remarks>When nothing has changed since the last checkpoint, that one comes back once more.</remarks>
    public bool TryRequestCheckpoint(ulong id)
    {
        _fault.ThrowIfAny();
        if (!_writes.TryAddCheckpoint(id)) return false;
        _bell.Ring();
        return true;
    }

    /// <summary>Takes a checkpoint that is finished: the manifest may name it now.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryTakeCheckpoint(out StoreCheckpoint done)
    {
        _fault.ThrowIfAny();
        done = default;
        if (Volatile.Read(ref _finishedState) == 0) return false;
        done = _finished;
        Volatile.Write(ref _finishedState, 0);
        _bell.Ring();
        return true;
    }

    /// <summary>
    /// Frees the disk space that only checkpoints before this one need. Call it when the manifests that name older ones are gone for good.
    /// </summary>
    /// <param name="oldest">Token of the oldest checkpoint that a manifest names.</param>
    /// <returns>False when the ring is full.</returns>
    public bool TryRelease(in StoreToken oldest)
    {
        _fault.ThrowIfAny();
        Invariant.Check(oldest.Sequence != 0);
        if (!_writes.TryAddRelease(in oldest)) return false;
        _bell.Ring();
        return true;
    }

    /// <summary>Stops the threads and closes the files. What is not in a finished checkpoint is lost, as in a crash.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stopping, true);
        _bell.Ring();
        _thread?.Join();
        _jobs.Dispose();
        _renewed?.Dispose();
        _log.Dispose();
        _writes.Dispose();
        _requests.Dispose();
        _blockingImage.Dispose();
        _readImage.Dispose();
        _copiedImage.Dispose();
        _reads?.Dispose();
        _bell.Dispose();
        _lock.Dispose();
    }

    private void Check(PageKey key) =>
        Invariant.Check(key.Table < (uint)_options.MaximumTables && key.Page < (uint)_options.MaximumPagesPerTable);

    private readonly struct BlockingCondition(PageStore store) : IWaitCondition
    {
        public bool Holds() => Volatile.Read(ref store._blockingState) == 2 || store._fault.First is not null;
    }
}
