// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives;

/// <summary>Sleeping on a word of memory and waking the sleeper, as Linux offers it: futex(2). Between threads of this process.</summary>
internal static unsafe partial class Futex
{
    private const int WaitPrivate = 128; // FUTEX_WAIT | FUTEX_PRIVATE_FLAG
    private const int WakePrivate = 129; // FUTEX_WAKE | FUTEX_PRIVATE_FLAG
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int TimedOut = 110;

    private static readonly int Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => 0,
    };

    /// <summary>This machine has it.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Number != 0;

    /// <summary>Sleeps while the word has a value, until woken or the time is over, or for no reason a shorter time.</summary>
    /// <param name="word">In memory that does not move.</param>
    /// <param name="value">Another value returns at once.</param>
    /// <param name="timeoutMs">Milliseconds; −1 for no bound.</param>
    public static void Wait(ref int word, int value, int timeoutMs)
    {
        var time = new Time { Seconds = timeoutMs / 1000, Nanoseconds = timeoutMs % 1000 * 1_000_000L };
        nint result = SystemCall(Number, (nint)Unsafe.AsPointer(ref word), WaitPrivate, value, timeoutMs < 0 ? 0 : (nint)(&time), 0);
        Invariant.Check(result == 0 || Marshal.GetLastPInvokeError() is Interrupted or TryAgain or TimedOut);
    }

    /// <summary>Wakes one sleeper, if there is one.</summary>
    /// <param name="word">In memory that does not move.</param>
    public static void Wake(ref int word)
    {
        nint result = SystemCall(Number, (nint)Unsafe.AsPointer(ref word), WakePrivate, 1, 0, 0);
        Invariant.Check(result >= 0);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint word, nint operation, nint value, nint time, nint unused);

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
