// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FASTER.core;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>Checkpoints, and what they free: the log's beginning, older checkpoints, older logs.</summary>
internal sealed unsafe partial class PageLog
{
    private const int CheckpointSteps = 1000;
    private long[] _copyAddresses = [];
    private PageKey[] _copyKeys = [];
    private int _copyCount;
    private int _nextCopy;
    private long _checkpointTail, _intervalBytes; // the log's end at the last checkpoint; how far it had gone since the one before

    /// <summary>
    /// Takes a checkpoint of all that was written. FASTER is done with it when this returns, since the device never keeps it waiting.
    /// </summary>
    /// <returns>What is left to do; null when nothing has changed since <see cref="Last"/>.</returns>
    public PendingCheckpoint? TakeCheckpoint(ulong id)
    {
        if (!_changed && !Last.DescriptionDigest.IsZero) return null;
        long begin = _live.First(TailAddress);
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
        (_intervalBytes, _checkpointTail) = (TailAddress - _checkpointTail, TailAddress);
        Last = new StoreToken { Sequence = Last.Sequence + 1, Generation = Last.Generation };
        return new PendingCheckpoint
        {
            Id = id,
            Generation = Last.Generation,
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
    }

    /// <summary>True when the log's addresses will be used up before long.</summary>
    public bool NeedsRenewal => TailAddress >= _options.RenewalBytes;

    /// <summary>Begins another log, to which <see cref="CopyTo"/> moves all pages before it takes the place of this one.</summary>
    public PageLog Renew()
    {
        _copyCount = _directory.ListBelow(long.MaxValue, ref _copyAddresses, ref _copyKeys);
        _nextCopy = 0;
        return new PageLog(_options, _fault, new StoreToken { Sequence = Last.Sequence, Generation = Last.Generation + 1 });
    }

    /// <summary>Copies up to so many pages to a new log. Nothing is written to this one meanwhile.</summary>
    /// <returns>True when that was the last one.</returns>
    public bool CopyTo(PageLog next, int pages)
    {
        PageImage* image = (PageImage*)_moved.Pointer;
        for (; pages > 0 && _nextCopy < _copyCount; _nextCopy++, pages--)
        {
            Read(_copyKeys[_nextCopy], image);
            next.Upsert(image);
            next.MovedPages++;
        }

        return _nextCopy == _copyCount;
    }

    /// <summary>Gives up what only checkpoints older than this one need.</summary>
    /// <returns>Closes the files and deletes them, or keeps them for later segments, when it is called; on any thread, after syncs that use them.</returns>
    public Action Forget(in StoreToken oldest)
    {
        List<(LedgerFile? File, string Path)> segments = oldest.Generation == Last.Generation ? _device.Forget(oldest.BeginAddress) : [];
        // As much as the log will have gone on when the next checkpoint gives something up: all files together are no more than before.
        long mostSpareBytes = Math.Max(_intervalBytes, TailAddress - _checkpointTail) + (2 * _segmentBytes);
        List<string> files = _checkpoints.Older(oldest.Sequence);
        if (oldest.Generation == Last.Generation)
            files.AddRange(CheckpointFiles.OlderGenerations(_options.Files, _options.Directory, Name, Last.Generation));
        return () =>
        {
            foreach ((LedgerFile? file, string path) in segments)
            {
                file?.Dispose();
                _spares.Keep(path, mostSpareBytes);
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

    /// <summary>A new store begins in an empty directory; a renewed log leaves the one before alone.</summary>
    private void DeleteRemains()
    {
        _device.DeleteAll();
        List<string> paths = Last.Generation == 0
            ? CheckpointFiles.OlderGenerations(_options.Files, _options.Directory, Name, ulong.MaxValue)
            : _checkpoints.Older(ulong.MaxValue);
        foreach (string path in paths) _options.Files.Delete(path);
        _options.Files.SyncDirectory(_options.Directory);
    }

    private void Recover(CheckpointDescription description, in StoreToken token)
    {
        foreach (string path in SpareSegments.List(_options.Files, _options.Directory, _prefix)) _options.Files.Delete(path); // perhaps not zero
        _directory.Load(_options.Files, _checkpoints.DirectoryPath(token.Sequence), description);
        _live.Begin(token.BeginAddress, token.TailAddress);
        _directory.CountIn(_live);
        _checkpointTail = token.TailAddress;
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
}
