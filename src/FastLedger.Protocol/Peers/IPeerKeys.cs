// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.Protocol.Peers;

/// <summary>The validators that may connect.</summary>
/// <remarks>Thread: any.</remarks>
public interface IPeerKeys
{
    /// <summary>The Ed25519 public key of a validator.</summary>
    /// <returns>False when there is no such validator.</returns>
    bool TryGetKey(int node, out Hash256 publicKey);
}
