// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Xunit.Abstractions;

namespace FastLedger.Domain.Tests.Checkpoints;

/// <summary>
/// The same input with and without checkpoints, evictions and restarts gives the same results and roots. Each seed is a stream, recorded once
/// and then executed with all pages in memory and with room for one and for four pages per table.
/// </summary>
public sealed class CheckpointTests(ITestOutputHelper output)
{
    private static readonly int[] PagesPerTable = [0, 1, 4];

    /// <summary>Seeds to try: 6, in the long campaign 500, or what FASTLEDGER_CHECKPOINT_RUNS says.</summary>
    private static int Runs => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_CHECKPOINT_RUNS"), out int runs) ? runs
        : Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN") == "long" ? 500 : 6;

    [Fact]
    public void Trading_with_checkpoints_evictions_and_restarts_ends_as_without() => Compare(seed => RecordedStreams.Trading(seed, 900));

    [Fact]
    public void Clearing_with_checkpoints_evictions_and_restarts_ends_as_without() => Compare(seed => RecordedStreams.Clearing(seed, 150));

    [Fact]
    public void Agreements_with_checkpoints_evictions_and_restarts_end_as_without() => Compare(seed => RecordedStreams.Agreements(seed, 400));

    private void Compare(Func<int, List<RecordedBlock>> record)
    {
        var totals = new (int Checkpoints, int Restarts, ulong Evictions, ulong Misses)[PagesPerTable.Length];
        Parallel.For(1, Runs + 1, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            try
            {
                List<RecordedBlock> blocks = record(seed);
                for (int i = 0; i < PagesPerTable.Length; i++)
                {
                    using var durable = new DurableLedger(seed, PagesPerTable[i]);
                    durable.Run(blocks);
                    durable.Dispose();
                    lock (totals)
                    {
                        totals[i].Checkpoints += durable.Checkpoints;
                        totals[i].Restarts += durable.Restarts;
                        totals[i].Evictions += durable.Evictions;
                        totals[i].Misses += durable.Misses;
                    }
                }
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        });

        for (int i = 0; i < PagesPerTable.Length; i++)
        {
            (int checkpoints, int restarts, ulong evictions, ulong misses) = totals[i];
            output.WriteLine($"{Runs} seeds, {PagesPerTable[i]} pages per table (0: all): {checkpoints} checkpoints, {restarts} restarts, {evictions} evictions, {misses} misses");
            Assert.True(checkpoints > Runs && restarts > Runs);
            if (PagesPerTable[i] == 1) Assert.True(evictions > 100 && misses > 100, $"{evictions} evictions, {misses} misses");
        }
    }
}
