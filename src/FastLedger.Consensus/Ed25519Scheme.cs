// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <summary>BLAKE3 and Ed25519: what replicas run with. Signatures are accepted by libsodium's rule, one by one.</summary>
public sealed class Ed25519Scheme : ISignatureScheme
{
    /// <summary>The scheme has no state.</summary>
    public static Ed25519Scheme Instance { get; } = new();

    public Hash256 Digest(ReadOnlySpan<byte> message) => Blake3.Hash(message);

    public bool Verify(in Hash256 publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Ed25519.Verify(publicKey.Bytes, message, signature);
}
