// SPDX-License-Identifier: Apache-2.0
using CsCheck;

namespace FastLedger.Network.Tests;

public sealed class AcceptPaceTests
{
    /// <summary>Against the bound itself: in no stretch of time are there more turns than the burst and what the stretch earns; and a turn refused is
    /// given after the time told, not before.</summary>
    [Fact]
    public void No_stretch_of_time_has_more_turns_than_the_burst_and_its_share() => Gen.Select(Gen.Int[1, 2_000], Gen.Int[1, 50], Gen.Long[0, 3_000_000].Array[1, 200]).Sample((perSecond, burst, pauses) =>
    {
        var pace = new AcceptPace(perSecond, burst);
        var turns = new System.Collections.Generic.List<long>();
        long now = 0, interval = 1_000_000_000 / perSecond;
        foreach (long pause in pauses)
        {
            now += pause;
            long wait = pace.TryTake(now);
            if (wait > 0)
            {
                Assert.True(pace.TryTake(now + wait - 1) > 0);
                now += wait;
                Assert.Equal(0, pace.TryTake(now));
            }

            turns.Add(now);
        }

        for (int i = 0; i < turns.Count; i++)
            for (int j = i; j < turns.Count; j++)
                Assert.True(j - i + 1 <= burst + ((turns[j] - turns[i]) / interval) + 1, $"{j - i + 1} turns in {turns[j] - turns[i]} ns");
    });
}
