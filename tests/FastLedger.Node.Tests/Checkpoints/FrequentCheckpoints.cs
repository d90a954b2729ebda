// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Configuration;
using FastLedger.Node.Tests.Clusters;

namespace FastLedger.Node.Tests.Checkpoints;

/// <summary>Small files and a checkpoint every third block, so that a test sees many of them.</summary>
public static class FrequentCheckpoints
{
    private const int MostSteps = 20_000;

    public static void Configure(NodeOptions options)
    {
        options.State.CheckpointBlocks = 3;
        options.State.LogMemory = 4 << 20;
        options.State.SegmentBytes = 1 << 20;
        options.Journal.SegmentBytes = 4 << 20;
        options.Journal.RingBytes = 1 << 22;
    }

    /// <summary>Sends transfers of 1 until so many checkpoints are published.</summary>
    /// <returns>How many it sent.</returns>
    public static Task<int> ReachAsync(Replica replica, ulong published, LedgerClient client, Bank bank) =>
        ReachAsync(replica, published, () => TestReplica.OkAsync(client, bank.Transfer(1)));

    /// <summary>Takes a step, which makes a block, until so many checkpoints are published.</summary>
    /// <returns>How many steps it took.</returns>
    public static async Task<int> ReachAsync(Replica replica, ulong published, Func<Task> step)
    {
        int steps = 0;
        while (replica.Checkpoints().Published < published)
        {
            await step();
            Assert.True(++steps < MostSteps, "no checkpoint ends");
        }

        return steps;
    }

    /// <summary>Size of the files in a folder of a running replica, and in those below it.</summary>
    public static long BytesIn(string folder)
    {
        long bytes = 0;
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            try
            {
                bytes += file.Length;
            }
            catch (FileNotFoundException)
            {
                // The replica has just deleted it.
            }
        }

        return bytes;
    }
}
