// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>Stored nodes of a tree, from which <see cref="MerkleProver"/> takes proofs.</summary>
internal interface IMerkleNodes
{
    /// <summary>The node over leaves [index × 2^level, (index + 1) × 2^level), all of which the tree has.</summary>
    Hash256 Node(int level, ulong index);
}
