// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Domain.CentralCounterparty;

/// <summary>
/// Splits an amount in proportion to weights without losing or making a unit: each share is rounded down, and the units left go one each to
/// the largest remainders, the lower index first among equals (the method of Hamilton).
/// </summary>
/// <remarks>Thread: one at a time. Alloc: none after construction. Blocks: no.</remarks>
public sealed class LargestRemainder
{
    private const int IndexBits = 32;
    private readonly UInt128[] _keys;

    /// <summary>Splits among at most <paramref name="capacity"/> weights.</summary>
    public LargestRemainder(int capacity) => _keys = new UInt128[capacity];

    /// <summary>Splits <paramref name="amount"/>.</summary>
    /// <param name="amount">At most the sum of the weights.</param>
    /// <param name="weights">Each below 2^60, their sum at most 2^60.</param>
    /// <param name="shares">One share per weight, never above it.</param>
    public void Split(ulong amount, ReadOnlySpan<ulong> weights, Span<ulong> shares)
    {
        ulong total = 0, given = 0;
        foreach (ulong weight in weights) total += weight;
        Invariant.Check(amount <= total && total <= 1ul << 60 && weights.Length <= _keys.Length);
        if (amount == 0)
        {
            shares[..weights.Length].Clear();
            return;
        }

        for (int i = 0; i < weights.Length; i++)
        {
            (UInt128 share, UInt128 remainder) = UInt128.DivRem((UInt128)amount * weights[i], total);
            shares[i] = (ulong)share;
            given += shares[i];
            _keys[i] = ((total - remainder) << IndexBits) | (uint)i;
        }

        int left = (int)(amount - given);
        if (left == 0) return;
        Span<UInt128> keys = _keys.AsSpan(0, weights.Length);
        keys.Sort();
        for (int i = 0; i < left; i++) shares[(int)(uint)(keys[i] & uint.MaxValue)]++;
    }
}
