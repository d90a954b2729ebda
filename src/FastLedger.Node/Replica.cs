// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Consensus.Effects;
using FastLedger.Domain;
using FastLedger.Network.Peers;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Edge;
using FastLedger.Node.Pipeline;
using FastLedger.Node.Recovery;
using FastLedger.Node.Sync;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node;

/// <summary>
/// One replica: recovers from its journal, then agrees with its peers and serves clients until it is disposed or a fault stops it. A ledger of
/// one replica is a cluster of one and runs the same code.
/// </summary>
/// <remarks>
/// Stages and threads: client and peer connections on the thread pool; consensus with journal and answers on a thread of its own; execution on
/// another; history to its file on a third; serving peers that are behind on a fourth. A fault in any of them ends <see cref="Completion"/>
/// with the exception, and nothing is answered any more.
/// </remarks>
public sealed class Replica : IAsyncDisposable
{
    /// <summary>Version of the software: major · 65,536 + minor · 256 + patch.</summary>
    public const uint SoftwareVersion = 1 << 8;

    internal const string JournalFolder = "journal";
    private const string EvidenceDirectory = "evidence";

    private readonly NodeOptions _options;
    private readonly Journal _journal;
    private readonly HistoryLog _history;
    private readonly Ledger _ledger;
    private readonly StageRings _rings;
    private readonly BatchStore _store;
    private readonly PeerInbox _inbox;
    private readonly PeerNetwork? _network;
    private readonly ValidatorIdentity _identity;
    private readonly PeerDirectory _peers;
    private readonly JournalArchive _archive;
    private readonly RestoredState _state;
    private readonly Checkpointer? _checkpoints;
    private readonly StateCopies? _copies;
    private readonly StateSyncService? _sync;
    private readonly StageTimes _times;
    private readonly ConnectionTable _connections;
    private readonly StatementReader _statements;
    private readonly ExecutionStage _execution;
    private readonly ConsensusStage _consensus;
    private readonly HistoryStage _historyStage;
    private readonly ClientListener _listener;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopped = new();
    private Thread? _executionThread, _consensusThread, _historyThread;
    private int _halted, _disposed;

    private Replica(
        NodeOptions options, Journal journal, HistoryLog history, HistoryStage historyStage, RestoredState state, Recovered recovered, TimeProvider time, Action<string> say)
    {
        _times = recovered.Times;
        _options = options;
        _journal = journal;
        _history = history;
        _historyStage = historyStage;
        _state = state;
        _identity = recovered.Identity;
        _ledger = recovered.Execution.Ledger;
        ReplayedCommands = recovered.Replay.Commands;
        RecoveredState = (_ledger.Height, recovered.Execution.StateRoot);
        Execution = recovered.Execution;
        _rings = new StageRings(options);
        _store = new BatchStore(recovered.Core.Validators.Count, options.Cluster.StoreBytesPerAuthor, options.Cluster.BatchWindow);
        _inbox = new PeerInbox(_store, _ledger.ChainId, 1 << 23, _rings.ConsensusBell, _times);
        _connections = new ConnectionTable(options.Limits.Connections);
        _statements = new StatementReader(history, journal.Writer, _connections);
        _network = _identity.Validators.Count > 1 ? _identity.OpenNetwork(options, _ledger.ChainId, _inbox) : null;
        _archive = new JournalArchive(Path.Combine(options.DataDirectory, JournalFolder), journal.Writer, recovered.Index, _network, _ledger.ChainId);
        _checkpoints = OpenCheckpoints(state);
        _peers = new PeerDirectory(_network, _identity.Self, options.Cluster.ReadPeers() ?? new Dictionary<int, IPEndPoint>());
        var board = new StatusBoard(options, _ledger.ChainId, _identity.Self, _network) { HandOvers = recovered.HandOvers };
        _inbox.HandOvers = recovered.HandOvers;
        _inbox.Network = _network;
        _execution = new ExecutionStage(options, Execution, journal.Writer, _rings, _connections, _times, _statements, _checkpoints)
        {
            Copies = _copies = _network is null ? null : new StateCopies(options.State.SyncBytes, epoch => recovered.HandOvers.Of(epoch).ToArray(), say),
            Board = board,
        };
        if (_network is not null) _inbox.Sync = _sync = new StateSyncService(_copies!, _network);
        _consensus = new ConsensusStage(
            options, recovered.Core, journal.Writer, _rings, _store, _inbox, _network, _connections, _execution, _archive,
            new EvidenceFolder(Path.Combine(options.DataDirectory, EvidenceDirectory)), _times, OnHalted, _checkpoints, time)
        {
            Board = board,
            Peers = _peers,
            HandOvers = recovered.HandOvers,
            StateNeeded = OnStateNeeded,
            EpochBegan = () => KeyUse.Mark(options, _identity, recovered.Core.Validators),
        };
        _consensus.Restore(recovered.Replay, Execution);
        _listener = new ClientListener(options, _ledger.ChainId, _connections, _rings, _times, board, _stopped.Token);
    }

