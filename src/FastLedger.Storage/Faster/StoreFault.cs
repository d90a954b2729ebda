// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;

namespace FastLedger.Storage;

/// <summary>
/// The first fault of a store. FASTER calls devices and checkpoint files from places that log an error and go on, or wait for ever: so
/// these never throw and never report an error to it, but put the fault here, and whoever called FASTER looks here before it believes
/// any answer.
/// </summary>
/// <remarks>Thread: any. Alloc: only when there is a fault.</remarks>
internal sealed class StoreFault
{
    private Exception? _first;

    /// <summary>The first fault, or null.</summary>
    public Exception? First => Volatile.Read(ref _first);

    /// <summary>Records a fault unless there is one.</summary>
    public void Set(Exception fault) => Interlocked.CompareExchange(ref _first, fault, null);

    /// <summary>Throws what was recorded.</summary>
    /// <exception cref="StorageFaultException">A call to the system failed.</exception>
    /// <exception cref="StoreDamagedException">Something durable is not what was written.</exception>
    /// <exception cref="IOException">FASTER failed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ThrowIfAny()
    {
        if (First is { } fault) Throw(fault);
    }

    private static void Throw(Exception fault) => throw fault switch
    {
        StorageFaultException storage => new StorageFaultException(storage),
        StoreDamagedException damaged => new StoreDamagedException(damaged),
        _ => new IOException(fault.Message, fault),
    };
}
