// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>Hash locks as the Interledger protocol (RFC 0027, "execution condition") and payment channels use them: SHA-256 of 32 bytes.</summary>
/// <remarks>The one place where another hash than BLAKE3 is computed, so that a lock can be shared with other ledgers. Thread: any. Alloc: none.</remarks>
public static class HashLock
{
    /// <summary>The lock that <paramref name="preimage"/> opens.</summary>
    [SkipLocalsInit] // written before it is read
    public static Hash256 Of(in Hash256 preimage)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        int written = SHA256.HashData(preimage.Bytes, digest);
        Invariant.Check(written == Hash256.Size);
        return new Hash256(digest);
    }
}
