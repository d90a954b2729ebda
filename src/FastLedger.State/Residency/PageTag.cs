// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.State.Residency;

/// <summary>What travels with the request of a page: which it is, where it goes, and which list asked.</summary>
/// <remarks><code>bits 0 … 27 frame   28 … 55 page   56 … 62 table   63 list</code></remarks>
internal readonly struct PageTag(ulong packed)
{
    private const int NumberBits = 28;
    private const ulong NumberMask = (1UL << NumberBits) - 1;

    public PageTag(int list, int table, uint page, uint frame)
        : this(((ulong)list << 63) | ((ulong)table << (2 * NumberBits)) | ((ulong)page << NumberBits) | frame) =>
        Invariant.Check(table < 128 && page <= NumberMask && frame <= NumberMask);

    public ulong Packed => packed;

    public uint Frame => (uint)(packed & NumberMask);

    public uint Page => (uint)((packed >> NumberBits) & NumberMask);

    public int Table => (int)((packed >> (2 * NumberBits)) & 127);

    public int List => (int)(packed >> 63);
}
