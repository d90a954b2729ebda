// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Runtime.InteropServices;
using CsCheck;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Tests;

public sealed class BatchVerifierTests : IDisposable
{
    private readonly SigningKey _key = Bytes.Key();

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1000)]
    [InlineData(ProtocolLimits.MaxBatchCommands)]
    public void The_digest_is_the_hash_of_the_signed_head_and_of_each_commands_hash(int count)
    {
        byte[] body = Bytes.Batch(_key, 1, count, 5, 1)[32..];
        Hash256[] hashes = new Hash256[count];
        Assert.Equal(ResultCode.Ok, BatchVerifier.Verify(body, Bytes.ChainId, _key.PublicKey, hashes, out Hash256 digest));
        for (int i = 0; i < count; i++) Assert.Equal(Blake3.Hash(body.AsSpan(96 + 128 * i, 128)), hashes[i]);
        Assert.Equal(Blake3.Hash([.. body[64..96], .. MemoryMarshal.AsBytes(hashes.AsSpan())]), digest);
    }

    [Fact]
    public void Any_flipped_bit_is_found()
    {
        byte[] original = Bytes.Batch(_key, 1, 5, 5, 1)[32..];
        Gen.Int[0, original.Length * 8 - 1].Sample(bit =>
        {
            byte[] body = [.. original];
            body[bit / 8] ^= (byte)(1 << (bit % 8));
            return BatchVerifier.Verify(body, Bytes.ChainId, _key.PublicKey, new Hash256[5], out _) != ResultCode.Ok; // samples run side by side
        }, iter: 2000);
    }

    [Fact]
    public void Another_chain_or_another_key_does_not_verify()
    {
        byte[] body = Bytes.Batch(_key, 1, 2, 5, 1)[32..];
        using SigningKey other = Bytes.Key(1);
        Assert.Equal(ResultCode.BadSignature, BatchVerifier.Verify(body, Bytes.Challenge, _key.PublicKey, new Hash256[2], out _));
        Assert.Equal(ResultCode.BadSignature, BatchVerifier.Verify(body, Bytes.ChainId, other.PublicKey, new Hash256[2], out _));
    }

    [Fact]
    public void Numbers_must_increase_from_the_heads_first_to_its_last()
    {
        Check([5, 6, 9], 5, 9, ResultCode.Ok);
        Check([5, 5, 9], 5, 9, ResultCode.NumberNotIncreasing);
        Check([5, 9, 8], 5, 8, ResultCode.NumberNotIncreasing);
        Check([5, 6, 9], 4, 9, ResultCode.NumberNotIncreasing);
        Check([5, 6, 9], 5, 10, ResultCode.NumberNotIncreasing);
        Check([0, 1, 2], 0, 2, ResultCode.NumberNotIncreasing);

        void Check(ulong[] numbers, ulong first, ulong last, ResultCode expected)
        {
            byte[] body = Bytes.Batch(_key, 1, numbers.Length, 1, 1)[32..];
            ref CommandBatchHead head = ref MemoryMarshal.AsRef<CommandBatchHead>(body.AsSpan());
            (head.FirstNumber, head.LastNumber) = (first, last);
            Span<Command> commands = MemoryMarshal.Cast<byte, Command>(body.AsSpan(96));
            for (int i = 0; i < numbers.Length; i++) commands[i].Number = numbers[i];
            BatchVerifier.Sign(body, Bytes.ChainId, _key, new Hash256[numbers.Length]);
            Assert.Equal(expected, BatchVerifier.Verify(body, Bytes.ChainId, _key.PublicKey, new Hash256[numbers.Length], out _));
            Assert.Equal(numbers, BatchVerifier.Commands(body).ToArray().Select(c => c.Number));
        }
    }
}
