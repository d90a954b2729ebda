// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FastLedger.Domain;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node.Recovery;

/// <summary>
/// The state of a stopped replica, for tools: the journal is read and verified to the byte, every signature checked, every block executed again and
/// every root compared. Nothing in the directory is changed.
/// </summary>
/// <remarks>Thread: one. Blocks: on the device.</remarks>
public sealed class OfflineReplica : IDisposable
{
    private readonly BlockExecution _execution;
    private readonly string _scratch;

    private OfflineReplica(BlockExecution execution, HistoryLog history, string scratch)
    {
        _execution = execution;
        History = history;
        _scratch = scratch;
    }

    /// <summary>All tables.</summary>
    public Ledger Ledger => _execution.Ledger;

    /// <summary>History entries, rebuilt in a temporary place.</summary>
    public HistoryLog History { get; }

    /// <summary>State root after the last block.</summary>
    public Hash256 StateRoot => _execution.StateRoot;

    /// <summary>Commands executed.</summary>
    public ulong Commands { get; private set; }

    /// <summary>How the journal ends; null when reading stopped before its end.</summary>
    public JournalEnd? End { get; private set; }

    /// <summary>Folder of the journal in a data directory.</summary>
    public static string JournalOf(string dataDirectory) => Path.Combine(dataDirectory, Replica.JournalFolder);

    /// <summary>Reads a data directory.</summary>
    /// <param name="dataDirectory">Of a replica that is not running.</param>
    /// <param name="stopAfter">Height at which to stop; the rest is not verified then.</param>
    /// <param name="progress">Told how many commands were executed.</param>
    /// <exception cref="JournalDamagedException">Something durable was lost, or a block does not follow from what is before it.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no journal.</exception>
    public static OfflineReplica Load(string dataDirectory, ulong stopAfter = ulong.MaxValue, Action<ulong>? progress = null)
    {
        string journal = JournalOf(dataDirectory);
        if (!Directory.Exists(journal)) throw new DirectoryNotFoundException($"{dataDirectory} holds no journal.");
        using var reader = new JournalReader(journal, JournalBatches.Digest);
        Genesis genesis = JournalReplay.ReadGenesis(reader) ?? throw new JournalDamagedException(journal, 0, "the journal holds no genesis");
        string scratch = Path.Combine(Path.GetTempPath(), "fastledger-offline-" + Path.GetRandomFileName());
        Directory.CreateDirectory(scratch);
        var history = new HistoryLog(Path.Combine(scratch, "history.dat"));
        var execution = new BlockExecution(new Ledger(genesis, new ResidentPageStore(), secret: 0), history, new StageTimes());
        var replica = new OfflineReplica(execution, history, scratch);
        try
        {
            var replay = new JournalReplay(execution, history) { ChecksSignatures = true };
            replay.Run(reader, progress, stopAfter);
            replica.Commands = replay.Commands;
            replica.End = reader.End;
            return replica;
        }
        catch
        {
            replica.Dispose();
            throw;
        }
    }

    /// <summary>Frees the memory and removes the temporary history.</summary>
    public void Dispose()
    {
        Ledger ledger = _execution.Ledger;
        _execution.Dispose();
        ledger.Dispose();
        History.Dispose();
        Directory.Delete(_scratch, recursive: true);
    }
}
