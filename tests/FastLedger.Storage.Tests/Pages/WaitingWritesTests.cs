// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using CsCheck;

namespace FastLedger.Storage.Tests;

public sealed class WaitingWritesTests
{
    [Fact]
    public void A_read_waits_for_the_last_write_of_its_page_that_was_not_applied() =>
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var random = new Random(seed);
            var waiting = new WaitingWrites(3);
            ulong[] tables = new ulong[3];
            var model = new Dictionary<PageKey, ulong>();
            ulong applied = 0, accepted = 0;
            for (int i = 0; i < 5000; i++)
            {
                var key = new PageKey((uint)random.Next(3), (uint)random.Next(2000));
                int place = waiting.PlaceOf(key, ref applied);
                Assert.True(place >= 0 || accepted - applied > 4);
                if (place >= 0)
                {
                    model[key] = waiting.Add(place, key);
                    Assert.Equal(++accepted, model[key]);
                }

                if (random.Next(50) == 0) Assert.Equal(++accepted, tables[key.Table] = waiting.AddToTable(key.Table));
                applied += (ulong)random.Next((int)(accepted - applied) + 1);
                var read = new PageKey((uint)random.Next(3), (uint)random.Next(2000));
                ulong expected = Math.Max(model.GetValueOrDefault(read), tables[read.Table]), needs = waiting.Of(read);
                Assert.True(needs == expected || (needs <= applied && expected <= applied));
            }
        }, iter: 20);

    [Fact]
    public void Where_too_many_writes_wait_the_next_one_waits_until_one_was_applied()
    {
        var waiting = new WaitingWrites(2);
        ulong applied = 0, accepted = 0;
        uint page = 0;
        int place;
        while ((place = waiting.PlaceOf(new PageKey(1, page), ref applied)) >= 0) accepted = waiting.Add(place, new PageKey(1, page++));
        Assert.InRange(accepted, 1000UL, 1UL << 16);
        Assert.Equal(-1, waiting.PlaceOf(new PageKey(1, page), ref applied));
        applied = accepted;
        Assert.True(waiting.PlaceOf(new PageKey(1, page), ref applied) >= 0);
    }
}
