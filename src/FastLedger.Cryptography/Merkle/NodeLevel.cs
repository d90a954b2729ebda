// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>Where the nodes of one level of a <see cref="TableTree"/>, the pairs of them, or the records below them stand.</summary>
/// <remarks>
/// In one array, or in blocks: a page's block is the one of its frame. In the nodes' block of page p, the line of 64 bytes number i stands at
/// place i xor p: else the same level of many pages would lie at the same distance from page to page, and share few sets of the caches.
/// </remarks>
/// <param name="first">The array, or what stands before the block of frame 1.</param>
/// <param name="offset">Bytes before the level in a block.</param>
/// <param name="size">Bytes of an element.</param>
/// <param name="pageShift">Elements per page, as a power of two; 31 in one array.</param>
/// <param name="blockShift">Bytes of a block, as a power of two; 0 in one array.</param>
/// <param name="frames">The frame of each page, from 1.</param>
/// <param name="mixing">Mask of the bits of the place that the page's number mixes.</param>
internal readonly unsafe struct NodeLevel(
    byte* first, nuint offset, uint size, int pageShift, int blockShift, uint* frames = null, nuint mixing = 0)
{
    /// <summary>The array, or what stands before the block of frame 1.</summary>
    public byte* First => first;

    /// <summary>Bytes of an element.</summary>
    public uint Size => size;

    /// <summary>True when all elements stand in one array.</summary>
    public bool IsArray => blockShift == 0;

    /// <summary>An element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(uint index)
    {
        if (IsArray) return first + (index * (nuint)size);
        nuint page = index >> pageShift;
        nuint within = offset + ((index & ((1u << pageShift) - 1)) * (nuint)size);
        return first + ((nuint)frames[page] << blockShift) + (within ^ ((page * 64) & mixing));
    }

    /// <summary>A node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Hash256* Node(uint index) => (Hash256*)At(index);

    /// <summary>The pairs of the level's nodes, each the input of a node of the next level.</summary>
    public NodeLevel Pairs() => new(first, offset, 2 * size, pageShift - 1, blockShift, frames, mixing);
}
