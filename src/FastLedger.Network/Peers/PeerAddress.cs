// SPDX-License-Identifier: Apache-2.0
using System.Net;
using FastLedger.Primitives;

namespace FastLedger.Network.Peers;

/// <summary>One validator as its peers know it.</summary>
/// <param name="Node">Validator number.</param>
/// <param name="PublicKey">Ed25519 key that it proves itself with.</param>
/// <param name="EndPoint">Where to dial it; null while that is not known.</param>
public sealed record PeerAddress(int Node, Hash256 PublicKey, IPEndPoint? EndPoint);
