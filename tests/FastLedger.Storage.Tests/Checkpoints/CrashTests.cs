// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;

namespace FastLedger.Storage.Tests;

public class CrashTests
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;

    /// <summary>Forty crashes; a thousand with <c>FASTLEDGER_CAMPAIGN=long</c>. <c>FASTLEDGER_SEED</c> begins with another one.</summary>
    [Fact]
    public void After_a_crash_at_any_call_of_a_checkpoint_the_highest_published_state_or_a_later_one_is_there_exactly()
    {
        string? wanted = Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN");
        int crashes = wanted == "long" ? 1000 : 40;
        int first = int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : 1;
        int crashed = 0;
        for (int seed = first; crashed < crashes; seed++)
        {
            CheckpointScenario scenario = new();
            if (seed % 2 == 0) scenario.Pages.RenewalBytes = 64 * PageScenario.LogPageBytes; // begins new logs too
            Random random = new(seed);
            for (int life = 0; life < 5; life++)
            {
                int limit = random.Next(20, 400);
                scenario.Files.Fault = (_, _, ordinal) => ordinal >= limit ? InputOutputError : 0;
                IOException? fault = scenario.Live(random, heights: 30);
                if (fault is not null) Assert.IsType<StorageFaultException>(fault);
                crashed++;
                scenario.Files = random.Next(4) == 0 ? scenario.Files.AfterKill() : scenario.Files.AfterPowerLoss(random);
                AssertRecovers(scenario, seed);
            }
        }
    }

    [Theory]
    [InlineData(InputOutputError, 1)]
    [InlineData(NoSpace, 4)]
    public void Any_call_that_fails_stops_the_stores_and_nothing_that_was_published_is_lost(int errno, int step)
    {
        int stopped = 0;
        for (int failing = 0; ; failing += step)
        {
            CheckpointScenario scenario = new();
            int limit = failing;
            scenario.Files.Fault = (_, _, ordinal) => ordinal == limit ? errno : 0;
            IOException? fault = scenario.Live(new Random(5), heights: 9);
            if (fault is null)
            {
                Assert.True(scenario.Files.OperationCount <= failing, $"call {failing} failed unnoticed");
                break;
            }

            stopped++;
            Assert.Equal(errno, Assert.IsType<StorageFaultException>(fault).Errno);
            scenario.Files = scenario.Files.AfterPowerLoss(new Random(failing));
            AssertRecovers(scenario, failing);
        }

        Assert.True(stopped > 120 / step, $"only {stopped} calls were tried");
    }

    [Fact]
    public void Transfers_cut_short_or_interrupted_are_carried_on()
    {
        CheckpointScenario scenario = new();
        Random lengths = new(5);
        scenario.Files.TransferLimit = length => Math.Min(length, lengths.Next(1, 9000));
        scenario.Files.Fault = (operation, _, _) => operation is "pread" or "pwrite" && lengths.Next(3) == 0 ? 4 : 0;
        Assert.Null(scenario.Live(new Random(6), heights: 12));
        AssertRecovers(scenario, 6);
        Assert.Equal(15UL, scenario.Published);
    }

    private static void AssertRecovers(CheckpointScenario scenario, int seed)
    {
        scenario.Files.Fault = null;
        scenario.Files.TransferLimit = static length => length;
        ManifestListing listing = scenario.Manifests().Load();
        Assert.True(listing.Damaged.Count == 0, $"seed {seed}: {(listing.Damaged.Count == 0 ? null : listing.Damaged[0])}");
        Assert.True(listing.Manifests.Count > 0 || scenario.Published == 0, $"seed {seed}: nothing is left of height {scenario.Published}");
        (PageStore pages, IndexStore index) = scenario.Recover(); // compares the root
        using (pages)
        using (index)
        {
            Assert.True(scenario.Height >= scenario.Published, $"seed {seed}: height {scenario.Height} instead of {scenario.Published}: {string.Join("; ", scenario.Damage)}");
            if (listing.Manifests.Count > 0) Assert.Equal(listing.Manifests[0].Height, scenario.Height); // no crash makes the older one necessary
            scenario.Pages.AssertHolds(pages);
            scenario.Index.AssertHolds(index);
        }
    }
}
