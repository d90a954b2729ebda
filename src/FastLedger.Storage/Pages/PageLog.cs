// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Numerics;
using FASTER.core;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// The pages in FASTER: a hybrid log on our device, the directory that says what must be in it, and checkpoints that are taken whole. Every
/// answer of FASTER is believed only after the device had no fault, the record stands where the directory says, and its checksum holds.
/// </summary>
/// <remarks>
/// Thread: one, the store's. Alloc: none for a write or for a page in the log's memory; some for a page from disk. Blocks: on the device.
/// </remarks>
internal sealed unsafe class PageLog : IDisposable
{
    public const string Prefix = "pages";
    /// <summary>Bytes of a page in the log: FASTER's record information, the key, the image.</summary>
    public const int RecordBytes = 16 + PageImage.Size;

    private const int CheckpointSteps = 1000;
    private readonly PageStoreOptions _options;
    private readonly StoreFault _fault;
    private readonly int _logPageBytes;
    private readonly long _segmentBytes;
    private readonly SegmentedDevice _device;
    private readonly CheckpointFiles _checkpoints;
    private readonly PageDirectory _directory;
    private readonly FasterKV<PageKey, PageImage> _store;
    private readonly PageLanding _landing = new();
    private readonly ClientSession<PageKey, PageImage, Empty, nint, Empty, PageFunctions> _session;
    private readonly ReservedMemory _moved = new(PageImage.Size);
    private long[] _moveAddresses = [];
    private PageKey[] _moveKeys = [];
    private int _moveCount;
    private int _nextMove;
    private bool _changed;

    /// <summary>Opens a log, empty or at a checkpoint.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="StoreDamagedException">The checkpoint is not there as it was taken.</exception>
    public PageLog(PageStoreOptions options, StoreFault fault, in StoreToken token)
    {
        _options = options;
        _fault = fault;
        Last = token;
        _checkpoints = new CheckpointFiles(options.Files, options.Directory, Prefix, fault);
        CheckpointDescription? description = token.Sequence == 0
            ? null
            : CheckpointDescription.Read(options.Files, _checkpoints.DescriptionPath(token.Sequence), in token);
        _logPageBytes = description?.LogPageBytes ?? options.LogPageBytes;
        _segmentBytes = description?.SegmentBytes ?? options.SegmentBytes;
        _device = new SegmentedDevice(options.Files, options.Directory, Prefix, options.DirectIO, null, fault);
        _directory = new PageDirectory(options.MaximumTables, options.MaximumPagesPerTable);
        try
        {
            _store = new FasterKV<PageKey, PageImage>(
                (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(options.ExpectedPages / 4, 64)),
                new LogSettings
                {
                    LogDevice = _device,
                    PageSizeBits = BitOperations.Log2((uint)_logPageBytes),
                    SegmentSizeBits = BitOperations.Log2((ulong)_segmentBytes),
                    MemorySizeBits = BitOperations.Log2((ulong)Math.Max(options.LogMemoryBytes, 4L * _logPageBytes)),
                    MutableFraction = options.MutableFraction,
                    ReadCopyOptions = new ReadCopyOptions(ReadCopyFrom.None, ReadCopyTo.None),
                    PreallocateLog = true,
                },
                new CheckpointSettings { CheckpointManager = _checkpoints, RemoveOutdated = false },
                comparer: new PageKeyComparer(),
                tryRecoverLatest: false,
                concurrencyControlMode: ConcurrencyControlMode.None);
            if (description is not null) Recover(description, in token);
            _session = _store.For(new PageFunctions(_landing)).NewSession<PageFunctions>(new PageFunctions(_landing));
            fault.ThrowIfAny();
        }
        catch
        {
            _store?.Dispose();
            _device.Dispose();
            _checkpoints.Dispose();
            _directory.Dispose();
            _moved.Dispose();
            throw;
        }
    }

    /// <summary>The last checkpoint; all zeros before the first.</summary>
    public StoreToken Last { get; private set; }

    /// <summary>Pages that exist.</summary>
    public long Pages => _directory.Count;

    /// <summary>Bytes of the log's files.</summary>
    public long SizeBytes => _device.SizeBytes;

    /// <summary>Bytes written and not handed to a sync.</summary>
    public long UnsyncedBytes => _device.UnsyncedBytes;

    /// <summary>Hash buckets beyond the index's own. Much more than a tenth of it: the store was laid out for fewer pages.</summary>
    public long OverflowBuckets => _store.OverflowBucketCount;

