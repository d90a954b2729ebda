// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;

namespace FastLedger.Client;

/// <summary>Wall-clock time at the process's start, advanced by a clock that never goes back.</summary>
internal static class MonotonicClock
{
    private static readonly long StartTicks = Stopwatch.GetTimestamp();
    private static readonly long StartNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public static long NowNs => StartNs + (long)((Int128)(Stopwatch.GetTimestamp() - StartTicks) * 1_000_000_000 / Stopwatch.Frequency);
}
