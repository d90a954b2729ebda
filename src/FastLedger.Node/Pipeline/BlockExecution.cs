// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Domain.Execution;
using FastLedger.Node.Cluster;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
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

    /// <summary>Receipts of a block: one for each client's batch of the largest block, and one for the work at its start.</summary>
    private const int MaxReceipts = (BlockImage.MaxBatches * Bundle.MaxBatches) + 1;

    private readonly Executor _executor;
    private readonly HistoryLog _history;
    private readonly Slab<CommandResult> _results = new(Executor.MaxBatchCommands);
    private readonly Slab<Hash256> _leaves = new(MaxBatchLeaves);
    private readonly Slab<Hash256> _scratch = new(MaxBatchLeaves);
    private readonly ReceiptTree _receipts = new(MaxReceipts);
    private readonly StageTimes _times;
    private ulong _epoch;

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

    /// <summary>The receipts of the block and the tree over them.</summary>
    public ReceiptTree Receipts => _receipts;

    /// <summary>Root over the receipts of the last block.</summary>
    public Hash256 ReceiptsRoot { get; private set; }

    /// <summary>Id of the last block.</summary>
    public Hash256 BlockId { get; private set; }

    /// <summary>Order events of the batch that was executed last.</summary>
    public ReadOnlySpan<OrderEvent> Events => _executor.Events;

    /// <summary>Goes on behind the last block of a checkpoint, whose state the ledger holds.</summary>
    public void Restore(in Hash256 blockId, in Hash256 stateRoot, in Hash256 receiptsRoot)
    {
        Invariant.Check(Ledger.Tree.Root == stateRoot);
        (BlockId, StateRoot, ReceiptsRoot) = (blockId, stateRoot, receiptsRoot);
    }

    /// <summary>Begins a block.</summary>
    /// <param name="height">One above the last block's.</param>
    /// <param name="timestampNs">Above the last block's.</param>
    /// <param name="epoch">Epoch of the block.</param>
    public void Begin(ulong height, long timestampNs, ulong epoch)
    {
        _epoch = epoch;
        long start = Stopwatch.GetTimestamp();
        _receipts.Clear();
        _executor.BeginBlock(height, timestampNs);
        KeepHistory();
        AddReceipt(default, 0, [], 0, _executor.Events);
        _times.Add(Stage.Execute, start);
    }

    /// <summary>The clients' batches that follow are those of a validator's bundle.</summary>
    public void BeginBundle(in BatchReference bundle) => Ledger.NoteBatch(_epoch, bundle.Author, bundle.Number);

    /// <summary>Between batches: asks for what a batch needs that executes next, or as the next but one.</summary>
    public void Expect(in BundledBatch batch)
    {
        long start = Stopwatch.GetTimestamp();
        _executor.Expect(batch.Head.Session, batch.Commands);
        _times.Add(Stage.Execute, start);
    }

    /// <summary>Executes a client's batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="hashes">BLAKE3 of each command.</param>
    /// <param name="digest">The batch's digest.</param>
    /// <param name="failed">Commands that did not answer <see cref="ResultCode.Ok"/>.</param>
    /// <returns>The results, valid until the next call; none when the batch is signed with another key than its session's, which no
    /// correct author lets pass.</returns>
    public ReadOnlySpan<CommandResult> Execute(in BundledBatch batch, ReadOnlySpan<Hash256> hashes, in Hash256 digest, out int failed)
    {
        long start = Stopwatch.GetTimestamp();
        uint session = batch.Head.Session;
        if (session != 0 && Ledger.Sessions.Has(session) && Ledger.Sessions[session].Key != batch.Key)
        {
            failed = batch.Head.Count;
            _receipts.Add(new BatchReceipt { BatchDigest = digest, Session = session, Count = batch.Head.Count });
            return [];
        }

        Span<CommandResult> results = _results.Items[..batch.Head.Count];
        failed = _executor.ExecuteBatch(session, batch.Commands, hashes, results);
        start = _times.Add(Stage.Execute, start);
        KeepHistory();
        start = _times.Add(Stage.History, start);

        AddReceipt(digest, session, results, failed, _executor.Events);
        _times.Add(Stage.Receipts, start);
        return results;
    }

    /// <param name="blockId">The block.</param>
    /// <param name="endsEpoch">It is the last one of its epoch.</param>
    public void End(in Hash256 blockId, bool endsEpoch)
    {
        long start = Stopwatch.GetTimestamp();
        StateRoot = _executor.EndBlock(endsEpoch);
        ReceiptsRoot = _receipts.Build();
        BlockId = blockId;
        _times.Add(Stage.StateRoot, start);
    }

    public void Dispose()
    {
        _executor.Dispose();
        _results.Dispose();
        _leaves.Dispose();
        _scratch.Dispose();
        _receipts.Dispose();
    }

    private void AddReceipt(in Hash256 digest, uint session, ReadOnlySpan<CommandResult> results, int failed, ReadOnlySpan<OrderEvent> events)
    {
        ReadOnlySpan<Receipt> receipts = results.IsEmpty ? [] : _executor.Receipts;
        Span<Hash256> leaves = _leaves.Items[..receipts.Length];
        if (!receipts.IsEmpty) Blake3.HashMany(MemoryMarshal.AsBytes(receipts), 64, leaves);
        Hash256 resultsRoot = Merkle.RootOf(leaves, _scratch.Items);
        leaves = _leaves.Items[..events.Length];
        if (!events.IsEmpty) Blake3.HashMany(MemoryMarshal.AsBytes(events), OrderEvent.Size, leaves);
        _receipts.Add(new BatchReceipt
        {
            BatchDigest = digest,
            ResultsRoot = resultsRoot,
            EventsRoot = Merkle.RootOf(leaves, _scratch.Items),
            FailuresDigest = failed == 0 ? default : DigestFailures(results),
            FirstSequence = results.IsEmpty ? 0 : results[0].Sequence,
            Session = session,
            Count = (uint)results.Length,
            OkCount = (uint)(results.Length - failed),
            EventCount = (uint)events.Length,
        });
    }

    private static Hash256 DigestFailures(ReadOnlySpan<CommandResult> results)
    {
        var hasher = Blake3Hasher.Create();
        foreach (ref readonly CommandResult result in results)
            if (result.Code != ResultCode.Ok) hasher.Update(MemoryMarshal.AsBytes(new ReadOnlySpan<CommandResult>(in result)));
        return hasher.Finish();
    }

    private void KeepHistory()
    {
        _history.Append(MemoryMarshal.AsBytes(_executor.History));
        _executor.ClearHistory();
        Invariant.Check(_history.Count == Ledger.Counters.HistoryEntries);
    }
}
