// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.IO;
using FastLedger.Node.Sync;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Pipeline;

/// <summary>Writes history entries to their file, now and then and when their memory is full. History is derived: it is synced only before a part of the journal goes.</summary>
/// <remarks>Thread: its own. Alloc: none. Blocks: on the device's page cache.</remarks>
internal sealed class HistoryStage : IDisposable
{
    private const string HistoryFile = "history.dat";
    private const int PauseMs = 20;
    private readonly Doorbell _bell = new();
    private volatile bool _stopping;

    /// <param name="dataDirectory">Where the file is.</param>
    /// <param name="keptEntries">Entries that the recovered state knows; what follows is made again.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public HistoryStage(string dataDirectory, ulong keptEntries = 0) =>
        Log = new HistoryLog(Path.Combine(dataDirectory, HistoryFile), keptEntries, flushNeeded: _bell.Ring) { FirstEntry = HistoryStart.Read(dataDirectory) };

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

        Flush();
    }

    /// <summary>Closes the file. After <see cref="Run"/> has returned.</summary>
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
        while (Log.FlushOnce() > 0) any = true;
        if (any) Times?.Add(Stage.HistoryFlush, start);
    }
}
