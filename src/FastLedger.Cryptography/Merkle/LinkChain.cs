// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// A long list of 64-byte entries, of which only the end is kept, under one digest: <see cref="LinkLength"/> entries make a link, and each link
/// holds the digest of the one before it. Whoever knows the digest of the newest link verifies the others from it back, as far as they are kept.
/// </summary>
/// <remarks>
/// Of each entry the first 56 bytes are its own; the last eight of the first four entries of a link are the digest of the link before, the
/// others zero. A link that is not full is zero behind its entries. Thread: any. Alloc: none.
/// </remarks>
public static class LinkChain
{
    /// <summary>Bytes of an entry.</summary>
    public const int EntryBytes = 64;

    /// <summary>Entries in a link.</summary>
    public const int LinkLength = 256;

    /// <summary>Bytes of a link.</summary>
    public const int LinkBytes = LinkLength * EntryBytes;

    /// <summary>Entries that a list keeps room for: the link that the newest entry stands in drops what was there before as a whole.</summary>
    public const int Length = 1 << 17;

    private const int DigestEntries = Hash256.Size / sizeof(ulong);

    /// <summary>The first entry, counted from 0, that a list of so many still has.</summary>
    public static ulong Oldest(ulong count) => count > Length ? (count - Length + LinkLength - 1) & ~(ulong)(LinkLength - 1) : 0;

    /// <summary>Digest of a link.</summary>
    /// <param name="link"><see cref="LinkBytes"/> bytes.</param>
    /// <param name="filled">Its entries: 1 … <see cref="LinkLength"/>.</param>
    public static Hash256 DigestOf(ReadOnlySpan<byte> link, int filled) => Blake3.Hash(link[..(Math.Max(filled, DigestEntries) * EntryBytes)]);

    /// <summary>The digest that a link holds of the one before it; zero in the first.</summary>
    public static Hash256 PreviousOf(ReadOnlySpan<byte> link)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        for (int i = 0; i < DigestEntries; i++) link.Slice(PlaceOf(i), sizeof(ulong)).CopyTo(digest[(i * sizeof(ulong))..]);
        return new Hash256(digest);
    }

    /// <summary>Is everything zero that the digest of a link does not cover?</summary>
    public static bool IsClearBehind(ReadOnlySpan<byte> link, int filled) => !link[(Math.Max(filled, DigestEntries) * EntryBytes)..].ContainsAnyExcept((byte)0);

    /// <summary>Empties a link and puts the digest of the one before into it.</summary>
    public static void Begin(Span<byte> link, in Hash256 previous)
    {
        link.Clear();
        for (int i = 0; i < DigestEntries; i++) previous.Bytes.Slice(i * sizeof(ulong), sizeof(ulong)).CopyTo(link[PlaceOf(i)..]);
    }

    private static int PlaceOf(int part) => (part * EntryBytes) + EntryBytes - sizeof(ulong);
}
