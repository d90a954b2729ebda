// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Load.Workloads;

/// <summary>
/// Numbers below a bound with Zipf's distribution, the popular ones scattered over all: Gray, Sundaresan, Englert, Baclawski, Weinberger,
/// "Quickly Generating Billion-Record Synthetic Databases" (SIGMOD 1994), figure 6.
/// </summary>
/// <remarks>Thread: one. Alloc: none after construction, which adds up a term per number.</remarks>
public sealed class ZipfNumbers
{
    private const ulong Scatter = 2_654_435_761; // a prime above every bound: multiplying by it permutes the numbers

    private readonly uint _bound;
    private readonly double _zeta, _alpha, _eta, _second;

    /// <param name="bound">2 … 2^31.</param>
    /// <param name="skew">Above 0, below 1; 0.99 is usual.</param>
    public ZipfNumbers(uint bound, double skew)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 2u);
        if (skew is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(skew), skew, "must be above 0 and below 1");
        _bound = bound;
        for (uint i = bound; i > 0; i--) _zeta += Math.Pow(i, -skew); // the small terms first: they would vanish beside the sum
        _second = 1 + Math.Pow(0.5, skew);
        _alpha = 1 / (1 - skew);
        _eta = (1 - Math.Pow(2.0 / bound, 1 - skew)) / (1 - (_second / _zeta));
    }

    /// <summary>The next number.</summary>
    /// <param name="bits">Uniform random bits.</param>
    public uint Next(uint bits)
    {
        double uniform = (bits + 0.5) / 4_294_967_296.0, scaled = uniform * _zeta;
        uint rank = scaled < 1 ? 0 : scaled < _second ? 1 : Math.Min(_bound - 1, (uint)(_bound * Math.Pow((_eta * uniform) - _eta + 1, _alpha)));
        return (uint)(rank * Scatter % _bound);
    }
}
