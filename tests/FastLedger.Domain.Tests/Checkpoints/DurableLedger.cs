// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.State.Checkpoints;
using FastLedger.State.Residency;
using FastLedger.State.Tests;

namespace FastLedger.Domain.Tests.Checkpoints;

/// <summary>Executes a recorded stream while it takes checkpoints, and now and then goes on from the last one as after a crash.</summary>
internal sealed class DurableLedger : IDisposable
{
    private readonly Random _random;
    private readonly MemoryPageStore _store;
    private readonly int _pagesPerTable;
    private PageResidency? _residency;
    private Ledger _ledger = null!;
    private Executor _executor = null!;
    private CheckpointCapture _capture = null!;
    private Checkpoint? _last, _running;
    private bool _isDisposed;

    /// <param name="seed">Decides when what happens.</param>
    /// <param name="pagesPerTable">Memory for so many pages per table, without their nodes; 0 for all.</param>
    public DurableLedger(int seed, int pagesPerTable = 0)
    {
        _pagesPerTable = pagesPerTable;
        _random = new Random(seed);
        _store = new MemoryPageStore(1 + _random.Next(32), _random);
        Create();
    }

    public int Checkpoints { get; private set; }

    public int Restarts { get; private set; }

    public ulong Evictions { get; private set; }

    public ulong Misses { get; private set; }

    /// <summary>Executes the stream; results and roots must be the recorded ones, however often it starts again.</summary>
    public void Run(List<RecordedBlock> blocks)
    {
        int left = 6;
        while (_ledger.Height < (ulong)blocks.Count)
        {
            Execute(blocks, (int)_ledger.Height);
            _residency?.Trim();
            if (_random.Next(12) == 0 ? _capture.Finish() : _capture.Step(1 + _random.Next(6))) Publish();

            if (!_capture.IsRunning && _random.Next(5) == 0)
            {
                uint[] counts = [.. _ledger.Tree.Tables.ToArray().Select(table => table.Count)];
                _running = new Checkpoint(counts, _ledger.Tree.Root, []);
                _capture.Begin(_ledger.Height);
            }

            if (left > 0 && _random.Next(blocks.Count / 6) == 0)
            {
                left--;
                Restart();
            }
        }
    }

    /// <summary>Frees the ledger; the figures stay. A second time does nothing.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        Evictions += _residency?.Evictions ?? 0;
        Misses += _residency?.Misses ?? 0;
        _capture.Dispose();
        _executor.Dispose();
        _ledger.Dispose();
    }

    private void Publish()
    {
        _last = _running! with { Pages = _store.Snapshot() };
        Checkpoints++;
    }

    /// <summary>What is expected, rightly or wrongly, changes no result.</summary>
    private void Expect(List<RecordedBlock> blocks, int at)
    {
        int choice = _random.Next(5);
        if (choice is 0 or 1) _executor.Expect(blocks[at].Session, blocks[at].Commands);
        if (choice == 1 && at + 1 < blocks.Count) _executor.Expect(blocks[at + 1].Session, blocks[at + 1].Commands);
        int other = _random.Next(blocks.Count);
        if (choice == 2) _executor.Expect(blocks[other].Session, blocks[other].Commands);
    }

    private void Execute(List<RecordedBlock> blocks, int at)
    {
        RecordedBlock block = blocks[at];
        _executor.BeginBlock(_ledger.Height + 1, block.TimestampNs);
        var results = new CommandResult[block.Commands.Length];
        var hashes = new Hash256[block.Commands.Length];
        Blake3.HashMany(MemoryMarshal.AsBytes(block.Commands.AsSpan()), Command.Size, hashes);
        Expect(blocks, at);
        _executor.ExecuteBatch(block.Session, block.Commands, hashes, results);
        Assert.Equal(block.Results, results);
        Assert.Equal(block.Root, _executor.EndBlock());
        _executor.ClearHistory();
    }

    private void Restart()
    {
        Dispose();
        Restarts++;
        _store.Recover(_last?.Pages ?? []);
        Create();
        if (_last is null) return;
        foreach (((byte id, uint page), byte[] image) in _last.Pages.OrderBy(static held => held.Key))
        {
            int i = _ledger.Tree.Regions.ToArray().ToList().FindIndex(region => region.Id == id);
            if (_residency is not null && i < _last.Counts.Length) _residency.Take(id, page, image, _last.Counts[i]);
            else image.CopyTo(_ledger.Tree.Regions[i].Page(page));
        }

        Assert.Equal(_last.Root, _ledger.Restore(_last.Counts));
    }

    private void Create()
    {
        _isDisposed = false;
        _ledger = new Ledger(RecordedStreams.Genesis, _store, (ulong)_random.NextInt64());
        _executor = new Executor(_ledger);
        _capture = new CheckpointCapture(_ledger.Tree, _store, _random.Next(3) * 10_000, 1);
        _residency = null;
        if (_pagesPerTable == 0) return;
        long pages = _pagesPerTable * _ledger.Tree.Tables.Length;
        _residency = new PageResidency(_ledger.Tree, _store, pages * PagedRegion.PageBytes)
        {
            BeforeWriteBack = () =>
            {
                if (_capture.Finish()) Publish();
            },
        };
    }

    private sealed record Checkpoint(uint[] Counts, Hash256 Root, Dictionary<(byte Region, uint Page), byte[]> Pages);
}
