// SPDX-License-Identifier: Apache-2.0
using System;
using FASTER.core;

namespace FastLedger.Storage;

/// <summary>A 128-bit key as FASTER holds it: two words, so that a record has 32 bytes.</summary>
internal readonly struct IndexKey(UInt128 id)
{
    public readonly ulong Low = (ulong)id;
    public readonly ulong High = (ulong)(id >> 64);

    internal sealed class Comparer : IFasterEqualityComparer<IndexKey>
    {
        public long GetHashCode64(ref IndexKey k) => PageKeyComparer.Mix(k.Low ^ (ulong)PageKeyComparer.Mix(k.High + 0x9E37_79B9_7F4A_7C15));

        public bool Equals(ref IndexKey k1, ref IndexKey k2) => k1.Low == k2.Low && k1.High == k2.High;
    }
}
