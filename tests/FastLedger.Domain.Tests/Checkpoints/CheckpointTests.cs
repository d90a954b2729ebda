// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Domain.Tests.Checkpoints;

public sealed class CheckpointTests
{
    /// <summary>Seeds to try: 6, or what FASTLEDGER_CHECKPOINT_RUNS says.</summary>
    private static int Runs => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_CHECKPOINT_RUNS"), out int runs) ? runs : 6;

    [Fact]
    public void Trading_with_checkpoints_and_restarts_ends_as_without() =>
        Compare(seed => RecordedStreams.Trading(seed, 900));

    [Fact]
    public void Clearing_with_checkpoints_and_restarts_ends_as_without() =>
        Compare(seed => RecordedStreams.Clearing(seed, 150));

    [Fact]
    public void Agreements_with_checkpoints_and_restarts_end_as_without() =>
        Compare(seed => RecordedStreams.Agreements(seed, 400));

    private static void Compare(Func<int, System.Collections.Generic.List<RecordedBlock>> record)
    {
        int checkpoints = 0, restarts = 0;
        for (int seed = 1; seed <= Runs; seed++)
        {
            try
            {
                using var durable = new DurableLedger(seed);
                durable.Run(record(seed));
                checkpoints += durable.Checkpoints;
                restarts += durable.Restarts;
            }
            catch (Xunit.Sdk.XunitException e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }

        Assert.True(checkpoints > Runs && restarts > Runs);
    }
}
