// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// A place from which a journal can be read without what stands before it: the beginning of a segment, bound by the digest of the segment's
/// header, which has the last link of the chain before it.
/// </summary>
/// <param name="Segment">Number of the segment.</param>
/// <param name="FirstIndex">Index of its first entry.</param>
/// <param name="HeaderDigest">BLAKE3 of its header; all zeros stand for no anchor.</param>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly record struct JournalAnchor(ulong Segment, ulong FirstIndex, Hash256 HeaderDigest)
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 48;
}
