// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Numerics;
using FASTER.core;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// A derived index: 128-bit keys → 64-bit values, record numbers say, each added once and never changed. It can outgrow memory, and it can
/// always be built again from the tables, in the order of the record numbers.
/// </summary>
/// <remarks>
/// Thread: one at a time, its owner's. Alloc: none, but for entries that have
/// left memory. Blocks: on the device, when a page of the log is full and for entries that have left memory. Fail-stop, as
/// <see cref="PageStore"/>: every block of the log is compared with its digest whenever it is read, so that damage is a fault and never an
/// absent entry. What kind of record a key is for is part of the key: the caller mixes it in.
/// </remarks>
public sealed partial class IndexStore : IDisposable
{
    private const string Prefix = "index";
    private const int CheckpointSteps = 1000;
    private readonly IndexStoreOptions _options;
    private readonly StoreFault _fault = new();
    private readonly DirectoryLock _lock;
    private readonly int _logPageBytes;
    private readonly long _segmentBytes;
    private readonly BlockDigests _digests;
    private readonly SegmentedDevice _device;
    private readonly CheckpointFiles _checkpoints;
    private readonly FasterKV<IndexKey, ulong> _store;
    private readonly IndexLanding _landing = new();
    private readonly ClientSession<IndexKey, ulong, Empty, ulong, Empty, IndexFunctions> _session;
    private ulong _sequence;
    private bool _changed;
    private IndexCheckpoint _last;

    private IndexStore(IndexStoreOptions options, in StoreToken token)
    {
        options.Validate();
        _options = options;
        _sequence = token.Sequence;
        _last = new IndexCheckpoint(null, options, _fault, in token);
        Count = token.Records;
        _lock = DirectoryLock.Acquire(options.Files, options.Directory);
        _digests = new BlockDigests(options.MaximumLogBytes);
        _checkpoints = new CheckpointFiles(options.Files, options.Directory, Prefix, _fault);
        try
        {
            CheckpointDescription? description = token.Sequence == 0
                ? null
                : CheckpointDescription.Read(options.Files, _checkpoints.DescriptionPath(token.Sequence), in token);
            _logPageBytes = description?.LogPageBytes ?? options.LogPageBytes;
            _segmentBytes = description?.SegmentBytes ?? options.SegmentBytes;
            _device = new SegmentedDevice(options.Files, options.Directory, Prefix, direct: false, _digests, _fault);
            _store = new FasterKV<IndexKey, ulong>(
                (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(options.ExpectedEntries / 4, 64)),
                new LogSettings
                {
                    LogDevice = _device,
                    PageSizeBits = BitOperations.Log2((uint)_logPageBytes),
                    SegmentSizeBits = BitOperations.Log2((ulong)_segmentBytes),
                    MemorySizeBits = BitOperations.Log2((ulong)Math.Max(options.LogMemoryBytes, 4L * _logPageBytes)),
                    MutableFraction = 0.1, // entries never change: what is full can be written at once
                    ReadCopyOptions = new ReadCopyOptions(ReadCopyFrom.None, ReadCopyTo.None),
                    PreallocateLog = true,
                },
                new CheckpointSettings { CheckpointManager = _checkpoints, RemoveOutdated = false },
                comparer: new IndexKey.Comparer(),
                tryRecoverLatest: false,
                concurrencyControlMode: ConcurrencyControlMode.None);
            if (description is not null) RecoverLog(description, in token);
            else DeleteRemains();
            _session = _store.For(new IndexFunctions(_landing)).NewSession<IndexFunctions>(new IndexFunctions(_landing));
            _fault.ThrowIfAny();
        }
        catch
        {
            _store?.Dispose();
            _device?.Dispose();
            _checkpoints.Dispose();
            _digests.Dispose();
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Entries.</summary>
    public ulong Count { get; private set; }

    /// <summary>The first fault, or null. Thread: any.</summary>
    public Exception? Fault => _fault.First;

    /// <summary>Opens an empty store. What is left in the directory of an earlier one is deleted.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DirectoryInUseException">Another owner has the directory.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static IndexStore Create(IndexStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new IndexStore(options, default);
    }

    /// <summary>Opens a store exactly as it was at a checkpoint. Reads and verifies all of its log.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DirectoryInUseException">Another owner has the directory.</exception>
    /// <exception cref="StoreDamagedException">Something of the checkpoint is missing or changed. The index is built again from the tables.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static IndexStore Recover(IndexStoreOptions options, in StoreToken token)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (token.Sequence == 0) throw new ArgumentException("The token names no checkpoint", nameof(token));
        return new IndexStore(options, in token);
    }

    /// <summary>The files that a checkpoint consists of. Copied while no <see cref="Release"/> is made, they are a backup of it.</summary>
    /// <exception cref="StoreDamagedException">The checkpoint's description is missing or another one.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static IReadOnlyList<string> ListFiles(IndexStoreOptions options, in StoreToken token)
    {
        ArgumentNullException.ThrowIfNull(options);
        return CheckpointFiles.List(options.Files, options.Directory, Prefix, in token);
    }

