// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State.Checkpoints;
using FastLedger.State.Residency;
using FastLedger.Storage;
using FastLedger.Storage.Tests;

namespace FastLedger.Domain.Tests.Checkpoints;

/// <summary>
/// Executes a recorded stream with checkpoints in the real page store and real manifests on a simulated disk. At random operations of that
/// disk the machine loses its power, or the process is killed; what then starts again must find the recorded root of some checkpoint.
/// </summary>
internal sealed class CrashingLedger : IDisposable
{
    private const string Folder = "/state";
    private readonly Random _random;
    private readonly bool _isBounded;
    private SimulatedFileSystem _files = new();
    private SimulatedStore _store = null!;
    private ManifestStore _manifests = null!;
    private Ledger _ledger = null!;
    private Executor _executor = null!;
    private CheckpointCapture _capture = null!;
    private Manifest? _running;
    private StoreToken? _release;
    private bool _requested;

    public CrashingLedger(int seed, bool isBounded)
    {
        _random = new Random(seed);
        _isBounded = isBounded;
    }

    public int Crashes { get; private set; }

    public int Published { get; private set; }

    /// <summary>Crashes in which the newest manifest was not the last one that was written.</summary>
    public int RecoveredFromCheckpoint { get; private set; }

    /// <summary>Executes the stream with so many crashes on the way.</summary>
    public void Run(List<RecordedBlock> blocks, int crashes)
    {
        Start(blocks);
        while (_ledger.Height < (ulong)blocks.Count)
        {
            int operations = 0, fatal = Crashes < crashes ? 1 + _random.Next(150) : int.MaxValue;
            _files.Fault = (_, _, _) => ++operations >= fatal ? throw new PowerLossException() : 0;
            try
            {
                while (_ledger.Height < (ulong)blocks.Count) Block(blocks[(int)_ledger.Height]);
            }
            catch (PowerLossException)
            {
                Crash(blocks);
            }
        }
    }

    public void Dispose()
    {
        _capture.Dispose();
        _executor.Dispose();
        _ledger.Dispose();
        _files.Fault = null;
        _store.Dispose();
    }

    private void Crash(List<RecordedBlock> blocks)
    {
        Crashes++;
        _files.Fault = null;
        SimulatedFileSystem found = _random.Next(4) == 0 ? _files.AfterKill() : _files.AfterPowerLoss(_random);
        Dispose();
        _files = found;
        Start(blocks);
    }

    private void Start(List<RecordedBlock> blocks)
    {
        _running = null;
        _release = null;
        _requested = false;
        _store = new SimulatedStore();
        _ledger = new Ledger(RecordedStreams.Genesis, _store, (ulong)_random.NextInt64());
        _executor = new Executor(_ledger);
        _capture = new CheckpointCapture(_ledger.Tree, _store, 20_000, 2);
        PageResidency? residency = _isBounded ? new PageResidency(_ledger.Tree, _store, 1 << 16) { BeforeWriteBack = FinishCapture } : null;
        _manifests = new ManifestStore(Folder, _ledger.ChainId, _files);
        ManifestListing listing = _manifests.Load();
        Assert.Empty(listing.Damaged);
        Assert.False(listing.IsLost);
        if (listing.Manifests.Count == 0)
        {
            _store.Bind(PageStore.Create(Options()));
            return;
        }

        Manifest manifest = listing.Manifests[0];
        RecoveredFromCheckpoint++;
        uint[] counts = [.. manifest.Tables.Select(static table => (uint)table.Count)];
        _store.Bind(PageStore.Recover(Options(), manifest.StoreToken, (key, _, page) =>
        {
            int at = IndexOf((byte)key.Table);
            if (residency is not null && at < counts.Length) residency.Take((byte)key.Table, key.Page, page, counts[at]);
            else page.CopyTo(_ledger.Tree.Regions[at].Page(key.Page));
        }));
        Assert.Equal(manifest.StateRoot, _ledger.Restore(counts));
        Assert.Equal(blocks[(int)manifest.Height - 1].Root, manifest.StateRoot);
        Assert.Equal(manifest.Height, _ledger.Height);
        _manifests.RemoveAbove(manifest.Height);
    }

    private int IndexOf(byte region)
    {
        for (int i = 0; i < _ledger.Tree.Regions.Length; i++)
            if (_ledger.Tree.Regions[i].Id == region) return i;
        throw new InvalidDataException($"region {region}");
    }

    private void Block(RecordedBlock block)
    {
        _executor.BeginBlock(_ledger.Height + 1, block.TimestampNs);
        var results = new CommandResult[block.Commands.Length];
        var hashes = new Hash256[block.Commands.Length];
        Blake3.HashMany(MemoryMarshal.AsBytes(block.Commands.AsSpan()), Command.Size, hashes);
        _executor.ExecuteBatch(block.Session, block.Commands, hashes, results);
        Assert.Equal(block.Results, results);
        Assert.Equal(block.Root, _executor.EndBlock());
        _executor.ClearHistory();
        _ledger.Tree.Residency?.Trim();
        for (int i = _random.Next(6); i > 0; i--) _store.Store.Turn();
        Checkpoint();
    }

    private void Checkpoint()
    {
        if (_release is { } token && _store.Store.TryRelease(token)) _release = null;
        if (_running is null && _release is null)
        {
            _running = new Manifest
            {
                ChainId = _ledger.ChainId,
                Height = _ledger.Height,
                BlockId = default,
                StateRoot = _ledger.Tree.Root,
                ReceiptsRoot = default,
                JournalIndex = 0,
                Tables = [.. _ledger.Tree.Tables.ToArray().Select(table => new ManifestTable((uint)table.Id, (uint)table.RecordSize, table.Count, table.Root))],
            };
            _capture.Begin(_ledger.Height);
        }

        if (_capture.IsRunning) _capture.Step(1 + _random.Next(20));
        if (!_capture.IsRunning && _running is not null && !_requested) _requested = _store.Store.TryRequestCheckpoint(_running.Height);
        if (!_requested || !_store.Store.TryTakeCheckpoint(out StoreCheckpoint done)) return;
        Manifest begun = _running!;
        Assert.Equal(begun.Height, done.Id);
        _release = _manifests.Write(new Manifest
        {
            ChainId = begun.ChainId,
            Height = begun.Height,
            BlockId = default,
            StateRoot = begun.StateRoot,
            ReceiptsRoot = default,
            JournalIndex = 0,
            Tables = begun.Tables,
            StoreToken = done.Token,
        }).StoreToken;
        Published++;
        _running = null;
        _requested = false;
    }

    private void FinishCapture()
    {
        _capture.Finish();
        if (_running is null) return;
        while (!_requested)
        {
            _requested = _store.Store.TryRequestCheckpoint(_running.Height);
            if (!_requested) _store.WaitForRoom();
        }
    }

    private PageStoreOptions Options()
    {
        uint pages = 1;
        foreach (PagedRegion region in _ledger.Tree.Regions) pages = Math.Max(pages, region.PageCapacity);
        return new PageStoreOptions
        {
            Directory = Folder + "/pages",
            Files = _files,
            MaximumPagesPerTable = (int)BitOperations.RoundUpToPowerOf2(pages),
            ExpectedPages = 1 << 10,
            LogPageBytes = 1 << 14,
            LogMemoryBytes = 1 << 17,
            SegmentBytes = 1 << 18,
            WriteRingBytes = 1 << 16,
            SyncBytes = 1 << 18,
            OwnThreads = false,
        };
    }

    /// <summary>The disk does nothing any more.</summary>
    private sealed class PowerLossException : Exception;
}
