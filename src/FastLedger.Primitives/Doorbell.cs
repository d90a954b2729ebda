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
/// whether the sleeper announced itself. A full fence on both sides makes sure that one of them sees the other. On Linux the announcement
/// is the very word that the system waits on: one call to sleep and one to wake, where the runtime's event takes a mutex and a condition
/// variable and lets the woken thread run into the mutex. Thread: one sleeper, any number of ringers. Alloc: none. Blocks:
/// <see cref="Sleep"/> only.
/// </remarks>
public sealed class Doorbell : IDisposable
{
    private const int Awake = 0, Sleeping = 1;

    /// <summary>Ints of two cache lines on each side: they are fetched in pairs.</summary>
    private const int Padding = 32;

    // The word stands in the middle of pinned memory: its address goes to the system.
    private readonly int[] _words = GC.AllocateArray<int>((2 * Padding) + 1, pinned: true);
    private readonly AutoResetEvent? _event = Futex.IsSupported ? null : new AutoResetEvent(false);

    private ref int Word => ref _words[Padding];

    /// <summary>Announces that the caller is about to sleep. Look for work after this, then call <see cref="Sleep"/> or
    /// <see cref="StayAwake"/>.</summary>
    public void Announce()
    {
        Volatile.Write(ref Word, Sleeping);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Sleeps until rung or until the time is over; now and then it returns earlier.</summary>
    /// <param name="timeoutMs">Milliseconds; −1 for no bound.</param>
    public void Sleep(int timeoutMs)
    {
        if (_event is null) Futex.Wait(ref Word, Sleeping, timeoutMs);
        else _event.WaitOne(timeoutMs);
        Volatile.Write(ref Word, Awake);
    }

    /// <summary>Takes the announcement back: there was work.</summary>
    public void StayAwake() => Volatile.Write(ref Word, Awake);

    /// <summary>Wakes the sleeper. Call after the work is visible.</summary>
    public void Ring()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref Word) == Awake || Interlocked.Exchange(ref Word, Awake) == Awake) return;
        if (_event is null) Futex.Wake(ref Word);
        else _event.Set();
    }

    /// <summary>Frees the event.</summary>
    public void Dispose() => _event?.Dispose();
}
