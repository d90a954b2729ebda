// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FastLedger.Domain;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node.Recovery;

/// <summary>
/// The state of a stopped replica, for tools: the journal is read and verified to the byte, every signature checked, every block executed again and
/// every root compared. Where the beginning of the journal is gone, a checkpoint stands for it: its pages are verified, and they must lead to
/// the state root that the manifest names. Nothing in the directory is changed.
/// </summary>
/// <remarks>Thread: one. Blocks: on the device.</remarks>
public sealed class OfflineReplica : IDisposable
{
    private readonly BlockExecution _execution;
    private readonly string _scratch;

    private readonly RestoredState? _state;

    private OfflineReplica(BlockExecution execution, HistoryLog history, string scratch, RestoredState? state)
    {
        _state = state;
        FromHeight = execution.Ledger.Height;
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

    /// <summary>Height of the checkpoint that stands for the beginning; 0 when the whole journal is there.</summary>
    public ulong FromHeight { get; }

    /// <summary>Commands executed.</summary>
    public ulong Commands { get; private set; }

    /// <summary>How the journal ends; null when reading stopped before its end.</summary>
    public JournalEnd? End { get; private set; }

    /// <summary>Folder of the journal in a data directory.</summary>
    public static string JournalOf(string dataDirectory) => Path.Combine(dataDirectory, Replica.JournalFolder);

    /// <summary>Reads a data directory.</summary>
    /// <param name="folders">Of a replica that is not running.</param>
    /// <param name="stopAfter">Height at which to stop; the rest is not verified then.</param>
    /// <param name="progress">Told how many commands were executed.</param>
    /// <param name="comparesRoots">False when the roots that were journaled are known to be wrong.</param>
    /// <exception cref="JournalDamagedException">Something durable was lost, or a block does not follow from what is before it.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no journal.</exception>
    public static OfflineReplica Load(ReplicaFolders folders, ulong stopAfter = ulong.MaxValue, Action<ulong>? progress = null, bool comparesRoots = true)
    {
        ArgumentNullException.ThrowIfNull(folders);
        string journal = folders.Journal;
        if (!Directory.Exists(journal)) throw new DirectoryNotFoundException($"{folders.Data} holds no journal.");
        Genesis? genesis = FirstEntry(journal);
        RestoredState? state = genesis is null ? CheckpointFolder.Load(folders, static _ => { }) : null;
        string scratch = Path.Combine(Path.GetTempPath(), "fastledger-offline-" + Path.GetRandomFileName());
        Directory.CreateDirectory(scratch);
        string folder = HistoryStage.FolderOf(scratch);
        if (state is not null) HistoryCopy.Make(folders.History, folder, state.HistoryEntries);
        var history = new HistoryLog(folder, state?.HistoryEntries ?? 0);
        var execution = new BlockExecution(state?.Ledger ?? new Ledger(genesis!, new ResidentPageStore(), secret: 0), history, new StageTimes());
        var replica = new OfflineReplica(execution, history, scratch, state);
        try
        {
            if (stopAfter < replica.FromHeight)
                throw new InvalidDataException($"The state of height {stopAfter} is gone: the oldest that can be made is that of height {replica.FromHeight}.");
            using JournalReader reader = state is null
                ? new JournalReader(journal, JournalBatches.Digest)
                : new JournalReader(journal, state.Manifest!.JournalAnchor, state.Anchor!.FirstIndex, JournalBatches.Digest);
            if (state is null) _ = JournalReplay.ReadGenesis(reader);
            JournalReplay replay = ReplicaRecovery.Prepare(state, execution, history, checksSignatures: true, comparesRoots: comparesRoots);
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

    /// <summary>The genesis at the front of a journal; null when its beginning is gone.</summary>
    private static Genesis? FirstEntry(string journal)
    {
        using var reader = new JournalReader(journal, JournalBatches.Digest);
        if (!reader.TryRead(out JournalEntry entry)) throw new JournalDamagedException(journal, 0, "the journal holds no genesis");
        return entry.Index == 1 && entry.Kind != JournalEntryKind.Consensus ? JournalReplay.ReadGenesis(entry) : null;
    }

    /// <summary>Frees the memory and removes the temporary history.</summary>
    public void Dispose()
    {
        Ledger ledger = _execution.Ledger;
        _execution.Dispose();
        if (_state is not null) _state.Dispose();
        else ledger.Dispose();
        History.Dispose();
        Directory.Delete(_scratch, recursive: true);
    }
}
