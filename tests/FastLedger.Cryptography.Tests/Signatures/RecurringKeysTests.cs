// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Cryptography.Tests;

public class RecurringKeysTests
{
    private const int UsesToPrepare = 16;

    /// <summary>Two places only, so keys are prepared, pushed out, and judged before, at and after their preparation.</summary>
    [Fact]
    public void Prepared_keys_accept_exactly_what_libsodium_accepts_on_adversarial_signatures()
    {
        AdversarialSignatures source = new(20261123);
        RecurringKeys keys = new(2);
        int accepted = 0, rejected = 0;
        for (int i = 0; i < 1600; i++)
        {
            source.Make(i % AdversarialSignatures.Kinds);
            Hash256 key = new(source.PublicKey);
            ReadOnlySpan<byte> message = source.Message.AsSpan(0, source.MessageLength);
            bool expected = Ed25519.Verify(source.PublicKey, message, source.Signature);
            int uses = i % 4 == 0 ? 1 : UsesToPrepare + 3;
            for (int use = 0; use < uses; use++) Assert.Equal(expected, keys.Verify(key, message, source.Signature));
            if (expected) accepted++;
            else rejected++;
        }

        Assert.True(accepted > 200 && rejected > 600, $"{accepted} accepted, {rejected} rejected");
    }

    [Fact]
    public void A_key_that_comes_again_is_prepared_and_judges_every_changed_bit_the_same()
    {
        using SigningKey signer = SigningKey.Generate();
        RecurringKeys keys = new(2);
        byte[] message = new byte[90], signature = new byte[64];
        Hash256 key = signer.PublicKey;
        for (int i = 0; i < UsesToPrepare + 1; i++)
        {
            message[0] = (byte)i;
            signer.Sign(message, signature);
            Assert.True(keys.Verify(key, message, signature));
        }

        Assert.Equal(Ed25519.Backend == "native" ? 1 : 0, keys.PreparedCount);
        for (int bit = 0; bit < 8 * (message.Length + signature.Length); bit++)
        {
            byte[] changed = bit < 8 * message.Length ? message : signature;
            int at = bit % (8 * message.Length);
            changed[at / 8] ^= (byte)(1 << (at % 8));
            Assert.False(keys.Verify(key, message, signature));
            changed[at / 8] ^= (byte)(1 << (at % 8));
        }

        Assert.True(keys.Verify(key, message, signature));
        Assert.False(keys.Verify(key, message, signature.AsSpan(0, 63)));
    }

    [Fact]
    public void A_place_goes_to_the_key_that_is_seen_more_often()
    {
        RecurringKeys keys = new(2);
        byte[] message = new byte[10], signature = new byte[64];
        for (int round = 0; round < 5; round++)
        {
            using SigningKey signer = SigningKey.Generate();
            signer.Sign(message, signature);
            Hash256 key = signer.PublicKey;
            for (int i = 0; i < 3 * UsesToPrepare; i++) Assert.True(keys.Verify(key, message, signature));
            Assert.InRange(keys.PreparedCount, Ed25519.Backend == "native" ? 1 : 0, 2);
        }
    }

    /// <summary>Few and many at a time, known and unknown keys, good and bad signatures.</summary>
    [Fact]
    public unsafe void Batches_are_judged_signature_by_signature()
    {
        const int width = 11, slot = 512;
        AdversarialSignatures source = new(7);
        using SigningKey frequent = SigningKey.Generate();
        RecurringKeys keys = new(4);
        byte[] memory = GC.AllocateArray<byte>(width * slot, pinned: true);
        fixed (byte* bytes = memory)
        {
            var items = new SignedMessage[width];
            bool[] expected = new bool[width], actual = new bool[width];
            for (int round = 0; round < 300; round++)
            {
                int count = 1 + (round % width);
                for (int i = 0; i < count; i++)
                {
                    Span<byte> place = memory.AsSpan(i * slot, slot);
                    source.Make((round + i) % AdversarialSignatures.Kinds);
                    source.Message.CopyTo(place[96..]);
                    if (round % 3 != 0)
                    {
                        Hash256 key = frequent.PublicKey;
                        key.Bytes.CopyTo(place);
                        frequent.Sign(place.Slice(96, source.MessageLength), place.Slice(32, 64));
                        place[32 + (i * 5)] ^= (byte)((round + i) % 4 == 0 ? 1 : 0);
                    }
                    else
                    {
                        source.PublicKey.CopyTo(place);
                        source.Signature.CopyTo(place[32..]);
                    }

                    byte* at = bytes + (i * slot);
                    items[i] = new SignedMessage(at, at + 96, (nuint)source.MessageLength, at + 32);
                }

                int good = Ed25519.VerifyWithLibSodium(items.AsSpan(0, count), expected.AsSpan(0, count));
                Assert.Equal(good, keys.VerifyBatch(items.AsSpan(0, count), actual.AsSpan(0, count)));
                Assert.Equal(expected[..count], actual[..count]);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_537)]
    public void A_capacity_out_of_range_is_refused(int capacity) => Assert.Throws<ArgumentOutOfRangeException>(() => new RecurringKeys(capacity));
}
