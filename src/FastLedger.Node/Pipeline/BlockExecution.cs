// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Domain.Execution;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Storage;

namespace FastLedger.Node.Pipeline;

/// <summary>
/// Executes blocks and keeps what follows from them: history entries go to the history log, receipts and events into the receipts root.
/// Live traffic and recovery run the same code.
/// </summary>
/// <remarks>Thread: the core's. Alloc: none. Blocks: when the history log's memory is full.</remarks>
internal sealed class BlockExecution : IDisposable
{
    private const int MaxBatchLeaves = Executor.MaxBatchCommands + ExecutionContext.MaxEventsPerBatch + (4 * ExecutionContext.MaxMakersPerCommand);
    private const int MaxBlockBatches = 2048;

    private readonly Executor _executor;
    private readonly HistoryLog _history;
    private readonly Slab<CommandResult> _results = new(Executor.MaxBatchCommands);
    private readonly Slab<Hash256> _leaves = new(MaxBatchLeaves);
    private readonly Slab<Hash256> _scratch = new(MaxBatchLeaves);
    private readonly Slab<Hash256> _batchRoots = new(MaxBlockBatches);
    private readonly StageTimes _times;

    public BlockExecution(Ledger ledger, HistoryLog history, StageTimes times)
    {
        Ledger = ledger;
        _executor = new Executor(ledger);
        _history = history;
        _times = times;
        StateRoot = ledger.Tree.Root;
        for (int i = 0; i < Executor.MaxBatchCommands; i++) _results.Add() = default;
        for (int i = 0; i < MaxBatchLeaves; i++)
        {
            _leaves.Add();
            _scratch.Add();
        }
    }

    public Ledger Ledger { get; }

    /// <summary>State root after the last block.</summary>
    public Hash256 StateRoot { get; private set; }

    /// <summary>Root over the batches' receipts roots of the last block.</summary>
    public Hash256 ReceiptsRoot { get; private set; }

    /// <summary>Id of the last block.</summary>
    public Hash256 BlockId { get; private set; }

    /// <summary>Order events of the batch that was executed last.</summary>
    public ReadOnlySpan<OrderEvent> Events => _executor.Events;

    public void Begin(ulong height, long timestampNs)
    {
        long start = Stopwatch.GetTimestamp();
        _batchRoots.Clear();
        _executor.BeginBlock(height, timestampNs);
        KeepHistory();
        _times.Add(Stage.Execute, start);
    }

    /// <summary>Executes a batch.</summary>
    /// <returns>The results, valid until the next call.</returns>
    public ReadOnlySpan<CommandResult> Execute(uint session, ReadOnlySpan<Command> commands, ReadOnlySpan<Hash256> hashes, out int failed)
    {
        long start = Stopwatch.GetTimestamp();
        Span<CommandResult> results = _results.Items[..commands.Length];
        failed = _executor.ExecuteBatch(session, commands, hashes, results);
        start = _times.Add(Stage.Execute, start);
        KeepHistory();
        start = _times.Add(Stage.History, start);

        ReadOnlySpan<Receipt> receipts = _executor.Receipts;
        ReadOnlySpan<OrderEvent> events = _executor.Events;
        Span<Hash256> leaves = _leaves.Items[..(receipts.Length + events.Length)];
        Blake3.HashMany(MemoryMarshal.AsBytes(receipts), 64, leaves[..receipts.Length]);
        if (!events.IsEmpty) Blake3.HashMany(MemoryMarshal.AsBytes(events), OrderEvent.Size, leaves[receipts.Length..]);
        _batchRoots.Add() = Merkle.RootOf(leaves, _scratch.Items);
        _times.Add(Stage.Receipts, start);
        return results;
    }

    public void End(in Hash256 blockId)
    {
        long start = Stopwatch.GetTimestamp();
        StateRoot = _executor.EndBlock();
        ReceiptsRoot = Merkle.RootOf(_batchRoots.Items, _scratch.Items);
        BlockId = blockId;
        _times.Add(Stage.StateRoot, start);
    }

    public void Dispose()
    {
        _executor.Dispose();
        _results.Dispose();
        _leaves.Dispose();
        _scratch.Dispose();
        _batchRoots.Dispose();
    }

    private void KeepHistory()
    {
        foreach (ref readonly HistoryEntry entry in _executor.History)
            _history.Append(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in entry, 1)));
        _executor.ClearHistory();
        Invariant.Check(_history.Count == Ledger.Counters.HistoryEntries);
    }
}
