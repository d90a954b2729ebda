// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Domain;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Edge;
using FastLedger.Node.Sync;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Pipeline;

/// <summary>
/// The one thread that owns the state. It executes ordered blocks, reports what they gave to the consensus stage, and puts the answers into
/// the egress ring under the height whose certificate they wait for. Between two blocks it answers queries.
/// </summary>
/// <remarks>
/// Thread: its own, or, for a small block while it is idle, the consensus thread (<see cref="TryExecuteHere"/>); one at a time. Alloc: none in
/// steady state. Blocks: when the history's or the egress ring is full.
/// </remarks>
internal sealed partial class ExecutionStage : IDisposable
{
    private const int LongestSleepMs = 1000;
    private const int CaptureSleepMs = 1;
    private const int MaxQueriesPerRound = 1024;
    private const uint SystemSession = 0;

    /// <summary>A block of more commands is never executed on the thread that ordered it.</summary>
    public const int MostCommandsHere = 64;

    private readonly NodeOptions _options;
    private readonly BlockExecution _execution;
    private readonly Ledger _ledger;
    private readonly JournalWriter _journal;
    private readonly ByteRing _ordered;
    private readonly ByteRing _queries;
    private readonly ByteRing _executed;
    private readonly ByteRing _egress;
    private readonly Doorbell _bell;
    private readonly Doorbell _consensusBell;
    private readonly ConnectionTable _connections;
    private readonly StageWaiter _waiter;
    private readonly StageTimes _times;
    private readonly StatementReader _statements;
    private readonly Func<bool> _hasWork;
    private readonly ConnectionId[] _connectionOf;
    private readonly EventMode[] _eventModeOf;
    private readonly int[] _eventCountOf;
    private readonly uint[] _eventSessions;
    private readonly Checkpointer? _checkpoints;
    private readonly Lock _turn = new();
    private readonly bool _shares;
    private ulong _egressAtBlock;
    private ulong _journalIndex;
    private ulong _commands, _blocks;
    private long _nextDueNs, _timestampNs;
    private volatile bool _stopping;
    private volatile bool _aborted;

    public ExecutionStage(
        NodeOptions options, BlockExecution execution, JournalWriter journal, StageRings rings, ConnectionTable connections, StageTimes times, StatementReader statements, Checkpointer? checkpoints = null)
    {
        _options = options;
        _execution = execution;
        _ledger = execution.Ledger;
        _plan = ValidatorPlan.Of(_ledger);
        _journal = journal;
        _ordered = rings.Ordered;
        _queries = rings.Queries;
        _executed = rings.Executed;
        _egress = rings.Egress;
        _bell = rings.ExecutionBell;
        _consensusBell = rings.ConsensusBell;
        _connections = connections;
        _times = times;
        _statements = statements;
        _checkpoints = checkpoints;
        _shares = options.Pipeline.SharesExecution;
        _waiter = new StageWaiter(options.Pipeline.Wait, _bell);
        _hasWork = () => _stopping || !_ordered.IsEmpty || !_queries.IsEmpty;
        uint sessions = _ledger.Sessions.Capacity;
        _connectionOf = new ConnectionId[sessions];
        _eventModeOf = new EventMode[sessions];
        _eventCountOf = new int[sessions];
        _eventSessions = new uint[sessions];
        _journalIndex = journal.NextIndex - 1;
        _nextDueNs = _ledger.NextDueNs;
        _timestampNs = _ledger.TimestampNs;
    }

    /// <summary>Commands executed since the start, the resent ones included. Any thread.</summary>
    public ulong Commands => Volatile.Read(ref _commands);

    /// <summary>How long blocks took, from their beginning to the last page handed over for a checkpoint.</summary>
    public BlockTimes BlockTimes { get; } = new();

    /// <summary>Blocks executed since the start. Any thread.</summary>
    public ulong Blocks => Volatile.Read(ref _blocks);

    /// <summary>Block time at which something happens without a command. Any thread.</summary>
    public long NextDueNs => Volatile.Read(ref _nextDueNs);

    /// <summary>Time of the last executed block. Any thread.</summary>
    public long TimestampNs => Volatile.Read(ref _timestampNs);

    /// <summary>Works until <see cref="Stop"/>, then finishes what was ordered.</summary>
    public void Run()
    {
        while (!_stopping)
            if (!Round()) _waiter.Wait(_hasWork, _checkpoints is { IsCapturing: true } ? CaptureSleepMs : LongestSleepMs);
        while (!_aborted && Round())
        {
        }
    }

