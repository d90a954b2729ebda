// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;

namespace FastLedger.Benchmarks.Clearing;

/// <summary>Time of one command that resolves 10,000 queued payments of 100 participants, execution alone.</summary>
internal static class ResolutionMeasurement
{
    private const int Members = 100, Payments = 10_000, Warm = 60, Rounds = 200;

    /// <summary>Times, and how many payments settled in the last round.</summary>
    public sealed record Figures(int Members, int Payments, int Settled, double MedianUs, double P99Us, double MaxUs);

    /// <summary>Runs the measurement.</summary>
    /// <param name="balance">What each member holds at first: 0 for a day in which little can settle.</param>
    public static Figures Run(ulong balance)
    {
        using var queues = new FullQueues(Members, Payments, balance);
        var times = new double[Rounds];
        int settled = 0;
        for (int round = 0; round < Warm + Rounds; round++)
        {
            queues.Fill();
            long start = Stopwatch.GetTimestamp();
            settled = queues.Resolve();
            double microseconds = (Stopwatch.GetTimestamp() - start) * 1e6 / Stopwatch.Frequency;
            queues.EndBlock();
            if (round >= Warm) times[round - Warm] = microseconds;
        }

        Array.Sort(times);
        return new Figures(Members, Payments, settled, times[Rounds / 2], times[Rounds * 99 / 100], times[^1]);
    }
}
