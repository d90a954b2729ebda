// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// An Ed25519 key pair that can sign. The secret lives in guarded native memory, is touched only in constant time and is zeroed by
/// <see cref="Dispose"/>.
/// </summary>
/// <remarks>Thread: any may sign; none while another disposes. Alloc: only on creation. Blocks: no.</remarks>
public sealed unsafe class SigningKey : IDisposable
{
    /// <summary>Bytes of a seed.</summary>
    public const int SeedSize = 32;

    private const int SecretSize = 64; // seed and public key, as libsodium wants it

    private readonly SecretMemory _secret = new(SecretSize);

    private SigningKey(byte* seed)
    {
        byte* publicKey = stackalloc byte[Ed25519.PublicKeySize];
        Invariant.Check(LibSodium.KeysFromSeed(publicKey, _secret.Pointer, seed) == 0);
        PublicKey = new Hash256(new ReadOnlySpan<byte>(publicKey, Ed25519.PublicKeySize));
    }

    /// <summary>The key that others verify with.</summary>
    public Hash256 PublicKey { get; }

    /// <summary>A new key from the system's random number generator.</summary>
    public static SigningKey Generate()
    {
        using SecretMemory seed = new(SeedSize);
        LibSodium.FillRandom(seed.Pointer, SeedSize);
        return new SigningKey(seed.Pointer);
    }

    /// <summary>The key of a seed (RFC 8032 calls it the private key).</summary>
    /// <param name="seed">32 bytes, which the caller zeroes.</param>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed)
    {
        Invariant.Check(seed.Length == SeedSize);
        fixed (byte* bytes = seed) return new SigningKey(bytes);
    }

    /// <summary>Signs <paramref name="message"/>.</summary>
    /// <param name="message">Any length.</param>
    /// <param name="signature">64 bytes.</param>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Invariant.Check(signature.Length == Ed25519.SignatureSize);
        fixed (byte* messageBytes = message)
        fixed (byte* signatureBytes = signature)
            Invariant.Check(LibSodium.Sign(signatureBytes, null, messageBytes, (ulong)message.Length, _secret.Pointer) == 0);
    }

    /// <summary>Zeroes the secret; the key cannot sign afterwards.</summary>
    public void Dispose() => _secret.Dispose();

    /// <summary>The seed, for <see cref="KeyFile"/> only.</summary>
    internal byte* Seed => _secret.Pointer;
}