    /// <summary>Lets <see cref="Run"/> return after what was published is done. Any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        _bell.Ring();
    }

    /// <summary>Lets <see cref="Run"/> end at once: nobody takes its answers any more. Any thread.</summary>
    public void Abort()
    {
        _aborted = true;
        Stop();
    }

    /// <summary>Where consensus says how the replica is.</summary>
    public StatusBoard? Board { get; init; }

    /// <summary>Copies of the state for peers; null in a cluster of one.</summary>
    public StateCopies? Copies { get; init; }

    public void Dispose() => _execution.Dispose();

    /// <summary>
    /// Executes the one ordered block on the caller's thread. Only when nothing else is to be done, nothing of an earlier block waits in the
    /// egress ring (its reader may be the caller, who could then not make room), and no page has to be waited for.
    /// </summary>
    /// <returns>False when it was left to the stage's own thread, which has to be woken.</returns>
    public bool TryExecuteHere()
    {
        if (!_shares || !_turn.TryEnter()) return false;
        try
        {
            ulong position = _ordered.Position;
            if (_stopping || !_queries.IsEmpty || !_egress.IsEmpty || !_executed.IsEmpty || _checkpoints is { IsCapturing: true }
                || _ledger.Tree.Residency is { Evictions: > 0 } || !_ordered.TryRead(ref position, out ByteRing.Entry block) || position != _ordered.ClaimedPosition) return false;
            _behindBlock = position;
            Execute(block.Payload);
            _ordered.Release(position);
            if (_checkpoints is { IsCapturing: true }) _bell.Ring(); // the block began a checkpoint: its pages are handed over beside what follows
            return true;
        }
        finally
        {
            _turn.Exit();
        }
    }

    private bool Round()
    {
        lock (_turn) return Work();
    }

    private bool Work()
    {
        bool any = _ordered.IsEmpty && _checkpoints is not null && _checkpoints.IdleTurn();
        if (_ordered.IsEmpty) Copies?.IdleTurn(_ledger);
        ulong position = _ordered.Position;
        if (_ordered.TryRead(ref position, out ByteRing.Entry block))
        {
            _behindBlock = position;
            Execute(block.Payload);
            _ordered.Release(position);
            any = true;
        }

        position = _queries.Position;
        int count = 0;
        while (count < MaxQueriesPerRound && _queries.TryRead(ref position, out ByteRing.Entry query))
        {
            Answer(query);
            count++;
        }

        if (count == 0) return any;
        _queries.Release(position);
        _consensusBell.Ring();
        return true;
    }

    private void Execute(Span<byte> order)
    {
        ref readonly OrderedBlock block = ref MemoryMarshal.AsRef<OrderedBlock>(order);
        ReadOnlySpan<StoredBatch> stored = Bundles(order);
        _journalIndex = block.JournalIndex;
        _egressAtBlock = _egress.ClaimedPosition;
        _inBlock = true;
        _pendingReplies = 0;
        int leaves = 1;
        foreach (ref readonly StoredBatch bundle in stored) leaves += bundle.Digests.Length;

        ulong commands = 0;
        long start = Stopwatch.GetTimestamp();
        _execution.Begin(block.Height, block.TimestampNs, block.Epoch);
        if (!_execution.Events.IsEmpty) SendEvents(block.Height, block.TimestampNs);
        for (int i = 0; i < stored.Length; i++)
        {
            StoredBatch bundle = stored[i];
            _execution.BeginBundle(bundle.Reference);
            Execute(bundle, stored[(i + 1)..], bundle.Reference.Author == block.Self, block.Height, block.TimestampNs, leaves);
            commands += bundle.Reference.CommandCount;
        }

        _execution.End(block.BlockId, block.EndsEpoch != 0);
        NoteValidators();
        _checkpoints?.AfterBlock(_execution);
        BlockTimes.Add(start);
        Copies?.AfterBlock(_ledger);
        FinishReplies();
        _inBlock = false;
        Volatile.Write(ref _commands, _commands + commands);
        Volatile.Write(ref _blocks, _blocks + 1);
        Volatile.Write(ref _nextDueNs, _ledger.NextDueNs);
        Volatile.Write(ref _timestampNs, block.TimestampNs);
        Report(new ExecutedBlock
        {
            Height = block.Height,
            TimestampNs = block.TimestampNs,
            BlockId = block.BlockId,
            StateRoot = _execution.StateRoot,
            ReceiptsRoot = _execution.ReceiptsRoot,
            Commands = commands,
            Batches = (uint)(leaves - 1),
        });
    }

    private void Execute(StoredBatch bundle, ReadOnlySpan<StoredBatch> following, bool isOwn, ulong height, long timestampNs, int leaves)
    {
        ReadOnlySpan<byte> rest = bundle.Bundle;
        ReadOnlySpan<Hash256> hashes = bundle.Hashes;
        ReadOnlySpan<ConnectionId> connections = bundle.Connections;
        for (int i = 0, connection = 0; !rest.IsEmpty; i++)
        {
            Invariant.Check(Bundle.TryTake(ref rest, out BundledBatch batch));
            int count = batch.Head.Count;
            ExpectAround(batch, rest, following);
            ReadOnlySpan<CommandResult> results = _execution.Execute(batch, hashes[..count], bundle.Digests[i], out int failed);
            hashes = hashes[count..];
            long start = Stopwatch.GetTimestamp();
            if (isOwn && connection < connections.Length)
            {
                if (batch.Head.Session == SystemSession)
                {
                    for (int j = 0; j < count; j++)
                        PublishOutcome(EgressKind.Handshake, connections[connection++], results[j].Code, (ulong)results[j].Value);
                }
                else
                {
                    ConnectionId client = connections[connection++];
                    if (!results.IsEmpty && !client.IsNone) Reply(client, batch.Head, results, failed, height, timestampNs, leaves);
                }
            }

            if (!_execution.Events.IsEmpty && !results.IsEmpty) SendEvents(height, timestampNs);
            _times.Add(Stage.Reply, start);
        }
    }

    private void Report(in ExecutedBlock executed)
    {
        ByteRing.Entry entry;
        while (!_executed.TryClaim(ExecutedBlock.Size, out entry))
        {
            if (_aborted) throw new OperationCanceledException("The replica was stopped by a fault.");
            _consensusBell.Ring();
            Thread.Yield();
        }

        MemoryMarshal.Write(entry.Payload, executed);
        ByteRing.Publish(entry);
        _consensusBell.Ring();
    }
}
