// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <summary>BLAKE3 and Ed25519: what replicas run with. Signatures are accepted by libsodium's rule, one by one.</summary>
/// <param name="keys">Checks signatures faster under keys that come again and again; then one thread uses the scheme.</param>
public sealed class Ed25519Scheme(RecurringKeys? keys = null) : ISignatureScheme
{
    /// <summary>Without a memory for keys: any thread.</summary>
    public static Ed25519Scheme Instance { get; } = new();

    public Hash256 Digest(ReadOnlySpan<byte> message) => Blake3.Hash(message);

    public bool Verify(in Hash256 publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        keys is null ? Ed25519.Verify(publicKey.Bytes, message, signature) : keys.Verify(publicKey, message, signature);
}
