// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Network.Peers;

/// <summary>Waits between attempts: each up to twice as long as the one before, half of it by chance, so that peers do not move in step.</summary>
internal struct Backoff(int minMs, int maxMs)
{
    private int _doublings;

    /// <summary>The next wait, in milliseconds: between half of the present ceiling and all of it.</summary>
    /// <param name="chance">Uniform in [0, 1).</param>
    public int Next(double chance)
    {
        int ceiling = (int)Math.Min(maxMs, (long)minMs << _doublings);
        if (ceiling < maxMs) _doublings++;
        return (ceiling / 2) + (int)(chance * (ceiling - (ceiling / 2) + 1));
    }

    /// <summary>The attempt succeeded.</summary>
    public void Reset() => _doublings = 0;
}
