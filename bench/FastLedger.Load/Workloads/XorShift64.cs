// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.Load.Workloads;

/// <summary>Marsaglia's xorshift64 with the shifts 13, 7, 17: a few cycles a draw, and any other engine can be given the same stream.
/// ("Xorshift RNGs", Journal of Statistical Software 8, 2003.)</summary>
/// <remarks>Thread: one. Alloc: none. Period 2^64 − 1.</remarks>
public struct XorShift64
{
    /// <summary>The seed of Marsaglia's paper, used for the published book stream.</summary>
    public const ulong PublishedSeed = 88172645463325252;

    private ulong _state;

    /// <summary>Starts the stream.</summary>
    /// <param name="seed">Not zero: zero is the generator's fixed point.</param>
    public XorShift64(ulong seed)
    {
        if (seed == 0) throw new ArgumentOutOfRangeException(nameof(seed), "The seed of xorshift64 must not be zero.");
        _state = seed;
    }

    /// <summary>The next 64 bits; never zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Next()
    {
        ulong x = _state;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        return _state = x;
    }

    /// <summary>A number below <paramref name="bound"/> by remainder: the form in which streams are published.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Below(ulong bound)
    {
        Invariant.Check(bound != 0);
        return Next() % bound;
    }

    /// <summary>Scales the upper or lower half of a draw to 0 … <paramref name="bound"/> − 1 without a division (Lemire, 2019).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Scale(uint half, uint bound) => (uint)(((ulong)half * bound) >> 32);
}
