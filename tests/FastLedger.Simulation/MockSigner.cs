// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>Signs with <see cref="MockScheme"/>; holds the first and the rotated keys of one node.</summary>
public sealed class MockSigner(int node) : ISigner
{
    private const int Rotations = 8;

    /// <summary>The key of a node after a number of rotations.</summary>
    public static Hash256 KeyOf(int node, int rotation) => MockScheme.KeyOf((ulong)(node + 1000 * rotation));

    public bool Holds(in Hash256 publicKey)
    {
        for (int rotation = 0; rotation < Rotations; rotation++)
        {
            if (KeyOf(node, rotation) == publicKey) return true;
        }

        return false;
    }

    public void Sign(in Hash256 publicKey, ReadOnlySpan<byte> message, Span<byte> signature) => MockScheme.Sign(publicKey, message, signature);
}