    /// <summary>Where clients connect.</summary>
    public IPEndPoint EndPoint => _listener.EndPoint;

    /// <summary>Where the other replicas connect; null in a cluster of one.</summary>
    public IPEndPoint? PeerEndPoint => _network?.EndPoint;

    /// <summary>Which ledger this is.</summary>
    public Hash256 ChainId => _ledger.ChainId;

    /// <summary>Why the replica signs nothing any more; it then only follows.</summary>
    public HaltReason Halted => (HaltReason)Volatile.Read(ref _halted);

    /// <summary>How the journal ended when the replica started.</summary>
    public JournalEnd RecoveredEnd => _journal.RecoveredEnd;

    /// <summary>Commands that recovery executed again.</summary>
    public ulong ReplayedCommands { get; }

    /// <summary>Height and state root when the replica became ready.</summary>
    public (ulong Height, Hash256 StateRoot) RecoveredState { get; }

    /// <summary>Ends when the replica has stopped; with the exception when a fault stopped it.</summary>
    public Task Completion => _completion.Task;

    internal BlockExecution Execution { get; }

    /// <summary>Recovers and starts.</summary>
    /// <param name="options">Settings without fault.</param>
    /// <param name="progress">Told during recovery how many commands were executed again.</param>
    /// <param name="stateProgress">Told what happens to the state's pages, a line each.</param>
    /// <param name="time">Where block time comes from when it comes from the machine's clock; null for that of the system.</param>
    /// <param name="cancellationToken">Ends the wait for a state that is fetched from the peers.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    /// <exception cref="ConfigurationException">The settings are faulty, or the directory belongs to another ledger.</exception>
    /// <exception cref="JournalDamagedException">The journal lost something durable.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="DirectoryInUseException">Another process has the directory open.</exception>
    public static Replica Start(NodeOptions options, Action<ulong>? progress = null, Action<string>? stateProgress = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var faults = options.Faults();
        if (faults.Count > 0) throw new ConfigurationException(faults);
        Action<string> say = stateProgress ?? (static _ => { });
        _ = StateJoin.RunIfDue(options, say, cancellationToken);
        Journal journal = ReplicaRecovery.OpenJournal(options);
        HistoryStage? historyStage = null;
        RestoredState? state = null;
        try
        {
            state = RestoredState.Open(options, options.Genesis.ToGenesis(), ReplicaRecovery.HasWholeJournal(options, journal), say);
            historyStage = HistoryStage.Open(options, state);
            Recovered recovered = ReplicaRecovery.Recover(options, journal, historyStage.Log, state, progress);
            historyStage.Times = recovered.Times;
            if (recovered.Identity.Validators.Count > 1) KeyUse.Mark(options, recovered.Identity, recovered.Core.Validators);
            var replica = new Replica(options, journal, historyStage.Log, historyStage, state, recovered, time ?? TimeProvider.System, say);
            GenesisFile.Write(Path.Combine(options.DataDirectory, GenesisFile.Name), options.Genesis.ToGenesis());
            replica.Run();
            return replica;
        }
        catch
        {
            historyStage?.Dispose();
            state?.Dispose();
            journal.Dispose();
            throw;
        }
    }

    /// <summary>What each stage did so far.</summary>
    public ReplicaStatistics Statistics() => new(
        _execution.Commands, _execution.Blocks, _journal.Writer.GroupsCommitted, _journal.Writer.BytesWritten, _connections.Count, _listener.Faults + (_network?.NetworkStatistics.Faults ?? 0), _rings.Batches.UsedBytes,
        _rings.Egress.UsedBytes, _times);

    /// <summary>How long blocks took to execute.</summary>
    public BlockTimes BlockTimes => _execution.BlockTimes;

