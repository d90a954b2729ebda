// SPDX-License-Identifier: Apache-2.0
using FASTER.core;

namespace FastLedger.Storage;

/// <summary>
/// Spreads page keys: FASTER takes the bucket from the hash's low bits and a tag from its highest ones. Two neighbours share a bucket and the
/// next two have the next one, so that a checkpoint, which comes in the order of the pages, walks along the index; a dense table fills it evenly.
/// </summary>
internal sealed class PageKeyComparer : IFasterEqualityComparer<PageKey>
{
    private const int PagesPerBucketShift = 1;
    private const ulong TagBits = 0xFFFC_0000_0000_0000;

    public long GetHashCode64(ref PageKey k)
    {
        ulong bucket = (ulong)Mix(k.Table) + (k.Page >> PagesPerBucketShift);
        return (long)(((ulong)Mix(k.Packed) & TagBits) | (bucket & ~TagBits));
    }

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
