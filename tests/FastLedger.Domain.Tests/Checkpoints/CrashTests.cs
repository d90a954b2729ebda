// SPDX-License-Identifier: Apache-2.0
using System;
using Xunit.Abstractions;

namespace FastLedger.Domain.Tests.Checkpoints;

public sealed class CrashTests(ITestOutputHelper output)
{
    /// <summary>Crashes: 40, or what FASTLEDGER_CRASHES says.</summary>
    private static int Crashes => int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_CRASHES"), out int crashes) ? crashes : 40;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_every_crash_the_newest_manifest_leads_to_the_root_recorded_for_its_height(bool isBounded)
    {
        int crashes = 0, recovered = 0, published = 0;
        for (int seed = 1; crashes < Crashes; seed++)
        {
            using var ledger = new CrashingLedger(seed, isBounded);
            try
            {
                ledger.Run(seed % 2 == 0 ? RecordedStreams.Clearing(seed, 120) : RecordedStreams.Trading(seed, 400), 20);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, crash {ledger.Crashes}: {e.Message}", e);
            }

            crashes += ledger.Crashes;
            recovered += ledger.RecoveredFromCheckpoint;
            published += ledger.Published;
        }

        output.WriteLine($"{crashes} crashes, {recovered} times a checkpoint was gone on from, {published} published");
        Assert.True(recovered * 2 > crashes, $"{crashes} crashes, {recovered} recoveries");
    }
}
