// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <summary>The secret keys of one replica: the present one and, around a rotation, the next.</summary>
/// <param name="keys">Keys; they stay the caller's to dispose of.</param>
public sealed class Ed25519Signer(params SigningKey[] keys) : ISigner
{
    private readonly SigningKey[] _keys = keys;

    public bool Holds(in Hash256 publicKey) => Find(publicKey) is not null;

    public void Sign(in Hash256 publicKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        SigningKey? key = Find(publicKey);
        Invariant.Check(key is not null);
        key.Sign(message, signature);
    }

    private SigningKey? Find(in Hash256 publicKey)
    {
        foreach (SigningKey key in _keys)
        {
            if (key.PublicKey == publicKey) return key;
        }

        return null;
    }
}
