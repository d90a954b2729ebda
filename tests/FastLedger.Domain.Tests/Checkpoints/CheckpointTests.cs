// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Domain.Tests.Checkpoints;

public sealed class CheckpointTests
{
    /// <summary>Seeds to try: 6, or what FASTLEDGER_CHECKPOINT_RUNS says.</summary>
    private static int Runs => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_CHECKPOINT_RUNS"), out int runs) ? runs : 6;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Trading_with_checkpoints_evictions_and_restarts_ends_as_without(int pagesPerTable) =>
        Compare(seed => RecordedStreams.Trading(seed, 900), pagesPerTable);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Clearing_with_checkpoints_evictions_and_restarts_ends_as_without(int pagesPerTable) =>
        Compare(seed => RecordedStreams.Clearing(seed, 150), pagesPerTable);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Agreements_with_checkpoints_evictions_and_restarts_end_as_without(int pagesPerTable) =>
        Compare(seed => RecordedStreams.Agreements(seed, 400), pagesPerTable);

    private static void Compare(Func<int, System.Collections.Generic.List<RecordedBlock>> record, int pagesPerTable)
    {
        int checkpoints = 0, restarts = 0;
        ulong evictions = 0, misses = 0;
        for (int seed = 1; seed <= Runs; seed++)
        {
            try
            {
                var durable = new DurableLedger(seed, pagesPerTable);
                durable.Run(record(seed));
                durable.Dispose();
                evictions += durable.Evictions;
                misses += durable.Misses;
                checkpoints += durable.Checkpoints;
                restarts += durable.Restarts;
            }
            catch (Xunit.Sdk.XunitException e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }

        Assert.True(checkpoints > Runs && restarts > Runs);
        if (pagesPerTable == 1) Assert.True(evictions > 100 && misses > 100, $"{evictions} evictions, {misses} misses");
    }
}