    public long TailAddress => _store.Log.TailAddress;

    public long BeginAddress => _store.Log.BeginAddress;

    /// <summary>Live pages that wait to be moved to the log's end.</summary>
    public int MovesLeft => _moveCount - _nextMove;

    /// <summary>Writes a page: seals its image and hands it to FASTER.</summary>
    public void Write(PageImage* image)
    {
        image->Checksum = PageImage.Compute(image);
        Upsert(image);
    }

    /// <summary>Reads the newest image of a page.</summary>
    /// <exception cref="StoreDamagedException">It is not there as it was written.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Read(PageKey key, PageImage* image)
    {
        PageDirectory.Entry* entry = _directory.Find(key);
        if (entry == null) throw Damage(0, $"{key} does not exist");
        nint output = (nint)image;
        Empty input = default;
        _landing.Address = 0;
        Status status = _session.Read(ref key, ref input, ref output);
        bool found = status.Found;
        if (status.IsPending)
        {
            _landing.Found = false;
            _session.CompletePending(wait: true);
            found = _landing.Found;
        }

        long address = _landing.Address;
        _fault.ThrowIfAny();
        if (!found) throw Damage(entry->Address, $"FASTER does not find {key}, which was written");
        if (address != entry->Address) throw Damage(entry->Address, $"FASTER has {key} at address {address} instead of {entry->Address}");
        string? wrong = Wrong(image, key, entry->Tag);
        if (wrong is not null) throw Damage(address, wrong);
    }

    /// <summary>Reads every page straight from the files, in the order of the log. Before anything was written.</summary>
    public void ReadAll(PageVisitor visitor) => PageScan.Run(_device, _directory, _fault, _logPageBytes, visitor);

    /// <summary>
    /// Takes a checkpoint of all that was written. FASTER is done with it when this returns, since the device never keeps it waiting.
    /// </summary>
    /// <returns>What is left to do; null when nothing has changed since <see cref="Last"/>.</returns>
    public PendingCheckpoint? TakeCheckpoint(ulong id)
    {
        if (!_changed && Last.Sequence != 0) return null;
        long begin = _directory.LowestAddress(none: TailAddress);
        if (begin > BeginAddress) _store.Log.ShiftBeginAddress(begin, snapToPageStart: false, truncateLog: false);
        _checkpoints.BeginCheckpoint(Last.Sequence + 1);
        if (!_store.TryInitiateFullCheckpoint(out Guid token, CheckpointType.FoldOver))
            throw Damage(TailAddress, "FASTER takes no checkpoint: an earlier one is not finished");
        int steps = 0;
        while (_store.SystemState.Phase != Phase.REST)
        {
            _session.Refresh();
            _fault.ThrowIfAny();
            if (++steps > CheckpointSteps) throw Damage(TailAddress, $"FASTER's checkpoint stands still in phase {_store.SystemState.Phase}");
        }

        _fault.ThrowIfAny();
        (byte[] log, byte[] index, List<FileExtent> extents, LedgerFile? indexFile) = _checkpoints.TakeCheckpoint();
        List<LedgerFile> logFiles = [];
        _device.TakeUnsynced(logFiles);
        _changed = false;
        Last = new StoreToken { Sequence = Last.Sequence + 1 };
        return new PendingCheckpoint
        {
            Id = id,
            Files = _checkpoints,
            LogFiles = logFiles,
            IndexFile = indexFile,
            Directory = _directory.Encode(),
            Description = new CheckpointDescription
            {
                Sequence = Last.Sequence,
                Checkpoint = token,
                BeginAddress = BeginAddress,
                TailAddress = TailAddress,
                Records = (ulong)_directory.Count,
                LogPageBytes = _logPageBytes,
                SegmentBytes = _segmentBytes,
                LogMetadata = log,
                IndexMetadata = index,
                IndexExtents = extents,
            },
        };
    }

    /// <summary>A checkpoint has become durable.</summary>
    public void Finish(in StoreToken token)
    {
        Invariant.Check(token.Sequence == Last.Sequence);
        Last = token;
        PlanMoves();
    }

    /// <summary>Moves up to so many live pages from the log's beginning to its end.</summary>
    public void Move(int pages)
    {
        PageImage* image = (PageImage*)_moved.Pointer;
        for (; pages > 0 && _nextMove < _moveCount; _nextMove++)
        {
            PageKey key = _moveKeys[_nextMove];
            if (_directory.Find(key)->Address != _moveAddresses[_nextMove]) continue; // written again since
            Read(key, image);
            Upsert(image);
            MovedPages++;
            pages--;
        }
    }

