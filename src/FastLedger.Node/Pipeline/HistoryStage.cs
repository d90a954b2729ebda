// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.IO;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Pipeline;

/// <summary>Writes history entries to their files, now and then and when their memory is full. History is derived: it is synced only before a part of the journal goes.</summary>
/// <remarks>Thread: its own. Alloc: none. Blocks: on the device's page cache.</remarks>
internal sealed class HistoryStage : IDisposable
{
    /// <summary>Folder of the history in a data directory.</summary>
    public const string Folder = "history";

    private const int PauseMs = 20;
    private const int WorthwhileEntries = (1 << 20) / HistoryLog.EntryBytes;
    private readonly Doorbell _bell = new();
    private volatile bool _stopping;

    /// <param name="options">Settings without fault.</param>
    /// <param name="keptEntries">Entries that the recovered state knows; what follows is made again.</param>
    /// <exception cref="ArgumentOutOfRangeException">Some of them are not there.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public HistoryStage(NodeOptions options, ulong keptEntries = 0) =>
        Log = new HistoryLog(Path.GetFullPath(FolderOf(options.DataDirectory)), keptEntries, segmentBytes: options.History.SegmentBytes, flushNeeded: _bell.Ring, directBytes: options.History.DirectBytes);

    /// <summary>For a replica that goes on from a state.</summary>
    /// <exception cref="StoreDamagedException">The history is shorter than the state says.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static HistoryStage Open(NodeOptions options, RestoredState state)
    {
        try
        {
            return new HistoryStage(options, state.HistoryEntries);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new StoreDamagedException(options.DataDirectory, 0, $"the history is shorter than the state of height {state.Ledger.Height} says: {e.Message}");
        }
    }

    /// <summary>Folder of the history of a data directory.</summary>
    public static string FolderOf(string dataDirectory) => Path.Combine(dataDirectory, Folder);

    /// <summary>The history.</summary>
    public HistoryLog Log { get; }

    /// <summary>Where the time spent is added up.</summary>
    public StageTimes? Times { get; set; }

    /// <summary>Works until <see cref="Stop"/>, then writes what is left.</summary>
    public void Run()
    {
        while (!_stopping)
        {
            _bell.Announce();
            if (_stopping) _bell.StayAwake();
            else _bell.Sleep(PauseMs);
            Flush();
        }

        while (Log.FlushOnce() > 0)
        {
        }
    }

    /// <summary>Closes the files. After <see cref="Run"/> has returned.</summary>
    public void Dispose()
    {
        Log.Dispose();
        _bell.Dispose();
    }

    /// <summary>Lets <see cref="Run"/> end. Any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        _bell.Ring();
    }

    private void Flush()
    {
        long start = Stopwatch.GetTimestamp();
        bool any = false;
        for (int least = 1; Log.FlushOnce(least) > 0; least = WorthwhileEntries) any = true; // a little that comes meanwhile waits
        if (any) Times?.Add(Stage.HistoryFlush, start);
    }
}
