// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Tests;

/// <summary>The real scheme, which counts how often a signature is checked.</summary>
internal sealed class CountingScheme : ISignatureScheme
{
    public int Checks { get; private set; }

    public Hash256 Digest(ReadOnlySpan<byte> message) => Ed25519Scheme.Instance.Digest(message);

    public bool Verify(in Hash256 publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Checks++;
        return Ed25519Scheme.Instance.Verify(publicKey, message, signature);
    }
}
