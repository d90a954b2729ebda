// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.InteropServices;

namespace FastLedger.Cryptography.Tests;

public unsafe class NativeEd25519Tests
{
    private const int Cases = 16_000;

    /// <summary>The kinds of <see cref="AdversarialSignatures"/> of which at least one must have been accepted: torsion that cancels, good.</summary>
    [Fact]
    public void Batches_accept_exactly_what_libsodium_accepts_on_adversarial_signatures()
    {
        const int width = 13; // not a multiple of the lanes
        AdversarialSignatures source = new(20260801);
        byte* memory = (byte*)NativeMemory.Alloc(width * 512);
        SignedMessage[] items = new SignedMessage[width];
        bool[] actual = new bool[width], expected = new bool[width];
        int[] accepted = new int[AdversarialSignatures.Kinds], rejected = new int[AdversarialSignatures.Kinds];
        for (int first = 0; first < Cases; first += width)
        {
            for (int i = 0; i < width; i++)
            {
                source.Make((first + i) % AdversarialSignatures.Kinds);
                byte* slot = memory + (i * 512);
                source.PublicKey.CopyTo(new Span<byte>(slot, 32));
                source.Signature.CopyTo(new Span<byte>(slot + 32, 64));
                source.Message.CopyTo(new Span<byte>(slot + 96, 200));
                items[i] = new SignedMessage(slot, slot + 96, (nuint)source.MessageLength, slot + 32);
            }

            int count = Ed25519.VerifyBatch(items, actual);
            Assert.Equal(Ed25519.VerifyWithLibSodium(items, expected), count);
            Assert.Equal(expected, actual);
            for (int i = 0; i < width; i++) (expected[i] ? accepted : rejected)[(first + i) % AdversarialSignatures.Kinds]++;
        }

        NativeMemory.Free(memory);
        Assert.True(accepted[0] > 0 && rejected[0] > 0, "torsion that cancels by chance");
        Assert.True(rejected[1] == 0 && accepted[1] > 0, "mixed order is accepted where the equation holds without the cofactor");
        Assert.True(rejected[15] == 0 && accepted[15] > 0, "good signatures are accepted");
        foreach (int kind in new[] { 4, 5, 7, 9, 10, 11, 12, 13, 14 }) Assert.Equal(0, accepted[kind]);
    }

    [Fact]
    public void An_operator_can_switch_the_native_library_off()
    {
        Assert.Equal(0, NativeEd25519.Load("off", out string reason));
        Assert.Equal("FASTLEDGER_NATIVE=off", reason);
    }

    [Fact]
    public void An_unknown_mode_is_named_and_means_off()
    {
        Assert.Equal(0, NativeEd25519.Load("fast", out string reason));
        Assert.Contains("fast", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_required_library_that_is_missing_stops_the_start()
    {
        Assert.Throws<InvalidOperationException>(() => Ed25519.DescribeBackend(isRequired: true, isAvailable: false, "it is not there"));
        Assert.Contains("it is not there", Ed25519.DescribeBackend(isRequired: false, isAvailable: false, "it is not there"), StringComparison.Ordinal);
        Assert.Contains(Ed25519.Backend, Ed25519.DescribeBackend(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_library_and_the_instructions_are_there_it_is_used()
    {
        bool isWanted = Environment.GetEnvironmentVariable("FASTLEDGER_NATIVE") is null or "" or "auto" or "require";
        bool isBuilt = File.Exists(Path.Combine(AppContext.BaseDirectory, "libfastledger.so"));
        bool hasInstructions = File.Exists("/proc/cpuinfo") && File.ReadAllText("/proc/cpuinfo").Contains("avx512ifma", StringComparison.Ordinal);
        Assert.Equal(isWanted && isBuilt && hasInstructions, NativeEd25519.IsAvailable);
    }
}
