// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Threading;

namespace FastLedger.Primitives.Tests;

public sealed class DoorbellTests
{
    private const int Deadline = 60_000;

    [Fact]
    public void A_ring_after_the_announcement_ends_the_sleep_before_it_begins()
    {
        using var bell = new Doorbell();
        for (int i = 0; i < 100; i++)
        {
            bell.Announce();
            bell.Ring();
            long start = Stopwatch.GetTimestamp();
            bell.Sleep(Deadline);
            Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds < Deadline);
        }
    }

    [Fact]
    public void A_sleep_that_nobody_ends_is_over_in_time()
    {
        using var bell = new Doorbell();
        bell.Announce();
        bell.Sleep(1);
        bell.Announce();
        bell.Sleep(1001);
        bell.Announce();
        bell.StayAwake();
        bell.Ring();
    }

    [Fact]
    public void No_work_is_missed_between_two_sleepers_without_a_bound()
    {
        // Each waits for the other's count: a lost ring would let both sleep for ever.
        const int Rounds = 20_000;
        using Doorbell here = new(), there = new();
        int mine = 0, theirs = 0;
        var other = new Thread(() =>
        {
            for (int i = 1; i <= Rounds; i++)
            {
                Await(there, ref mine, i);
                Volatile.Write(ref theirs, i);
                here.Ring();
            }
        })
        {
            IsBackground = true,
        };
        other.Start();
        for (int i = 1; i <= Rounds; i++)
        {
            Volatile.Write(ref mine, i);
            there.Ring();
            Await(here, ref theirs, i);
        }

        Assert.True(other.Join(Deadline));
    }

    private static void Await(Doorbell bell, ref int counter, int value)
    {
        while (Volatile.Read(ref counter) < value)
        {
            bell.Announce();
            if (Volatile.Read(ref counter) >= value) bell.StayAwake();
            else bell.Sleep(-1);
        }
    }
}
