// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Threading;
using FastLedger.Load.Machine;
using FastLedger.Load.Measuring;

namespace FastLedger.Load.Workloads;

/// <summary>Measures <see cref="BookRun"/>: the published stream again and again, each time into an empty book.</summary>
public static class BookBench
{
    /// <summary>Runs for about <paramref name="seconds"/>, one unmeasured stream first. Building the books is not counted.</summary>
    public static BenchResult Run(double seconds, string command, CancellationToken ct)
    {
        BookCommand[] commands = BookStream.Generate();
        string outcome = Once(commands);
        long ticks = 0, operations = 0, unknown = 0, allocated = 0;
        ulong trades = 0;
        bool same = true;
        double cpu = 0;
        ProcessorTimes processor = ProcessorTimes.Now();
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        do
        {
            ct.ThrowIfCancellationRequested();
            using var run = new BookRun(commands);
            double cpuBefore = Environment.CpuUsage.TotalTime.TotalSeconds;
            long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            ticks += run.Run();
            allocated += GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
            cpu += Environment.CpuUsage.TotalTime.TotalSeconds - cpuBefore;
            operations += commands.Length;
            unknown += run.UnknownCancels;
            trades += run.Trades;
            same &= Describe(run) == outcome;
        }
        while (Stopwatch.GetTimestamp() < end);
        double steal = ProcessorTimes.Now().StealPercentSince(processor);

        var latencies = new LatencyRecorder();
        using (var timed = new BookRun(commands)) timed.RunTimed(latencies);
        LatencyPercentiles latency = latencies.Percentiles();
        double taken = ticks / (double)Stopwatch.Frequency;
        return new BenchResult
        {
            Ok = same,
            Error = same ? null : "the same stream ended in different books",
            Workload = "book",
            Machine = MachineFingerprint.Read(Environment.CurrentDirectory),
            Seconds = taken,
            Operations = operations,
            OpsPerS = operations / taken,
            P50Us = latency.P50Us,
            P90Us = latency.P90Us,
            P99Us = latency.P99Us,
            P999Us = latency.P999Us,
            P9999Us = latency.P9999Us,
            MaxUs = latency.MaxUs,
            Loop = "closed",
            Durability = "none",
            Replicas = 0,
            Batch = 1,
            Accounts = 0,
            Refused = unknown,
            Trades = (long)trades,
            AllocatedBytesPerOp = (double)allocated / operations,
            CpuSecondsPerMillion = cpu / (operations / 1e6),
            StealPercent = steal,
            Outcome = outcome,
            Command = command,
            Latencies = latencies,
        };
    }

    private static string Once(BookCommand[] commands)
    {
        using var run = new BookRun(commands);
        run.Run();
        return Describe(run);
    }

    /// <summary>What the stream comes to, for comparison with other engines.</summary>
    private static string Describe(BookRun run) =>
        $"trades {run.Trades}, volume {run.VolumeLots}, resting {run.LiveOrders}, unknown cancels {run.UnknownCancels}, touch {run.Touch.Bid}/{run.Touch.Ask}";
}
