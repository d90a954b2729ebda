// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>The commitment of a sealed bid or vote: binds the ledger, the round, the bidder, the value and a salt.</summary>
/// <remarks>
/// BLAKE3("FastLedger commitment v1" ‖ chain id ‖ round (u64) ‖ bidder (u64) ‖ value (u128) ‖ salt). The salt must be 32 random bytes: with a
/// guessable one the few possible values could be tried. Thread: any. Alloc: none. Blocks: no.
/// </remarks>
public static class SealedCommitment
{
    private const int Size = 24 + Hash256.Size + 8 + 8 + 16 + Hash256.Size;

    /// <summary>The commitment.</summary>
    /// <param name="chainId">The ledger.</param>
    /// <param name="round">Number of the round.</param>
    /// <param name="bidder">Number of the bidder's policy.</param>
    /// <param name="value">What is committed to.</param>
    /// <param name="salt">32 random bytes.</param>
    [SkipLocalsInit] // written before it is read
    public static Hash256 Of(in Hash256 chainId, uint round, uint bidder, UInt128 value, in Hash256 salt)
    {
        Span<byte> image = stackalloc byte[Size];
        "FastLedger commitment v1"u8.CopyTo(image);
        chainId.Bytes.CopyTo(image[24..]);
        BinaryPrimitives.WriteUInt64LittleEndian(image[56..], round);
        BinaryPrimitives.WriteUInt64LittleEndian(image[64..], bidder);
        BinaryPrimitives.WriteUInt128LittleEndian(image[72..], value);
        salt.Bytes.CopyTo(image[88..]);
        return Blake3.Hash(image);
    }
}
