// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Applications.Patterns;

/// <summary>Somebody who signs a chain that another session sends.</summary>
/// <param name="Key">Public key.</param>
/// <param name="Sign">Gives the 64-byte Ed25519 signature of a message; see <see cref="EndorsementMessage"/>.</param>
public sealed record Endorser(Hash256 Key, Func<byte[], byte[]> Sign)
{
    /// <summary>One whose key is at hand.</summary>
    public static Endorser Of(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new Endorser(key.PublicKey, message =>
        {
            byte[] signature = new byte[Ed25519.SignatureSize];
            key.Sign(message, signature);
            return signature;
        });
    }
}
