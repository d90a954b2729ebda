// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using FastLedger.Consensus;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>
/// Stands in for BLAKE3 and Ed25519 where thousands of scenarios per second are wanted: a fast mixing function without any
/// cryptographic strength. Every bit of key and message reaches the signature, so a field that is not covered shows as well as
/// with real signatures. Adversaries of the simulator do not attack the mathematics.
/// </summary>
public sealed class MockScheme : ISignatureScheme
{
    public static MockScheme Instance { get; } = new();

    public Hash256 Digest(ReadOnlySpan<byte> message)
    {
        ulong a = 0x243F6A8885A308D3, b = 0x13198A2E03707344, c = 0xA4093822299F31D0, d = (ulong)message.Length;
        ReadOnlySpan<byte> rest = message;
        while (rest.Length >= 32)
        {
            a = Mix(a, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            b = Mix(b, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            c = Mix(c, BinaryPrimitives.ReadUInt64LittleEndian(rest[16..]));
            d = Mix(d, BinaryPrimitives.ReadUInt64LittleEndian(rest[24..]));
            rest = rest[32..];
        }

        for (; rest.Length >= 8; rest = rest[8..]) a = Mix(a, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        foreach (byte value in rest) b = Mix(b, value);
        ulong sum = Mix(Mix(a, b), Mix(c, d));
        Span<ulong> words = [Mix(sum, 1), Mix(sum, 2), Mix(sum, 3), Mix(sum, 4)];
        return new Hash256(MemoryMarshal.AsBytes(words));
    }

    public bool Verify(in Hash256 publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[ISignatureScheme.SignatureSize];
        Sign(publicKey, message, expected);
        return expected.SequenceEqual(signature);
    }

    /// <summary>What the owner of <paramref name="publicKey"/> signs.</summary>
    public static void Sign(in Hash256 publicKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        ulong sum = BinaryPrimitives.ReadUInt64LittleEndian(publicKey.Bytes);
        ulong other = ~sum;
        ReadOnlySpan<byte> rest = message;
        for (; rest.Length >= 16; rest = rest[16..])
        {
            sum = Mix(sum, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            other = Mix(other, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
        }

        foreach (byte value in rest) sum = Mix(sum, value);
        sum = Mix(sum, other);
        for (int i = 0; i < ISignatureScheme.SignatureSize; i += 8) BinaryPrimitives.WriteUInt64LittleEndian(signature[i..], Mix(sum, (ulong)i));
    }

    /// <summary>The key of an identity.</summary>
    public static Hash256 KeyOf(ulong identity)
    {
        Span<ulong> words = [Mix(identity, 11), Mix(identity, 12), Mix(identity, 13), Mix(identity, 14)];
        return new Hash256(MemoryMarshal.AsBytes(words));
    }

    internal static ulong Mix(ulong state, ulong word)
    {
        ulong x = (BitOperations.RotateLeft(state, 29) ^ word) * 0x9E3779B97F4A7C15;
        return x ^ (x >> 32);
    }
}
