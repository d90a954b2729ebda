// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;

namespace FastLedger.Primitives;

/// <summary>
/// Lets one stage sleep until another has work for it. Ringing costs a fence and a read while the sleeper is awake, a system call only
/// when it sleeps.
/// </summary>
/// <remarks>
/// Protocol (Dekker): the sleeper announces itself, then looks for work once more, then sleeps; the ringer publishes its work, then looks
/// whether the sleeper announced itself. A full fence on both sides makes sure that one of them sees the other. Thread: one sleeper, any
/// number of ringers. Alloc: none. Blocks: <see cref="Sleep"/> only.
/// </remarks>
public sealed class Doorbell : IDisposable
{
    private readonly AutoResetEvent _event = new(false);
    private int _sleeping;

    /// <summary>Announces that the caller is about to sleep. Look for work after this, then call <see cref="Sleep"/> or
    /// <see cref="StayAwake"/>.</summary>
    public void Announce()
    {
        Volatile.Write(ref _sleeping, 1);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Sleeps until rung or until the time is over.</summary>
    /// <param name="timeoutMs">Milliseconds; −1 for no bound.</param>
    public void Sleep(int timeoutMs)
    {
        _event.WaitOne(timeoutMs);
        Volatile.Write(ref _sleeping, 0);
    }

    /// <summary>Takes the announcement back: there was work.</summary>
    public void StayAwake() => Volatile.Write(ref _sleeping, 0);

    /// <summary>Wakes the sleeper. Call after the work is visible.</summary>
    public void Ring()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) != 0 && Interlocked.Exchange(ref _sleeping, 0) != 0) _event.Set();
    }

    /// <summary>Frees the event.</summary>
    public void Dispose() => _event.Dispose();
}
