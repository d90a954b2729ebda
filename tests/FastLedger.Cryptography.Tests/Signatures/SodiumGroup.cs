// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace FastLedger.Cryptography.Tests;

/// <summary>libsodium's group and scalar operations, with which the tests build signatures that no honest signer makes.</summary>
internal static unsafe partial class SodiumGroup
{
    [LibraryImport("libsodium", EntryPoint = "crypto_core_ed25519_add")]
    public static partial int Add(byte* sum, byte* p, byte* q);

    [LibraryImport("libsodium", EntryPoint = "crypto_scalarmult_ed25519_base_noclamp")]
    public static partial int MultiplyBase(byte* product, byte* scalar);

    [LibraryImport("libsodium", EntryPoint = "crypto_core_ed25519_scalar_mul")]
    public static partial void MultiplyScalars(byte* product, byte* a, byte* b);

    [LibraryImport("libsodium", EntryPoint = "crypto_core_ed25519_scalar_add")]
    public static partial void AddScalars(byte* sum, byte* a, byte* b);

    [LibraryImport("libsodium", EntryPoint = "crypto_core_ed25519_scalar_reduce")]
    public static partial void ReduceScalar(byte* reduced, byte* wide);

    [LibraryImport("libsodium", EntryPoint = "crypto_hash_sha512")]
    public static partial int Sha512(byte* digest, byte* input, ulong length);
}
