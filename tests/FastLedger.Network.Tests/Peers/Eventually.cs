// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Threading.Tasks;

namespace FastLedger.Network.Tests.Peers;

/// <summary>Waits for what must become true by itself, without taking a core for it.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task FalseAsync(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "waited in vain");
            await Task.Delay(1);
        }
    }
}
