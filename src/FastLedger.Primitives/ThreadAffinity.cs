// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.InteropServices;

namespace FastLedger.Primitives;

/// <summary>Binds threads to processors, as Linux offers it: sched_setaffinity(2).</summary>
public static unsafe partial class ThreadAffinity
{
    private const int MaskWords = 1024 / 64; // CPU_SETSIZE of the C library

    /// <summary>This system can do it.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Keeps the calling thread on one of the processors that it may use now; the runtime lets threads that it starts go anywhere.</summary>
    /// <param name="ordinal">Which of them, by ascending number from 0; counted round when there are fewer.</param>
    /// <returns>The processor's number; −1 when the system cannot do it or refuses.</returns>
    public static int Bind(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        if (!IsSupported) return -1;
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        if (GetAffinity(0, MaskWords * sizeof(ulong), mask) != 0) return -1;
        int processor = Select(new ReadOnlySpan<ulong>(mask, MaskWords), ordinal);
        if (processor < 0) return -1;
        new Span<ulong>(mask, MaskWords).Clear();
        mask[processor / 64] = 1UL << (processor % 64);
        return SetAffinity(0, MaskWords * sizeof(ulong), mask) == 0 ? processor : -1;
    }

    /// <summary>The number of the set bit that stands at a place, counted round; −1 when none is set.</summary>
    internal static int Select(ReadOnlySpan<ulong> mask, int ordinal)
    {
        int count = 0;
        foreach (ulong word in mask) count += BitOperations.PopCount(word);
        if (count == 0) return -1;
        int left = ordinal % count;
        for (int i = 0; ; i++)
        {
            int here = BitOperations.PopCount(mask[i]);
            if (left >= here)
            {
                left -= here;
                continue;
            }

            ulong word = mask[i];
            for (; left > 0; left--) word &= word - 1;
            return (i * 64) + BitOperations.TrailingZeroCount(word);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint maskBytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint maskBytes, ulong* mask);
}
