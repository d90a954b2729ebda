// SPDX-License-Identifier: Apache-2.0
using FASTER.core;

namespace FastLedger.Storage;

/// <summary>Spreads page keys: FASTER takes the bucket from the hash's low bits and a tag from its highest ones.</summary>
internal sealed class PageKeyComparer : IFasterEqualityComparer<PageKey>
{
    public long GetHashCode64(ref PageKey k) => Mix(k.Packed);

    public bool Equals(ref PageKey k1, ref PageKey k2) => k1.Packed == k2.Packed;

    /// <summary>The finalizer of MurmurHash3 (Appleby, public domain): every bit of the input reaches every bit of the result.</summary>
    public static long Mix(ulong key)
    {
        key ^= key >> 33;
        key *= 0xFF51_AFD7_ED55_8CCD;
        key ^= key >> 33;
        key *= 0xC4CE_B9FE_1A85_EC53;
        return (long)(key ^ (key >> 33));
    }
}
