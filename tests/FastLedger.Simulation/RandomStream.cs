// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Simulation;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): the simulator's only source of chance. One seed, one sequence, on every machine.</summary>
public struct RandomStream(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 uniform bits.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform below <paramref name="bound"/> ≥ 1.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Uniform in [low, high].</summary>
    public ulong Between(ulong low, ulong high) => low + Math.BigMul(Next(), high - low + 1, out _);

    /// <summary>True with <paramref name="perMille"/>/1000.</summary>
    public bool Chance(int perMille) => Below(1000) < perMille;

    /// <summary>An independent stream.</summary>
    public RandomStream Fork() => new(Next());
}
