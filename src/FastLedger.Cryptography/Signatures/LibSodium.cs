// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>The functions of libsodium that the ledger uses. Every function answers 0 for success and −1 for failure.</summary>
internal static unsafe partial class LibSodium
{
    static LibSodium() => Invariant.Check(Initialize() >= 0); // 1 when someone else did it first

    [LibraryImport("libsodium", EntryPoint = "sodium_init")]
    private static partial int Initialize();

    /// <summary>Memory between guard pages, kept out of swap and core dumps; null when there is none.</summary>
    [LibraryImport("libsodium", EntryPoint = "sodium_malloc")]
    public static partial void* AllocateSecret(nuint size);

    /// <summary>Zeroes and frees memory of <see cref="AllocateSecret"/>.</summary>
    [LibraryImport("libsodium", EntryPoint = "sodium_free")]
    public static partial void FreeSecret(void* memory);

    /// <summary>Fills memory from the system's random number generator.</summary>
    [LibraryImport("libsodium", EntryPoint = "randombytes_buf")]
    public static partial void FillRandom(void* memory, nuint size);

    /// <summary>The 32-byte public and the 64-byte secret key of a 32-byte seed.</summary>
    [LibraryImport("libsodium", EntryPoint = "crypto_sign_seed_keypair")]
    public static partial int KeysFromSeed(byte* publicKey, byte* secretKey, byte* seed);

    /// <summary>RFC 8032 Ed25519; <paramref name="signatureLength"/> may be null.</summary>
    [LibraryImport("libsodium", EntryPoint = "crypto_sign_detached")]
    public static partial int Sign(byte* signature, ulong* signatureLength, byte* message, ulong messageLength, byte* secretKey);

    /// <summary>0 when the signature is accepted.</summary>
    [LibraryImport("libsodium", EntryPoint = "crypto_sign_verify_detached")]
    public static partial int Verify(byte* signature, byte* message, ulong messageLength, byte* publicKey);

    /// <summary>Hexadecimal digits in constant time; 0 when the whole text was digits and filled the output.</summary>
    [LibraryImport("libsodium", EntryPoint = "sodium_hex2bin")]
    public static partial int FromHex(byte* output, nuint outputSize, byte* text, nuint textLength, byte* ignored, nuint* written, byte** end);

    /// <summary>Hexadecimal digits in constant time, followed by a zero byte.</summary>
    [LibraryImport("libsodium", EntryPoint = "sodium_bin2hex")]
    public static partial byte* ToHex(byte* text, nuint textSize, byte* input, nuint inputLength);
}
