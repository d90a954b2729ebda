// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Protocol.Tests;

/// <summary>State and event proofs: sound ones are accepted, and no byte of them can be another.</summary>
public sealed unsafe class ProofTests
{
    private const uint Table = 46;

    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    [InlineData(64u)]
    [InlineData(1000u)]
    public void A_record_is_proved_and_each_mutated_byte_is_refused(uint count)
    {
        (byte[] proof, Hash256 root, byte[] record) = Prove(count, count - 1);
        Assert.True(StateProof.Verify(proof, root, out uint table, out ulong number, out ReadOnlySpan<byte> found));
        Assert.Equal((Table, (ulong)count - 1), (table, number));
        Assert.Equal(record, found.ToArray());
        for (int i = 0; i < proof.Length; i++)
            for (int bit = 0; bit < 8; bit += 3)
            {
                byte[] mutated = [.. proof];
                mutated[i] ^= (byte)(1 << bit);
                Assert.False(StateProof.Verify(mutated, root, out _, out _, out _), $"byte {i}");
            }

        for (int length = 0; length < proof.Length; length++) Assert.False(StateProof.Verify(proof.AsSpan(0, length), root, out _, out _, out _));
        Assert.False(StateProof.Verify([.. proof, 0], root, out _, out _, out _));
        Assert.False(StateProof.Verify(proof, Blake3.Hash([1]), out _, out _, out _));
    }

    [Fact]
    public void The_proof_of_one_record_does_not_prove_another()
    {
        (byte[] first, Hash256 root, _) = Prove(100, 7);
        (byte[] second, _, _) = Prove(100, 8);
        byte[] mixed = [.. first];
        second.AsSpan(32, 256).CopyTo(mixed.AsSpan(32));
        Assert.False(StateProof.Verify(mixed, root, out _, out _, out _));
        BinaryPrimitives.WriteUInt64LittleEndian(mixed.AsSpan(16), 8);
        Assert.False(StateProof.Verify(mixed, root, out _, out _, out _));
    }

    [Fact]
    public void Garbage_is_refused()
    {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            if (i % 2 == 0) "FLSP\x01\0"u8.CopyTo(bytes.Length >= 6 ? bytes : new byte[6]);
            Assert.False(StateProof.Verify(bytes, Blake3.Hash([1]), out _, out _, out _));
            Assert.False(EventProof.Verify(bytes, Blake3.Hash([1]), 5, default, 0, out _, out _));
        }
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(7, 3, 0)]
    [InlineData(100, 100, 37)]
    [InlineData(1000, 0, 513)]
    [InlineData(1000, 700, 1000)]
    public void An_event_and_the_growth_of_the_log_are_proved_and_each_mutated_byte_is_refused(int events, int number, int oldEvents)
    {
        using var log = new LogTree(1024);
        LedgerEvent[] entries = [.. Enumerable.Range(1, events).Select(i => new LedgerEvent { Sequence = (ulong)i, Kind = LedgerEventKind.Revealed, Value = (ulong)i % 3 })];
        log.Append([.. entries.Select(e => Merkle.Leaf(MemoryMarshal.AsBytes([e])))]);
        Hash256[] inclusion = new Hash256[64], consistency = new Hash256[64];
        int i = number == 0 ? 0 : log.ProveInclusion((ulong)number - 1, log.Count, inclusion), c = log.ProveConsistency((ulong)oldEvents, log.Count, consistency);
        byte[] proof = new byte[EventProof.LengthOf(number != 0, i, c)];
        ReadOnlySpan<byte> content = number == 0 ? default : MemoryMarshal.AsBytes(entries.AsSpan(number - 1, 1));
        EventProof.Write(proof, (ulong)number, content, (ulong)oldEvents, log.Count, inclusion.AsSpan(0, i), consistency.AsSpan(0, c));
        Hash256 oldRoot = log.RootAt((ulong)oldEvents);
        Assert.True(EventProof.Verify(proof, log.Root, log.Count, oldRoot, (ulong)oldEvents, out ulong proved, out LedgerEvent entry));
        Assert.Equal(((ulong)number, number == 0 ? 0 : (ulong)number), (proved, entry.Sequence));
        for (int at = 0; at < proof.Length; at++)
        {
            byte[] mutated = [.. proof];
            mutated[at] ^= 0x10;
            Assert.False(EventProof.Verify(mutated, log.Root, log.Count, oldRoot, (ulong)oldEvents, out _, out _), $"byte {at}");
        }

        Assert.False(EventProof.Verify([.. proof, 0], log.Root, log.Count, oldRoot, (ulong)oldEvents, out _, out _));
        if (oldEvents > 0) Assert.False(EventProof.Verify(proof, log.Root, log.Count, Blake3.Hash([9]), (ulong)oldEvents, out _, out _));
    }

    private static (byte[] Proof, Hash256 Root, byte[] Record) Prove(uint count, uint number)
    {
        byte[] records = new byte[count * 256];
        new Random(5).NextBytes(records);
        records.AsSpan(0, 256).Clear();
        using var tree = new TableTree(256, 1024);
        fixed (byte* pointer = records) tree.Update(pointer, [.. Enumerable.Range(1, (int)count - 1).Select(i => (uint)i)], count);
        byte[] image = new byte[2 * StateProof.TableEntryBytes];
        Entry(image, 5, 128, 17, Blake3.Hash([3]));
        Entry(image.AsSpan(StateProof.TableEntryBytes), Table, 256, count, tree.Root);
        var path = new Hash256[tree.Depth];
        int length = tree.Prove(number, path);
        byte[] record = records.AsSpan((int)number * 256, 256).ToArray(), proof = new byte[StateProof.LengthOf(256, image.Length, length)];
        StateProof.Write(proof, Table, number, record, image, path.AsSpan(0, length));
        return (proof, Blake3.Hash(image), record);
    }

    private static void Entry(Span<byte> entry, uint table, uint size, ulong count, Hash256 root)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, table);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], size);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], count);
        root.Bytes.CopyTo(entry[16..]);
    }
}
