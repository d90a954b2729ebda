// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Threading;

namespace FastLedger.Node.Pipeline;

/// <summary>The parts of a replica's work that are timed apart.</summary>
public enum Stage
{
    /// <summary>Frame, copy into the ring, hashes, digest, signature.</summary>
    Ingress,
    /// <summary>Copy of batches and block into the journal's ring.</summary>
    Journal,
    /// <summary>Execution of commands.</summary>
    Execute,
    /// <summary>History entries.</summary>
    History,
    /// <summary>Receipts: hashes and root.</summary>
    Receipts,
    /// <summary>State root.</summary>
    StateRoot,
    /// <summary>Answers and events into the egress ring.</summary>
    Reply,
    /// <summary>Write and sync of the journal, waiting for the disk included.</summary>
    Commit,
    /// <summary>Answers into the sockets.</summary>
    Egress,
    /// <summary>History to its file.</summary>
    HistoryFlush,
    /// <summary>Everything of the consensus stage but the sync: bundles, messages, signatures, waiting a moment for execution.</summary>
    Consensus,
}

/// <summary>Nanoseconds that each stage spent, added up per batch or group, never per command.</summary>
/// <remarks>Thread: each stage has one writer (ingress several), anybody reads. Alloc: none.</remarks>
public sealed class StageTimes
{
    private const int CacheLineLongs = 8;
    private readonly long[] _ticks = new long[((int)Stage.Consensus + 1) * CacheLineLongs];

    /// <summary>Time spent so far, in nanoseconds.</summary>
    public long Nanoseconds(Stage stage) =>
        (long)(Volatile.Read(ref _ticks[(int)stage * CacheLineLongs]) * (1e9 / Stopwatch.Frequency));

    /// <summary>Adds the time since <paramref name="start"/>.</summary>
    /// <param name="stage">Where it was spent.</param>
    /// <param name="start">A value of <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <returns>The present timestamp.</returns>
    internal long Add(Stage stage, long start)
    {
        long now = Stopwatch.GetTimestamp();
        Interlocked.Add(ref _ticks[(int)stage * CacheLineLongs], now - start);
        return now;
    }
}
