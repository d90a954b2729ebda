// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>Where the nodes of one level of a <see cref="TableTree"/>, the pairs of them, or the records below them stand.</summary>
/// <param name="first">The first element.</param>
/// <param name="size">Bytes of an element.</param>
internal readonly unsafe struct NodeLevel(byte* first, nuint size)
{
    /// <summary>The first element.</summary>
    public byte* First => first;

    /// <summary>Bytes of an element.</summary>
    public nuint Size => size;

    /// <summary>An element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(uint index) => first + (index * size);

    /// <summary>A node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Hash256* Node(uint index) => (Hash256*)At(index);

    /// <summary>The pairs of the level's nodes, each the input of a node of the next level.</summary>
    public NodeLevel Pairs() => new(first, 2 * size);
}
