// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Load.Nemesis;

namespace FastLedger.EndToEnd.Nemesis;

/// <summary>The judge of a flood's memory finds what it is there for.</summary>
public sealed class FloodMemoryTests
{
    private const long Growth = 32, Cost = 64, Session = 2;

    [Theory]
    [InlineData(0, 0, 0)] // flat
    [InlineData(0, Cost, 0)] // once, as much as it may
    [InlineData(0, Cost + 1, 1)] // once, too much
    [InlineData(70, 0, 0)] // a little, within both
    [InlineData(150, 0, 2)] // a leak is seen by both bounds
    public void A_leak_and_a_high_cost_are_violations_and_little_is_not(long leakedInAll, long atOnce, int violations)
    {
        var memory = new FloodMemory(Growth, Cost, Session);
        for (int i = 0; i < 90; i++) memory.AddControl([1000, 500], 0);
        for (int i = 0; i < 300; i++) memory.AddFlood([1000, 500 + atOnce + (leakedInAll * i / 300)], 0);
        Assert.Equal(violations, memory.Violations().Count);
        Assert.All(memory.Violations(), static violation => Assert.StartsWith("replica 1 ", violation, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Session, 0)]
    [InlineData(Session + 1, 2)] // 90 sessions, half as much again as they may: found in both replicas
    public void What_new_sessions_take_is_not_the_floods_and_more_than_that_is(long perSession, int violations)
    {
        var memory = new FloodMemory(Growth, Cost, Session);
        for (int i = 0; i < 30; i++) memory.AddControl([1000 + (i * perSession), 500 + (i * perSession)], i);
        for (int i = 30; i < 120; i++) memory.AddFlood([1000 + (i * perSession), 500 + (i * perSession)], i);
        Assert.Equal(violations, memory.Violations().Count);
    }

    [Fact]
    public void Too_few_samples_are_no_proof() => Assert.Single(new FloodMemory(Growth, Cost, Session).Violations());
}
