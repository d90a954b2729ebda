// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// Ed25519 verification by one acceptance rule, that of libsodium's <c>crypto_sign_verify_detached</c>: S and the key canonical, neither
/// R nor the key of small order, and the encoding of S·B − h·A equal to R, without a cofactor. Every signature is judged by itself, so no
/// two replicas can differ.
/// </summary>
/// <remarks>Thread: any. Alloc: none. Blocks: no.</remarks>
public static unsafe class Ed25519
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeySize = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureSize = 64;

    /// <summary>Is this a signature of the message under the key? False for a key or a signature of another length.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeySize || signature.Length != SignatureSize) return false;
        fixed (byte* keyBytes = publicKey)
        fixed (byte* messageBytes = message)
        fixed (byte* signatureBytes = signature)
            return LibSodium.Verify(signatureBytes, messageBytes, (ulong)message.Length, keyBytes) == 0;
    }

    /// <summary>Which code checks many signatures: <c>native</c> (AVX-512 IFMA) or <c>libsodium</c>. Both accept the same.</summary>
    public static string Backend => NativeEd25519.IsAvailable ? "native" : "libsodium";

    /// <summary>One line for the log at start: the backend and why it is that one.</summary>
    /// <exception cref="InvalidOperationException"><c>FASTLEDGER_NATIVE=require</c>, and the native library cannot be used.</exception>
    public static string DescribeBackend() => DescribeBackend(NativeEd25519.IsRequired, NativeEd25519.IsAvailable, NativeEd25519.Reason);

    internal static string DescribeBackend(bool isRequired, bool isAvailable, string reason)
    {
        if (isRequired && !isAvailable) throw new InvalidOperationException($"FASTLEDGER_NATIVE=require, but {reason}");
        return $"Ed25519 verification by {(isAvailable ? "native" : "libsodium")}: {reason}";
    }

    /// <summary>
    /// Checks many signatures, each by itself. The native backend takes eight at a time and needs less time for eight than libsodium for
    /// two, so callers pass what they have at the moment and need not wait for more.
    /// </summary>
    /// <param name="messages">What to check.</param>
    /// <param name="valid">As many; receives the answers.</param>
    /// <returns>How many are valid.</returns>
    public static int VerifyBatch(ReadOnlySpan<SignedMessage> messages, Span<bool> valid)
    {
        Invariant.Check(valid.Length == messages.Length);
        if (messages.Length > 1 && NativeEd25519.IsAvailable)
        {
            fixed (SignedMessage* items = messages)
            fixed (bool* answers = valid)
                return (int)NativeEd25519.Verify(items, (nuint)messages.Length, (byte*)answers);
        }

        return VerifyWithLibSodium(messages, valid);
    }

    /// <summary>The portable backend and the oracle of the other.</summary>
    internal static int VerifyWithLibSodium(ReadOnlySpan<SignedMessage> messages, Span<bool> valid)
    {
        int count = 0;
        for (int i = 0; i < messages.Length; i++)
        {
            ref readonly SignedMessage item = ref messages[i];
            valid[i] = LibSodium.Verify(item.Signature, item.Message, item.MessageLength, item.PublicKey) == 0;
            count += valid[i] ? 1 : 0;
        }

        return count;
    }
}
