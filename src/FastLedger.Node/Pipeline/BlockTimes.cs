// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Numerics;
using System.Threading;

namespace FastLedger.Node.Pipeline;

/// <summary>How long blocks took to execute: a histogram with 16 steps per power of two, so a figure is at most 6 % too high.</summary>
/// <remarks>Thread: one writer, readers take turns. Alloc: none.</remarks>
public sealed class BlockTimes
{
    private const int StepBits = 4;
    private readonly long[] _counts = new long[64 << StepBits];

    /// <summary>Adds the time since <paramref name="start"/>, a value of <see cref="Stopwatch.GetTimestamp"/>.</summary>
    internal void Add(long start)
    {
        ulong ns = (ulong)Math.Max(1, Stopwatch.GetElapsedTime(start).Ticks * 100);
        int power = BitOperations.Log2(ns);
        int step = power <= StepBits ? 0 : (int)((ns >> (power - StepBits)) & ((1 << StepBits) - 1));
        Interlocked.Increment(ref _counts[(power << StepBits) + step]);
    }

    /// <summary>Percentiles of the blocks since the last call, which are forgotten.</summary>
    /// <param name="shares">0 … 1, ascending.</param>
    /// <returns>Microseconds; 0 when there was no block.</returns>
    public double[] Take(params ReadOnlySpan<double> shares)
    {
        long total = 0;
        long[] counts = new long[_counts.Length];
        for (int i = 0; i < counts.Length; i++) total += counts[i] = Interlocked.Exchange(ref _counts[i], 0);
        double[] percentiles = new double[shares.Length];
        for (int at = 0; at < shares.Length; at++)
        {
            long rank = (long)Math.Ceiling(total * shares[at]), seen = 0;
            for (int i = 0; i < counts.Length && rank > 0 && seen < rank; i++)
            {
                seen += counts[i];
                int power = i >> StepBits, step = (i & ((1 << StepBits) - 1)) + 1;
                if (seen >= rank) percentiles[at] = Math.ScaleB(1 + ((double)step / (1 << StepBits)), power) / 1000;
            }
        }

        return percentiles;
    }
}
