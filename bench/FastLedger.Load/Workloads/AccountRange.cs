// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;

namespace FastLedger.Load.Workloads;

/// <summary>Accounts with consecutive numbers.</summary>
/// <param name="First">Number of the first.</param>
/// <param name="Count">How many.</param>
public readonly record struct AccountRange(ulong First, uint Count)
{
    /// <summary>Picks one uniformly by 32 random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Pick(uint random) => First + XorShift64.Scale(random, Count);
}
