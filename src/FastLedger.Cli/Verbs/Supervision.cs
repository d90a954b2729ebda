// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using FastLedger.Load.Machine;
using FastLedger.Load.Measuring;
using FastLedger.Load.Nodes;
using FastLedger.Load.Reports;
using FastLedger.Node;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Pipeline;

namespace FastLedger.Cli.Verbs;

/// <summary>The node's side of <see cref="NodeProcess"/>: JSON lines on standard output, questions on standard input.</summary>
internal static class Supervision
{
    /// <summary>Says one line.</summary>
    public static void Say<T>(T message)
    {
        Console.Out.WriteLine(LedgerJson.WriteLine(message));
        Console.Out.Flush();
    }

    /// <summary>Answers questions until the input ends, then asks the replica to stop.</summary>
    public static void Start(Replica replica, CancellationTokenSource stop) =>
        new Thread(() =>
        {
            while (Console.In.ReadLine() is { } line)
            {
                if (line == NodeProcess.StatisticsLine) Say(Figures(replica));
            }

            try
            {
                stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The replica has stopped for another reason.
            }
        })
        {
            IsBackground = true,
            Name = "supervision",
        }.Start();

    private static StateFigures State(Replica replica)
    {
        CheckpointStatistics checkpoints = replica.Checkpoints();
        double[] blocks = replica.BlockTimes.Take(0.5, 0.999, 1);
        return new StateFigures(
            blocks[0], blocks[1], blocks[2], (long)checkpoints.Published, checkpoints.LastSeconds, (long)checkpoints.PagesWritten, checkpoints.StoreBytes,
            (long)checkpoints.Misses, (long)checkpoints.UnexpectedMisses, (long)checkpoints.Evictions, checkpoints.ResidentBytes);
    }

    private static StageFigures Figures(Replica replica)
    {
        ReplicaStatistics statistics = replica.Statistics();
        var stages = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (Stage stage in Enum.GetValues<Stage>()) stages[JsonNamingPolicy.SnakeCaseLower.ConvertName(stage.ToString())] = statistics.Times.Nanoseconds(stage);
        int collections = 0;
        for (int generation = 0; generation <= GC.MaxGeneration; generation++) collections += GC.CollectionCount(generation);
        return new StageFigures
        {
            Commands = (long)statistics.Commands,
            Blocks = (long)statistics.Blocks,
            JournalGroups = (long)statistics.Groups,
            JournalBytes = (long)statistics.JournalBytes,
            AllocatedBytes = GC.GetTotalAllocatedBytes(),
            CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
            ResidentBytes = Environment.WorkingSet,
            Collections = collections,
            StageNs = stages,
            ThreadNs = ThreadTimes.Read(),
            State = State(replica),
        };
    }
}
