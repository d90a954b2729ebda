// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Threading;

namespace FastLedger.Applications.Running;

/// <summary>
/// A clock that scenarios move: they wait for days in no time. It stands still in between, so that every run sees the same times, or goes on
/// by itself, which replicas need that check each other's timestamps.
/// </summary>
/// <param name="isRunning">It goes on by itself.</param>
/// <remarks>Thread: any.</remarks>
public sealed class SteppedClock(bool isRunning = false) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _movedTicks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() =>
        Beginning + TimeSpan.FromTicks(Interlocked.Read(ref _movedTicks)) + (isRunning ? Stopwatch.GetElapsedTime(_start) : TimeSpan.Zero);

    /// <summary>Moves the clock.</summary>
    /// <param name="time">By how much; not negative.</param>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        Interlocked.Add(ref _movedTicks, time.Ticks);
    }
}
