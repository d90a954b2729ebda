// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Load.Cryptography;

/// <summary>Ed25519 verification on one core: messages of 128 bytes, each signed by its own key, nothing cached between them.</summary>
/// <param name="Ed25519VerifyPerS">Per second, by <see cref="Ed25519.VerifyBatch"/>, 256 at a time; median of the rounds.</param>
/// <param name="LibSodiumVerifyPerS">Per second, by libsodium one at a time, in the same rounds.</param>
/// <param name="Backend">What the batches went to: native or libsodium.</param>
public sealed record SignatureMeasurement(
    [property: JsonPropertyName("ed25519_verify_per_s")] double Ed25519VerifyPerS,
    [property: JsonPropertyName("libsodium_verify_per_s")] double LibSodiumVerifyPerS,
    [property: JsonPropertyName("backend")] string Backend)
{
    private const int Count = 256;
    private const int MessageSize = 128;
    private const int Stride = 32 + 64 + MessageSize;
    private const int Rounds = 21;

    /// <summary>Measures; takes about 1 s.</summary>
    public static unsafe SignatureMeasurement Run()
    {
        byte* memory = (byte*)NativeMemory.Alloc(Count * Stride);
        Random.Shared.NextBytes(new Span<byte>(memory, Count * Stride));
        SignedMessage[] items = new SignedMessage[Count];
        bool[] valid = new bool[Count];
        for (int i = 0; i < Count; i++)
        {
            byte* slot = memory + (i * Stride);
            using SigningKey key = SigningKey.Generate();
            key.PublicKey.Bytes.CopyTo(new Span<byte>(slot, 32));
            key.Sign(new ReadOnlySpan<byte>(slot + 96, MessageSize), new Span<byte>(slot + 32, 64));
            items[i] = new SignedMessage(slot, slot + 96, MessageSize, slot + 32);
        }

        double[] batched = new double[Rounds], single = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            Invariant.Check(Ed25519.VerifyBatch(items, valid) == Count);
            batched[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            foreach (SignedMessage item in items)
            {
                Invariant.Check(Ed25519.Verify(
                    new ReadOnlySpan<byte>(item.PublicKey, 32), new ReadOnlySpan<byte>(item.Message, MessageSize), new ReadOnlySpan<byte>(item.Signature, 64)));
            }

            single[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        NativeMemory.Free(memory);
        Array.Sort(batched);
        Array.Sort(single);
        return new SignatureMeasurement(Count / batched[Rounds / 2], Count / single[Rounds / 2], Ed25519.Backend);
    }
}