    /// <summary>What checkpoints did so far; all zero when none are taken. Any thread.</summary>
    public CheckpointStatistics Checkpoints() => _checkpoints?.Statistics() ?? default;

    /// <summary>Where the other replicas are from now on. Any thread.</summary>
    /// <param name="peers">Addresses by node; this replica's own is passed over.</param>
    public void SetPeers(IReadOnlyDictionary<int, IPEndPoint> peers) => _peers.SetEndPoints(peers);

    /// <summary>Answers what was accepted, as far as the cluster lets it, makes it durable, seals the journal and closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _listener.DisposeAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Stops at once and leaves files and connections as a killed process would: nothing is flushed, sealed or said.</summary>
    public async ValueTask AbortAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopped.CancelAsync().ConfigureAwait(false);
        _consensus.Abort();
        _execution.Abort();
        _consensusThread?.Join();
        await _listener.DisposeAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Finds out where the state of a replica that stopped with <see cref="HaltReason.StateDiverged"/> is wrong, and keeps the answer in its data
    /// directory. The journal is executed again beside the state, so this takes as long as recovery and as much memory as the state.
    /// </summary>
    /// <param name="progress">Told how many commands were executed.</param>
    /// <exception cref="InvalidOperationException">The replica did not stop for this reason, or is disposed.</exception>
    /// <exception cref="JournalDamagedException">The journal cannot be executed again.</exception>
    public DivergenceReport ExamineDivergence(Action<ulong>? progress = null)
    {
        if (Halted != HaltReason.StateDiverged || Volatile.Read(ref _disposed) != 0) throw new InvalidOperationException("Only a replica that stopped because its state differs can be examined.");
        _consensusThread?.Join();
        _executionThread?.Join();
        DivergenceReport report = DivergenceReport.Make(ReplicaFolders.Of(_options), _ledger, progress);
        report.Write(_options.DataDirectory);
        return report;
    }

    private async ValueTask CloseAsync()
    {
        _consensus.Stop();
        _consensusThread?.Join();
        _execution.Stop();
        _executionThread?.Join();
        _historyStage.Stop();
        _historyThread?.Join();
        _statements.Drain();
        if (_network is not null) await _network.DisposeAsync().ConfigureAwait(false);
        _sync?.Dispose();
        _copies?.Dispose();
        _archive.Dispose();
        _completion.TrySetResult();
        _consensus.Dispose();
        _checkpoints?.Dispose();
        _execution.Dispose();
        _state.Dispose();
        _historyStage.Dispose();
        _journal.Dispose();
        _inbox.Dispose();
        _store.Dispose();
        _rings.Dispose();
        _identity.Dispose();
        _stopped.Dispose();
    }

    private Checkpointer? OpenCheckpoints(RestoredState state)
    {
        if (!_options.State.TakesCheckpoints || state.Pages is null) return null;
        CheckpointPublisher? publisher = CheckpointPublisher.TryOpen(_options, state, _journal, _history, StopBecause);
        if (publisher is not null) (publisher.Forget, publisher.Published) = (_archive.Index.Forget, _rings.ExecutionBell.Ring);
        return new Checkpointer(_options.State, _ledger, state.Pages, publisher);
    }

    private void Run()
    {
        var threads = new StageThreads(StopBecause, _stopped.Token);
        _historyThread = threads.Launch("fastledger-history", _historyStage.Run);
        _executionThread = threads.Launch("fastledger-execution", _execution.Run);
        _consensusThread = threads.Launch("fastledger-consensus", _consensus.Run);
        _network?.Start();
        _listener.Start();
    }

    /// <summary>The ledger's first blocks are gone, and this replica has none of them: it has to begin with a state.</summary>
    private void OnStateNeeded(ulong firstHeight)
    {
        if (_options.Cluster.Join == JoinMode.Never) return;
        new JoinFolder(_options).Begin();
        StopBecause(new StateNeededException(firstHeight));
    }

    private void OnHalted(HaltReason reason)
    {
        Volatile.Write(ref _halted, (int)reason);
        if (reason is HaltReason.StateDiverged or HaltReason.SafetyViolation) StopBecause(new ReplicaHaltedException(reason));
    }

    /// <summary>Fail-stop: what is not durable is never answered, and nobody may believe that this replica still works.</summary>
    private void StopBecause(Exception fault)
    {
        _completion.TrySetException(fault);
        _stopped.Cancel();
        _consensus.Abort();
        _execution.Abort();
        _historyStage.Stop();
    }
}
