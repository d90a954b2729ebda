// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.IO;

namespace FastLedger.Storage.Tests;

public class StoreJobsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_is_told_of_the_last_job_finds_none_that_has_not_ended(bool ownThread)
    {
        using BlockingCollection<int> pending = [];
        StoreJobs? jobs = null;
        using StoreJobs disposed = jobs = new StoreJobs(new StoreFault(), () => pending.Add(jobs!.Pending), ownThread);
        for (int i = 0; i < 100; i++)
        {
            jobs.Post(static () => { });
            if (!ownThread) Assert.True(jobs.TryRun());
            Assert.Equal(0, pending.Take());
        }

        Assert.False(jobs.TryRun());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_job_that_fails_is_told_of_too_and_no_other_runs(bool ownThread)
    {
        using BlockingCollection<int> done = [];
        var fault = new StoreFault();
        using var jobs = new StoreJobs(fault, () => done.Add(0), ownThread);
        jobs.Post(static () => throw new IOException("broken"));
        if (!ownThread) Assert.True(jobs.TryRun());
        _ = done.Take();
        Assert.Equal("broken", fault.First!.Message);
        bool ran = false;
        jobs.Post(() => ran = true);
        if (!ownThread) Assert.True(jobs.TryRun());
        _ = done.Take();
        Assert.False(ran);
    }
}