    /// <summary>Looks a key up.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value, or 0.</param>
    /// <returns>False when it was never added.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="StoreDamagedException">The log is not as it was written.</exception>
    public bool TryFind(UInt128 key, out ulong value)
    {
        _fault.ThrowIfAny();
        IndexKey indexKey = new(key);
        Empty input = default;
        value = 0;
        Status status = _session.Read(ref indexKey, ref input, ref value);
        bool found = status.Found;
        if (status.IsPending)
        {
            _landing.Found = false;
            _session.CompletePending(wait: true);
            found = _landing.Found;
            value = found ? _landing.Value : 0;
        }

        _fault.ThrowIfAny();
        return found;
    }

    /// <summary>Adds a key unless it is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="existing">The value that the key has already; 0 when it was added.</param>
    /// <returns>False when the key was there.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="StoreDamagedException">The log is not as it was written.</exception>
    public bool TryAdd(UInt128 key, ulong value, out ulong existing)
    {
        if (TryFind(key, out existing)) return false;
        IndexKey indexKey = new(key);
        Status status = _session.Upsert(ref indexKey, ref value);
        _fault.ThrowIfAny();
        Invariant.Check(!status.IsPending && !status.IsFaulted && !status.IsCanceled);
        Count++;
        _changed = true;
        return true;
    }

    /// <summary>
    /// Takes a checkpoint of all that was added. The owner goes on at once; <see cref="IndexCheckpoint.Complete"/> makes it durable.
    /// </summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <remarks>The checkpoint before must be complete.</remarks>
    public IndexCheckpoint BeginCheckpoint()
    {
        _fault.ThrowIfAny();
        if (!_changed && _sequence != 0) return _last;
        Invariant.Check(_last.IsComplete);
        _checkpoints.BeginCheckpoint(_sequence + 1);
        if (!_store.TryInitiateHybridLogCheckpoint(out Guid token, CheckpointType.FoldOver)) throw Stuck();
        for (int steps = 0; _store.SystemState.Phase != Phase.REST; steps++)
        {
            _session.Refresh();
            _fault.ThrowIfAny();
            if (steps > CheckpointSteps) throw Stuck();
        }

        _fault.ThrowIfAny();
        (byte[] log, byte[] index, List<FileExtent> extents, LedgerFile? indexFile) = _checkpoints.TakeCheckpoint();
        List<LedgerFile> logFiles = [];
        _device.TakeUnsynced(logFiles);
        _changed = false;
        _sequence++;
        _last = new IndexCheckpoint(
            new PendingCheckpoint
            {
                Id = _sequence,
                Files = _checkpoints,
                LogFiles = logFiles,
                IndexFile = indexFile,
                Directory = _digests.Encode(Count == 0 ? 0 : _store.Log.TailAddress),
                Description = new CheckpointDescription
                {
                    Sequence = _sequence,
                    Checkpoint = token,
                    BeginAddress = _store.Log.BeginAddress,
                    TailAddress = _store.Log.TailAddress,
                    Records = Count,
                    LogPageBytes = _logPageBytes,
                    SegmentBytes = _segmentBytes,
                    LogMetadata = log,
                    IndexMetadata = index,
                    IndexExtents = extents,
                },
            },
            _options,
            _fault,
            default);
        return _last;
    }

    /// <summary>Deletes the files of checkpoints before this one. Call it when the manifests that name older ones are gone for good.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Release(in StoreToken oldest)
    {
        _fault.ThrowIfAny();
        foreach (string path in _checkpoints.Older(oldest.Sequence)) _options.Files.Delete(path);
    }

    /// <summary>Closes the files. What is not in a complete checkpoint is lost, as in a crash.</summary>
    public void Dispose()
    {
        _session.Dispose();
        _store.Dispose();
        _device.Dispose();
        _checkpoints.Dispose();
        _digests.Dispose();
        _lock.Dispose();
    }

    private void DeleteRemains()
    {
        _device.DeleteAll();
        foreach (string path in _checkpoints.Older(ulong.MaxValue)) _options.Files.Delete(path);
        _options.Files.SyncDirectory(_options.Directory);
    }

    private void RecoverLog(CheckpointDescription description, in StoreToken token)
    {
        string path = _checkpoints.DirectoryPath(token.Sequence);
        byte[] digests = description.ReadDirectory(_options.Files, path);
        if (token.Records == 0) return; // an empty log has no file
        _digests.Load(digests, token.TailAddress);
        for (long segment = 0; segment * _segmentBytes < token.TailAddress; segment++)
        {
            if (!_device.Exists((int)segment)) throw new StoreDamagedException(_device.SegmentPath((int)segment), 0, "the segment is missing");
        }

        _checkpoints.BeginRecovery(description);
        try
        {
            _store.Recover(default, description.Checkpoint);
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
        if (_store.Log.TailAddress != token.TailAddress)
            throw new StoreDamagedException(path, 0, $"FASTER recovered up to address {_store.Log.TailAddress} for {token}");
    }

    private IOException Stuck()
    {
        IOException fault = new($"{_options.Directory}: FASTER's checkpoint stands still in phase {_store.SystemState.Phase}");
        _fault.Set(fault);
        return fault;
    }
}
