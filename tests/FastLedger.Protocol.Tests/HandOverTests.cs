// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Certificates;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Tests;

/// <summary>Hand-overs from epoch to epoch: sound chains lead on, and no byte of them can be another.</summary>
public sealed class HandOverTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly Hash256 Chain = Blake3.Hash([1, 2, 3]);

    [Fact]
    public void A_chain_leads_from_the_genesis_to_the_last_set()
    {
        int[][] sets = [[0, 1, 2, 3], [0, 1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 13, 4]];
        ReadOnlySpan<byte> chain = HandOver.WriteChain(Link(sets));
        Assert.True(HandOver.TryFollow(ref chain, Keys(1, sets[0]), out ValidatorKeys? last));
        Assert.True(chain.IsEmpty);
        Assert.Equal(4UL, last!.Epoch);
        Assert.Equal(sets[3].Select(Public), last.Keys);
        Assert.Equal(sets[3].Select(n => n % 10), last.Nodes);

        // Who knows a later set already passes over what is before it.
        chain = HandOver.WriteChain(Link(sets));
        Assert.True(HandOver.TryFollow(ref chain, Keys(3, sets[2]), out last));
        Assert.Equal(4UL, last!.Epoch);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_mutated_byte_and_every_other_length_is_refused(int handOvers)
    {
        int[][] sets = [.. new int[][] { [0, 1, 2, 3], [0, 1, 2, 3, 4], [5, 1, 2, 3, 4] }[..(handOvers + 1)]];
        byte[] chain = HandOver.WriteChain(Link(sets));
        ValidatorKeys genesis = Keys(1, sets[0]);
        Assert.True(Leads(chain, genesis, (ulong)handOvers + 1));
        for (int i = 0; i < chain.Length; i++)
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] mutated = [.. chain];
                mutated[i] ^= (byte)(1 << bit);
                Assert.False(Leads(mutated, genesis, (ulong)handOvers + 1), $"byte {i}, bit {bit}");
            }

        for (int length = 0; length < chain.Length; length++) Assert.False(Leads(chain[..length], genesis, (ulong)handOvers + 1));
        Assert.False(Leads([.. chain, 0], genesis, (ulong)handOvers + 1));
    }

    [Fact]
    public void Nobody_but_a_quorum_of_the_epoch_hands_over()
    {
        int[] old = [0, 1, 2, 3], next = [4, 5, 6, 7];
        ValidatorKeys genesis = Keys(1, old);
        Assert.True(HandOver.TryFollow(Make(1, old, next), genesis, out _));
        Assert.False(HandOver.TryFollow(Make(1, old, next, signers: [0, 1]), genesis, out _)); // too few
        Assert.False(HandOver.TryFollow(Make(1, next, next), genesis, out _)); // others' keys
        Assert.False(HandOver.TryFollow(Make(2, old, next), genesis, out _)); // another epoch
        Assert.False(HandOver.TryFollow(Make(1, old, next, digest: default(Hash256)), genesis, out _)); // a block that ends no epoch
        Assert.False(HandOver.TryFollow(Make(1, old, next, digest: Blake3.Hash(Set(old))), genesis, out _)); // another set
        Assert.False(HandOver.TryFollow(Make(1, old, next), new ValidatorKeys(Blake3.Hash([9]), [.. old.Select(Public)]), out _)); // another ledger
        Assert.False(HandOver.TryFollow(Make(1, old, [4, 5, 5]), genesis, out _)); // a validator twice, although signed
        Assert.False(HandOver.TryFollow(Make(1, old, []), genesis, out _));
    }

    [Fact]
    public void Hand_overs_in_another_order_or_with_a_gap_are_refused()
    {
        int[][] sets = [[0, 1, 2, 3], [0, 1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3]];
        byte[][] links = Link(sets);
        ValidatorKeys genesis = Keys(1, sets[0]);
        foreach (byte[][] wrong in new byte[][][] { [links[1], links[0]], [links[0], links[2]], [links[1]], [links[0], links[0]], [links[0], links[1], links[1]] })
            Assert.False(Leads(HandOver.WriteChain(wrong), genesis, (ulong)wrong.Length + 1));
    }

    [Fact]
    public void Any_bytes_are_answered()
    {
        const int seed = 184;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int[][] sets = [[0, 1, 2, 3], [0, 1, 2, 3, 4]];
        byte[] sound = HandOver.WriteChain(Link(sets));
        ValidatorKeys genesis = Keys(1, sets[0]);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = random.Next(3) == 0 ? new byte[random.Next(600)] : [.. sound];
            if (bytes.Length != sound.Length) random.NextBytes(bytes);
            for (int changes = random.Next(1, 5); bytes.Length > 0 && changes > 0; changes--)
            {
                int at = random.Next(bytes.Length);
                if (random.Next(2) == 0) bytes[at] = (byte)random.Next(256);
                else if (at + 4 <= bytes.Length) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)random.NextInt64(uint.MaxValue));
            }

            if (bytes.AsSpan().SequenceEqual(sound)) continue;
            if (!Leads(bytes, genesis, 2)) refused++;
            _ = HandOver.EpochOf(bytes);
            _ = HandOver.TrySplit(bytes, out _, out _);
            _ = HandOver.TryReadSet(bytes, out _, out _);
            ReadOnlySpan<byte> rest = bytes;
            _ = HandOver.TrySkip(ref rest);
            Assert.False(Leads(bytes, genesis, 2));
        }

        Assert.True(refused > 19_000);
    }

    private static bool Leads(byte[] bytes, ValidatorKeys genesis, ulong epoch)
    {
        ReadOnlySpan<byte> rest = bytes;
        return HandOver.TryFollow(ref rest, genesis, out ValidatorKeys? last) && rest.IsEmpty && last!.Epoch == epoch;
    }

    private static byte[][] Link(int[][] sets) => [.. Enumerable.Range(0, sets.Length - 1).Select(i => Make((ulong)i + 1, sets[i], sets[i + 1]))];

    private static ValidatorKeys Keys(ulong epoch, int[] set) => new(Chain, [.. set.Select(Public)], epoch);

    private static SigningKey Secret(int validator) => SigningKey.FromSeed(Enumerable.Repeat((byte)(validator + 1), SigningKey.SeedSize).ToArray());

    private static Hash256 Public(int validator)
    {
        using SigningKey key = Secret(validator);
        return key.PublicKey;
    }

    /// <summary>Validator v runs on node v mod 10 with key v.</summary>
    private static byte[] Set(int[] validators)
    {
        List<byte> set = [(byte)validators.Length, 0];
        foreach (int validator in validators)
        {
            set.Add((byte)(validator % 10));
            set.AddRange(Public(validator).Bytes);
        }

        return [.. set];
    }

    private static byte[] Make(ulong epoch, int[] from, int[] to, int[]? signers = null, Hash256? digest = null)
    {
        byte[] set = Set(to);
        signers ??= [.. Enumerable.Range(0, from.Length - ((from.Length - 1) / 3))];
        var head = new StateCertificateHead
        {
            Epoch = epoch,
            Height = 10 * epoch,
            BlockId = Blake3.Hash([(byte)epoch]),
            StateRoot = Blake3.Hash([(byte)epoch, 1]),
            ReceiptsRoot = Blake3.Hash([(byte)epoch, 2]),
            NextSetDigest = digest ?? Blake3.Hash(set),
        };
        foreach (int signer in signers) head.Signers |= UInt128.One << signer;
        byte[] message = new byte[SignedMessages.StateBytes];
        SignedMessages.State(message, Chain, head);
        int headBytes = Unsafe.SizeOf<StateCertificateHead>();
        byte[] certificate = new byte[headBytes + GroupHead.Size + (64 * signers.Length)];
        MemoryMarshal.Write(certificate, head);
        MemoryMarshal.Write(certificate.AsSpan(headBytes), new GroupHead { BlockLength = 64, NumInGroup = (ushort)signers.Length });
        for (int i = 0; i < signers.Length; i++)
        {
            using SigningKey key = Secret(from[signers[i]]);
            key.Sign(message, certificate.AsSpan(headBytes + GroupHead.Size + (64 * i), 64));
        }

        return HandOver.Write(certificate, set);
    }
}
