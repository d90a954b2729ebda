// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Applications.Running;

/// <summary>A clock that stands still until it is told to move: scenarios wait for days in no time, and every run sees the same times.</summary>
/// <remarks>Thread: any.</remarks>
public sealed class SteppedClock : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly System.Threading.Lock _lock = new();
    private DateTimeOffset _now = Beginning;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    /// <summary>Moves the clock.</summary>
    /// <param name="time">By how much; not negative.</param>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        lock (_lock) _now += time;
    }
}
