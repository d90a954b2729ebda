// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Domain.Distributions;

/// <summary>
/// The one rule by which whole minor units are divided: everybody gets the whole part of its quota, and what is left goes, a unit each, to the
/// largest remainders, equal ones to the lower index (the method of Hamilton, or Hare and Niemeyer).
/// </summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public static class LargestRemainder
{
    /// <summary>Divides an amount.</summary>
    /// <param name="amount">Below 2^127.</param>
    /// <param name="weights">At most 64; their sum is <paramref name="total"/>.</param>
    /// <param name="total">At least 1.</param>
    /// <param name="shares">As many as the weights; receives shares that sum to the amount.</param>
    public static void Divide(UInt128 amount, ReadOnlySpan<uint> weights, uint total, Span<UInt128> shares)
    {
        Span<UInt128> remainders = stackalloc UInt128[weights.Length];
        UInt128 left = amount;
        for (int i = 0; i < weights.Length; i++)
        {
            shares[i] = WideProduct.Divide(amount, weights[i], total, out remainders[i]);
            left -= shares[i];
        }

        // Fewer units are left than there are remainders above zero, so none gets two.
        for (; left > UInt128.Zero; left--)
        {
            int largest = 0;
            for (int i = 1; i < remainders.Length; i++)
                if (remainders[i] > remainders[largest]) largest = i;
            shares[largest]++;
            remainders[largest] = UInt128.Zero;
        }
    }
}
