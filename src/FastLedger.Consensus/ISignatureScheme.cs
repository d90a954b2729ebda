// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <summary>Digest and signature check, chosen where the process is composed. Both must be pure functions of their arguments.</summary>
public interface ISignatureScheme
{
    /// <summary>Bytes of every signature.</summary>
    const int SignatureSize = 64;

    /// <summary>The one hash of the ledger.</summary>
    Hash256 Digest(ReadOnlySpan<byte> message);

    /// <summary>True when <paramref name="signature"/> (64 bytes) is <paramref name="publicKey"/>'s over <paramref name="message"/>.</summary>
    bool Verify(in Hash256 publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}