    /// <summary>Pages moved so far.</summary>
    public ulong MovedPages { get; private set; }

    /// <summary>Gives up what only checkpoints older than this one need.</summary>
    /// <returns>Closes and deletes the files, when it is called; on any thread, after syncs that use them.</returns>
    public Action Forget(in StoreToken oldest)
    {
        List<(LedgerFile? File, string Path)> segments = _device.Forget(oldest.BeginAddress);
        List<string> files = _checkpoints.Older(oldest.Sequence);
        return () =>
        {
            foreach ((LedgerFile? file, string path) in segments)
            {
                file?.Dispose();
                _options.Files.Delete(path);
            }

            foreach (string path in files) _options.Files.Delete(path);
            if (segments.Count + files.Count > 0) _options.Files.SyncDirectory(_options.Directory);
        };
    }

    /// <summary>The files written since the last time, for a sync ahead of a checkpoint.</summary>
    public List<LedgerFile> TakeUnsynced()
    {
        List<LedgerFile> files = [];
        _device.TakeUnsynced(files);
        return files;
    }

    /// <summary>Closes everything. What is not in a checkpoint is lost.</summary>
    public void Dispose()
    {
        _session.Dispose();
        _store.Dispose();
        _device.Dispose();
        _checkpoints.Dispose();
        _directory.Dispose();
        _moved.Dispose();
    }

    /// <summary>What is wrong with an image, or null.</summary>
    public static string? Wrong(PageImage* image, PageKey key, ulong tag)
    {
        if (image->Key != key) return $"{image->Key} stands where {key} was written";
        if (PageImage.Compute(image) != image->Checksum) return $"{key} fails its checksum";
        return (ulong)image->Checksum == tag ? null : $"this is not the newest image of {key}";
    }

    private void Upsert(PageImage* image)
    {
        PageKey key = image->Key;
        nint output = 0;
        Empty input = default;
        Status status = _session.Upsert(ref key, ref input, ref *image, ref output, out RecordMetadata metadata);
        _fault.ThrowIfAny();
        if (status.IsPending || status.IsFaulted || status.IsCanceled) throw Damage(TailAddress, $"FASTER's answer to a write was {status}");
        _directory.Set(key, metadata.Address, (ulong)image->Checksum);
        _changed = true;
    }

    private void Recover(CheckpointDescription description, in StoreToken token)
    {
        _directory.Load(_options.Files, _checkpoints.DirectoryPath(token.Sequence), description);
        if (token.Records == 0) return; // an empty log has no file
        for (long segment = token.BeginAddress / _segmentBytes; segment * _segmentBytes < token.TailAddress; segment++)
        {
            if (!_device.Exists((int)segment)) throw new StoreDamagedException(_device.SegmentPath((int)segment), 0, "the segment is missing");
        }

        _checkpoints.BeginRecovery(description);
        try
        {
            _store.Recover(description.Checkpoint, description.Checkpoint);
        }
        catch (Exception e) when (_fault.First is null && e is not (OutOfMemoryException or StorageFaultException))
        {
            throw new StoreDamagedException(_checkpoints.DescriptionPath(token.Sequence), 0, $"FASTER does not recover {token}: {e.Message}");
        }
        catch when (_fault.First is not null)
        {
            // What FASTER says about bytes that could not be read is of no interest: the fault is thrown below.
        }

        _fault.ThrowIfAny();
        if (TailAddress != token.TailAddress || BeginAddress != token.BeginAddress)
            throw Damage(token.TailAddress, $"FASTER recovered addresses {BeginAddress}…{TailAddress} for {token}");
    }

    /// <summary>Finds out which live pages stand before what the log may hold.</summary>
    private void PlanMoves()
    {
        _moveCount = _nextMove = 0;
        long live = _directory.Count * RecordBytes;
        long limit = TailAddress - (long)(live * _options.LogGrowth) - (2 * _logPageBytes);
        if (limit > BeginAddress) _moveCount = _directory.ListBelow(limit, ref _moveAddresses, ref _moveKeys);
    }

    private StoreDamagedException Damage(long address, string reason)
    {
        (string file, long offset) = _device.Locate(address);
        StoreDamagedException damage = new(file, offset, reason);
        _fault.Set(damage);
        return damage;
    }
}
