// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Domain;
using FastLedger.Node.Configuration;
using FastLedger.Node.Edge;
using FastLedger.Node.Pipeline;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node;

/// <summary>
/// One replica: recovers from its journal, then serves clients until it is disposed or a fault of the storage stops it.
/// </summary>
/// <remarks>
/// Stages and threads: client connections on the thread pool; the core on a thread of its own; journal and answers on another. A fault in
/// any of them ends <see cref="Completion"/> with the exception, and nothing is answered any more.
/// </remarks>
public sealed class Replica : IAsyncDisposable
{
    /// <summary>Version of the software: major · 65,536 + minor · 256 + patch.</summary>
    public const uint SoftwareVersion = 1 << 8;

    internal const string JournalFolder = "journal";
    private const string HistoryFile = "history.dat";

    private readonly NodeOptions _options;
    private readonly Journal _journal;
    private readonly HistoryLog _history;
    private readonly Ledger _ledger;
    private readonly ByteRing _ingress;
    private readonly ByteRing _egress;
    private readonly Doorbell _coreBell = new();
    private readonly StageTimes _times;
    private readonly ConnectionTable _connections;
    private readonly StatementReader _statements;
    private readonly CoreStage _core;
    private readonly CommitStage _commit;
    private readonly ClientListener _listener;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _coreThread, _commitThread;
    private readonly CancellationTokenSource _coreStopped = new();
    private int _disposed;

    private Replica(
        NodeOptions options, Journal journal, HistoryLog history, BlockExecution execution, StageTimes times, ulong replayedCommands, TimeProvider time)
    {
        _times = times;
        _options = options;
        _journal = journal;
        _history = history;
        _ledger = execution.Ledger;
        ReplayedCommands = replayedCommands;
        _ingress = new ByteRing(options.Limits.IngressBytes);
        _egress = new ByteRing(options.Limits.EgressBytes);
        _connections = new ConnectionTable(options.Limits.Connections);
        _statements = new StatementReader(history, journal.Writer, _connections);
        _core = new CoreStage(options, execution, journal.Writer, _ingress, _egress, _coreBell, _times, _statements, time);
        _commit = new CommitStage(journal.Writer, history, _egress, _connections, _coreBell, _times);
        _listener = new ClientListener(options, _ledger.ChainId, _connections, _ingress, _coreBell, _times, _coreStopped.Token);
        Execution = execution;
    }

    /// <summary>Where clients connect.</summary>
    public IPEndPoint EndPoint => _listener.EndPoint;

    /// <summary>Which ledger this is.</summary>
    public Hash256 ChainId => _ledger.ChainId;

    /// <summary>How the journal ended when the replica started.</summary>
    public JournalEnd RecoveredEnd => _journal.RecoveredEnd;

    /// <summary>Commands that recovery executed again.</summary>
    public ulong ReplayedCommands { get; }

    /// <summary>Height and state root when the replica became ready.</summary>
    public (ulong Height, Hash256 StateRoot) RecoveredState { get; private init; }

    /// <summary>Ends when the replica has stopped; with the exception when a fault stopped it.</summary>
    public Task Completion => _completion.Task;

    internal BlockExecution Execution { get; }

    /// <summary>Recovers and starts.</summary>
    /// <param name="options">Settings without fault.</param>
    /// <param name="progress">Told during recovery how many commands were executed again.</param>
    /// <param name="time">Where block time comes from when it comes from the machine's clock; null for that of the system.</param>
    /// <exception cref="ConfigurationException">The settings are faulty, or the directory belongs to another ledger.</exception>
    /// <exception cref="JournalDamagedException">The journal lost something durable.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="DirectoryInUseException">Another process has the directory open.</exception>
    public static Replica Start(NodeOptions options, Action<ulong>? progress = null, TimeProvider? time = null)
    {
        var faults = options.Faults();
        if (faults.Count > 0) throw new ConfigurationException(faults);
        string directory = Path.Combine(options.DataDirectory, JournalFolder);
        Directory.CreateDirectory(directory);
        Journal journal = Journal.Open(new JournalOptions
        {
            Directory = directory,
            SegmentBytes = options.Journal.SegmentBytes,
            RingBytes = options.Journal.RingBytes,
            Durability = options.Durability,
            PayloadDigest = JournalBatches.Digest,
        });
        HistoryLog? history = null;
        try
        {
            JournalWriter writer = journal.Writer;
            history = new HistoryLog(Path.Combine(options.DataDirectory, HistoryFile), flushNeeded: () => writer.Wake());
            var times = new StageTimes();
            (BlockExecution execution, ulong commands) = Recover(options, journal, history, times, progress);
            var replica = new Replica(options, journal, history, execution, times, commands, time ?? TimeProvider.System)
            {
                RecoveredState = (execution.Ledger.Height, execution.StateRoot),
            };
            replica.Run();
            return replica;
        }
        catch
        {
            history?.Dispose();
            journal.Dispose();
            throw;
        }
    }

    /// <summary>What each stage did so far.</summary>
    public ReplicaStatistics Statistics() => new(
        _core.Commands, _core.Blocks, _journal.Writer.GroupsCommitted, _journal.Writer.BytesWritten, _connections.Count, _ingress.UsedBytes, _egress.UsedBytes, _times);

    /// <summary>Answers what was accepted, makes it durable, seals the journal and closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _listener.DisposeAsync().ConfigureAwait(false);
        _core.Stop();
        _coreThread?.Join();
        _commit.Stop();
        _commitThread?.Join();
        _statements.Drain();
        _completion.TrySetResult();
        _core.Dispose();
        _ledger.Dispose();
        _history.Dispose();
        _journal.Dispose();
        _ingress.Dispose();
        _egress.Dispose();
        _coreBell.Dispose();
        _coreStopped.Dispose();
    }

    private static (BlockExecution Execution, ulong Commands) Recover(
        NodeOptions options, Journal journal, HistoryLog history, StageTimes times, Action<ulong>? progress)
    {
        using JournalReader reader = journal.OpenReader();
        Genesis configured = options.Genesis.ToGenesis();
        Genesis? genesis = JournalReplay.ReadGenesis(reader);
        if (genesis is null)
        {
            journal.Writer.Append(JournalEntryKind.Genesis, 0, 0, default, JournalReplay.Write(configured));
            journal.Writer.CommitGroup();
        }
        else if (genesis.ChainId != configured.ChainId)
        {
            throw new ConfigurationException([$"{options.DataDirectory} belongs to the ledger \"{genesis.Name}\" with other genesis settings: {genesis}"]);
        }

        var ledger = new Ledger(configured, new ResidentPageStore(), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        var execution = new BlockExecution(ledger, history, times);
        try
        {
            var replay = new JournalReplay(execution, history);
            replay.Run(reader, progress);
            return (execution, replay.Commands);
        }
        catch
        {
            execution.Dispose();
            ledger.Dispose();
            throw;
        }
    }

    private void Run()
    {
        _commitThread = Launch("fastledger-commit", _commit.Run);
        _coreThread = Launch("fastledger-core", _core.Run);
        _listener.Start();
    }

    private Thread Launch(string name, Action run)
    {
        var thread = new Thread(() =>
        {
            try
            {
                run();
            }
            catch (StorageFaultException e)
            {
                // Fail-stop: what is not durable is never answered, and nobody may believe that this replica still works.
                _completion.TrySetException(e);
                _coreStopped.Cancel();
                _core.Abort();
                _commit.Stop();
            }
            catch (OperationCanceledException) when (_coreStopped.IsCancellationRequested)
            {
                // The core, held up by a stage that stopped.
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        return thread;
    }
}
