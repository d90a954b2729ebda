// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Network;

/// <summary>
/// How fast connections are accepted: a token bucket. What comes faster waits with the system, where it costs nothing, so that strangers at
/// the door do not take the processor from those who are inside.
/// </summary>
/// <remarks>Thread: one.</remarks>
public sealed class AcceptPace
{
    private readonly long _intervalNs;
    private readonly long _burstNs;
    private long _fullAtNs;

    /// <param name="perSecond">Connections per second in the long run, 1 … 1,000,000.</param>
    /// <param name="burst">Connections that may come at once after a pause, at least 1.</param>
    public AcceptPace(int perSecond, int burst)
    {
        Invariant.Check(perSecond is >= 1 and <= 1_000_000 && burst >= 1);
        _intervalNs = 1_000_000_000 / perSecond;
        _burstNs = burst * _intervalNs;
        _fullAtNs = long.MinValue;
    }

    /// <summary>Takes one connection's turn.</summary>
    /// <param name="nowNs">The time, nanoseconds of a clock that never goes back.</param>
    /// <returns>0 when it may be accepted now; otherwise nothing was taken, and there is no turn for so many nanoseconds.</returns>
    public long TryTake(long nowNs)
    {
        // The bucket is full again at _fullAtNs; each connection moves that time by one interval (a leaky bucket as a meter, ITU-T I.371 GCRA).
        long next = Math.Max(_fullAtNs, nowNs) + _intervalNs;
        if (next - nowNs > _burstNs) return next - nowNs - _burstNs;
        _fullAtNs = next;
        return 0;
    }
}
