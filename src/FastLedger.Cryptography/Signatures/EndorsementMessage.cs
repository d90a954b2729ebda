// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>The bytes that a key signs to endorse a linked chain of another session.</summary>
/// <remarks>"FastLedger endorse v1" ‖ chain id ‖ session (u64) ‖ expiry (i64 ns) ‖ chain digest. Thread: any. Alloc: none. Blocks: no.</remarks>
public static class EndorsementMessage
{
    /// <summary>Bytes of the message.</summary>
    public const int Size = 21 + (2 * Hash256.Size) + 16;

    /// <summary>Writes the message.</summary>
    /// <param name="destination">Exactly <see cref="Size"/> bytes.</param>
    /// <param name="chainId">The ledger.</param>
    /// <param name="session">The session that will send the chain.</param>
    /// <param name="expiresAtNs">Block time from which the endorsement counts no more; 0 for never.</param>
    /// <param name="chainDigest">BLAKE3 over the digests of the chain's commands other than endorsements.</param>
    public static void Write(Span<byte> destination, in Hash256 chainId, uint session, long expiresAtNs, in Hash256 chainDigest)
    {
        Invariant.Check(destination.Length == Size);
        "FastLedger endorse v1"u8.CopyTo(destination);
        destination = destination[21..];
        chainId.Bytes.CopyTo(destination);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], session);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], expiresAtNs);
        chainDigest.Bytes.CopyTo(destination[48..]);
    }
}
