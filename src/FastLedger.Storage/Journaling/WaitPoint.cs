// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;

namespace FastLedger.Storage;

/// <summary>
/// Where threads sleep until a condition holds that others bring about without a lock. Signalling costs a fence and a read while nobody
/// sleeps.
/// </summary>
/// <remarks>
/// Thread: any. Alloc: none. A sleeper announces itself, then looks at the condition again; a signaller changes the state, then looks for
/// sleepers; a full fence stands between the two steps on each side, so at least one of them sees the other.
/// </remarks>
internal sealed class WaitPoint
{
    private readonly object _monitor = new();
    private int _sleepers;

    /// <summary>Wakes the sleepers, who look at their conditions again. Called after the state has changed.</summary>
    public void Signal()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleepers) == 0) return;
        lock (_monitor) Monitor.PulseAll(_monitor);
    }

    /// <summary>Sleeps until the condition holds.</summary>
    /// <param name="condition">Looked at under a lock of this object: it must not block.</param>
    /// <param name="timeout">At most so long; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <returns>Whether the condition holds.</returns>
    public bool Wait<TCondition>(TCondition condition, TimeSpan timeout)
        where TCondition : struct, IWaitCondition
    {
        if (condition.Holds()) return true;
        long start = Environment.TickCount64;
        lock (_monitor)
        {
            _sleepers++;
            try
            {
                Interlocked.MemoryBarrier();
                while (!condition.Holds())
                {
                    if (timeout == Timeout.InfiniteTimeSpan)
                    {
                        Monitor.Wait(_monitor);
                        continue;
                    }

                    long left = (long)timeout.TotalMilliseconds - (Environment.TickCount64 - start);
                    if (left <= 0 || !Monitor.Wait(_monitor, (int)Math.Min(left, int.MaxValue))) return condition.Holds();
                }

                return true;
            }
            finally
            {
                _sleepers--;
            }
        }
    }
}
