// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Threading;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;

namespace FastLedger.Node.Pipeline;

/// <summary>How a stage passes the time until there is work again.</summary>
internal sealed class StageWaiter(WaitStrategy strategy, Doorbell bell)
{
    private static readonly long YieldTicks = Stopwatch.Frequency / 20_000; // 50 µs

    /// <summary>Returns when <paramref name="hasWork"/> holds, or the time is over, or earlier.</summary>
    public void Wait(Func<bool> hasWork, int timeoutMs)
    {
        if (strategy == WaitStrategy.Spin)
        {
            Thread.SpinWait(20);
            return;
        }

        if (strategy == WaitStrategy.Yield)
        {
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetTimestamp() - start < YieldTicks;)
            {
                if (hasWork()) return;
                Thread.Yield();
            }
        }

        bell.Announce();
        if (hasWork()) bell.StayAwake();
        else bell.Sleep(timeoutMs);
    }
}
