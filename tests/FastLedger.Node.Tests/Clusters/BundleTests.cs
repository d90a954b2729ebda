// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Cryptography;
using FastLedger.Node.Cluster;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Tests.Clusters;

public sealed class BundleTests
{
    private static readonly Hash256 Chain = Blake3.Hash("a ledger"u8);

    [Fact]
    public void A_bundle_of_clients_batches_and_registrations_is_taken()
    {
        using var ring = new BatchRing(1 << 16);
        byte[] message = Message();
        Assert.True(TryTake(ring, message, out StoredBatch batch));
        Assert.Equal((3, 7), (batch.Digests.Length, batch.Hashes.Length));
        Assert.True(message.AsSpan(StoredBatch.HeaderBytes).SequenceEqual(batch.Bundle));
        Assert.True(ring.TryFind(batch.Reference, out StoredBatch found) && found.IsSame(batch));
    }

    [Fact]
    public void Any_changed_bit_of_a_bundle_makes_it_refused()
    {
        using var ring = new BatchRing(1 << 16);
        byte[] message = Message();
        for (int at = StoredBatch.HeaderBytes; at < message.Length; at++)
        {
            byte[] changed = (byte[])message.Clone();
            changed[at] ^= (byte)(1 << (at % 8));
            Assert.False(TryTake(ring, changed, out _), $"byte {at}");
        }
    }

    [Fact]
    public void A_bad_signature_is_refused_even_when_the_digest_is_made_to_fit()
    {
        using var ring = new BatchRing(1 << 16);
        List<byte[]> batches = [Batch(1, 2), Batch(2, 3)];
        batches[1][Hash256.Size + 5] ^= 1;
        Assert.False(TryTake(ring, Message(batches), out _));
    }

    [Fact]
    public void The_replicas_own_batch_may_only_register_keys_that_signed_for_themselves()
    {
        using var ring = new BatchRing(1 << 16);
        byte[] registration = Registration(9);
        Assert.True(TryTake(ring, Message([registration]), out _));
        MemoryMarshal.Write(registration.AsSpan(Hash256.Size + ProtocolLimits.BatchCommandsOffset), (ushort)Opcode.CreateAsset);
        Assert.False(TryTake(ring, Message([registration]), out _));
        registration = Registration(9);
        registration[^1] ^= 1;
        registration[Hash256.Size + ProtocolLimits.BatchCommandsOffset + 70] ^= 1;
        Assert.False(TryTake(ring, Message([registration]), out _));
    }

    [Fact]
    public void A_ring_frees_batches_in_the_order_of_their_execution()
    {
        using var ring = new BatchRing(1 << 14);
        ulong[] executed = new ulong[4];
        for (ulong number = 1; number <= 200; number++)
        {
            Assert.True(TryTake(ring, Message([Batch(1, 4)], number), out StoredBatch batch));
            executed[1] = number - 1;
            ring.Release(executed);
            Assert.Equal(1, ring.Count);
            Assert.True(ring.TryFind(batch.Reference, out _));
        }
    }

    private static bool TryTake(BatchRing ring, ReadOnlySpan<byte> message, out StoredBatch batch)
    {
        batch = default;
        if (!BundleVerifier.TryRead(message, out BatchMessage header, out int batches)) return false;
        Assert.True(ring.TryClaim(batches, (int)header.Batch.CommandCount, 0, (int)header.Batch.SizeBytes, out ByteRing.Entry entry, out StoredBatch claimed));
        if (!new BundleVerifier(Chain).TryFill(message, header, claimed))
        {
            ByteRing.Abandon(entry);
            Assert.False(ring.TryTake(out _));
            Release(ring);
            return false;
        }

        ByteRing.Publish(entry);
        return ring.TryTake(out batch);
    }

    /// <summary>Abandoned room is passed over with the next batch; a ring without any batch gives it back when it is cleared.</summary>
    private static void Release(BatchRing ring)
    {
        if (ring.Count == 0) ring.Clear();
    }

    private static byte[] Message() => Message([Batch(1, 2), Batch(2, 4), Registration(3)]);

    private static byte[] Message(List<byte[]> batches, ulong number = 1)
    {
        var bundle = new List<byte>();
        var hasher = Blake3Hasher.Create();
        uint commands = 0;
        foreach (byte[] batch in batches)
        {
            int count = (batch.Length - Hash256.Size - ProtocolLimits.BatchCommandsOffset) / Command.Size;
            Hash256 digest = BatchVerifier.Hash(batch.AsSpan(Hash256.Size), new Hash256[count]);
            Bundle.Add(ref hasher, new Hash256(batch.AsSpan(0, Hash256.Size)), batch.AsSpan(Hash256.Size), digest);
            commands += (uint)count;
            bundle.AddRange(batch);
        }

        byte[] message = new byte[StoredBatch.HeaderBytes + bundle.Count];
        var writer = new FrameWriter(message);
        BatchMessage.Write(
            ref writer, MessageKind.BatchHeader, 1, new BatchReference(1, number, hasher.Finish(), (uint)bundle.Count, commands), 1, wantsAck: false, new byte[64]);
        bundle.CopyTo(message, StoredBatch.HeaderBytes);
        return message;
    }

    private static byte[] Batch(byte seed, int count)
    {
        using SigningKey key = TestReplica.Key(seed);
        byte[] entry = Entry(key.PublicKey, seed, count);
        for (int i = 0; i < count; i++) At<Command>(entry, i) = new Command { Opcode = Opcode.Noop, Number = (ulong)i + 1 };
        BatchVerifier.Sign(entry.AsSpan(Hash256.Size), Chain, key, new Hash256[count]);
        return entry;
    }

    private static byte[] Registration(byte seed)
    {
        using SigningKey key = TestReplica.Key(seed);
        byte[] entry = Entry(default, 0, 1);
        byte[] message = new byte[SignedMessages.RegisterBytes];
        SignedMessages.Register(message, Chain, key.PublicKey);
        var signature = default(Signature);
        key.Sign(message, signature.Bytes);
        At<RegisterSessionCommand>(entry, 0) = new RegisterSessionCommand
        {
            Opcode = Opcode.RegisterSession,
            Number = 1,
            Key = key.PublicKey,
            SignatureR = signature.R,
            SignatureS = signature.S,
        };
        return entry;
    }

    private static byte[] Entry(in Hash256 key, uint session, int count)
    {
        byte[] entry = new byte[Hash256.Size + ProtocolLimits.BatchCommandsOffset + (count * Command.Size)];
        key.Bytes.CopyTo(entry);
        Span<byte> body = entry.AsSpan(Hash256.Size);
        MemoryMarshal.Write(body, new CommandBatchHead { Session = session, Count = (ushort)count, ResultMode = ResultMode.All, FirstNumber = 1, LastNumber = (ulong)count });
        MemoryMarshal.Write(body[(ProtocolLimits.BatchCommandsOffset - GroupHead.Size)..], new GroupHead { BlockLength = Command.Size, NumInGroup = (ushort)count });
        return entry;
    }

    private static ref T At<T>(byte[] entry, int index) where T : unmanaged =>
        ref MemoryMarshal.Cast<byte, T>(entry.AsSpan(Hash256.Size + ProtocolLimits.BatchCommandsOffset))[index];
}
