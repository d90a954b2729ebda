// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace FastLedger.Load.Nemesis;

/// <summary>
/// The longest time between two answers to anybody, per replica that is dead: leadership goes round, so the dead one's turns are in it. It is
/// what clients notice, their going to another replica included.
/// </summary>
/// <param name="Count">Replicas killed.</param>
/// <param name="P50Ms">Half of the stalls are not longer, milliseconds.</param>
/// <param name="P99Ms">Of 100 stalls 99 are not longer, milliseconds.</param>
/// <param name="MaxMs">The longest one, milliseconds.</param>
public sealed record StallFigures(int Count, double P50Ms, double P99Ms, double MaxMs)
{
    /// <summary>Finds the stalls.</summary>
    /// <param name="history">What clients saw.</param>
    /// <param name="deaths">From when to when a replica was dead, in ticks of the stopwatch.</param>
    public static StallFigures Of(IReadOnlyList<BatchObservation> history, IReadOnlyList<(long From, long To)> deaths)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(deaths);
        long[] answers = [.. history.Where(static e => e.Fate == BatchFate.Answered).Select(static e => e.AnsweredAt).Order()];
        double[] stalls = [.. deaths.Select(death => Longest(answers, death.From, death.To)).Order()];
        return stalls.Length == 0 ? new StallFigures(0, 0, 0, 0) : new StallFigures(stalls.Length, At(stalls, 0.5), At(stalls, 0.99), stalls[^1]);
    }

    private static double Longest(long[] answers, long from, long to)
    {
        int at = Array.BinarySearch(answers, from);
        if (at < 0) at = ~at;
        long longest = 0, last = from;
        for (; at < answers.Length && last < to; at++)
        {
            longest = Math.Max(longest, answers[at] - last);
            last = answers[at];
        }

        return longest * 1e3 / Stopwatch.Frequency;
    }

    private static double At(double[] sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
