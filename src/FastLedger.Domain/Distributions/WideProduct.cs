// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;

namespace FastLedger.Domain.Distributions;

/// <summary>amount × weight ÷ total, with the remainder, where the product needs more than 128 bits.</summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public static class WideProduct
{
    /// <summary>The whole part of <paramref name="amount"/> × <paramref name="weight"/> ÷ <paramref name="total"/>.</summary>
    /// <param name="amount">Below 2^127.</param>
    /// <param name="weight">At most <paramref name="total"/>, so that the result fits.</param>
    /// <param name="total">1 … 2^127.</param>
    /// <param name="remainder">What is left, below <paramref name="total"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Divide(UInt128 amount, UInt128 weight, UInt128 total, out UInt128 remainder)
    {
        if (((amount | weight) >> 64) != UInt128.Zero) return DivideWide(amount, weight, total, out remainder);
        UInt128 product = (UInt128)(ulong)amount * (ulong)weight;
        UInt128 quotient = product / total;
        remainder = product - (quotient * total);
        return quotient;
    }

    /// <summary>Schoolbook: the 256-bit product bit by bit, from the highest; the remainder never passes 2 × total, which fits 128 bits.</summary>
    private static UInt128 DivideWide(UInt128 amount, UInt128 weight, UInt128 total, out UInt128 remainder)
    {
        (UInt128 high, UInt128 low) = Multiply(amount, weight);
        UInt128 quotient = UInt128.Zero;
        UInt128 rest = UInt128.Zero;
        for (int bit = 255; bit >= 0; bit--)
        {
            UInt128 word = bit >= 128 ? high : low;
            rest = (rest << 1) | ((word >> (bit & 127)) & UInt128.One);
            quotient <<= 1;
            if (rest < total) continue;
            rest -= total;
            quotient |= UInt128.One;
        }

        remainder = rest;
        return quotient;
    }

    private static (UInt128 High, UInt128 Low) Multiply(UInt128 a, UInt128 b)
    {
        // Taking the low half of a number is meant to lose the high one.
        unchecked
        {
            ulong a0 = (ulong)a, a1 = (ulong)(a >> 64), b0 = (ulong)b, b1 = (ulong)(b >> 64);
            UInt128 low = (UInt128)a0 * b0, first = (UInt128)a0 * b1, second = (UInt128)a1 * b0;
            UInt128 middle = (low >> 64) + (ulong)first + (ulong)second;
            UInt128 high = ((UInt128)a1 * b1) + (first >> 64) + (second >> 64) + (middle >> 64);
            return (high, (middle << 64) | (ulong)low);
        }
    }
}
