// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using CsCheck;

namespace FastLedger.Primitives.Tests;

public sealed class ByteRingTests
{
    [Fact]
    public void Entries_come_out_in_the_order_of_their_claims_whatever_their_sizes() =>
        Gen.Int[0, 900].Array[1, 400].Sample(sizes =>
        {
            using var ring = new ByteRing(4096);
            var queued = new Queue<int>();
            foreach (int size in sizes)
            {
                ByteRing.Entry entry;
                while (!ring.TryClaim(size, out entry)) TakeOldest(ring, queued);
                entry.Payload.Fill((byte)size);
                ByteRing.Publish(entry);
                queued.Enqueue(size);
            }

            while (queued.Count > 0) TakeOldest(ring, queued);
            Assert.True(ring.IsEmpty);
        });

    [Fact]
    public void An_entry_is_not_seen_before_it_is_published_and_an_abandoned_one_is_passed_over()
    {
        using var ring = new ByteRing(4096);
        Assert.True(ring.TryClaim(8, out ByteRing.Entry first));
        Assert.True(ring.TryClaim(8, out ByteRing.Entry second));
        second.Payload.Fill(2);
        ByteRing.Publish(second);
        ulong position = ring.Position;
        Assert.False(ring.TryRead(ref position, out _));
        Assert.False(ring.HasPublished);
        ByteRing.Abandon(first);
        Assert.True(ring.HasPublished);
        Assert.True(ring.TryRead(ref position, out ByteRing.Entry seen));
        Assert.Equal(2, seen.Payload[0]);
        ring.Release(position);
        Assert.True(ring.IsEmpty);
        Assert.False(ring.HasPublished);
    }

    [Fact]
    public void A_full_ring_says_so_and_takes_more_after_a_release()
    {
        using var ring = new ByteRing(4096);
        int claims = 0;
        while (ring.TryClaim(500, out ByteRing.Entry entry))
        {
            ByteRing.Publish(entry);
            claims++;
        }

        Assert.Equal(7, claims);
        ulong position = ring.Position;
        Assert.True(ring.TryRead(ref position, out _));
        ring.Release(position);
        Assert.True(ring.TryClaim(500, out _));
    }

    [Fact]
    public void A_ring_that_is_emptied_again_and_again_uses_only_its_beginning()
    {
        const int payload = 3_000;
        using var ring = new ByteRing(1 << 20);
        Assert.True(ring.TryClaim(payload, out ByteRing.Entry entry));
        nuint first = Address(entry), last = first;
        for (int i = 0; i < 2_000; i++)
        {
            ByteRing.Publish(entry);
            ulong position = ring.Position;
            Assert.True(ring.TryRead(ref position, out _));
            ring.Release(position);
            Assert.True(ring.TryClaim(payload, out entry));
            last = nuint.Max(last, Address(entry));
        }

        Assert.InRange((int)(last - first), ByteRing.WarmBytes - (2 * payload), ByteRing.WarmBytes);
    }

    [Fact]
    public void What_is_not_given_back_is_not_written_over_when_the_ring_could_begin_again()
    {
        using var ring = new ByteRing(1 << 18);
        var queued = new Queue<int>();
        for (int i = 0; i < 4_000; i++)
        {
            int size = 900 + (i % 97);
            Assert.True(ring.TryClaim(size, out ByteRing.Entry entry)); // one is always left, so the ring goes round
            entry.Payload.Fill((byte)size);
            ByteRing.Publish(entry);
            queued.Enqueue(size);
            if (queued.Count > 1 + (i % 3)) TakeOldest(ring, queued);
        }
    }

    [Fact]
    public void Cursors_that_stayed_behind_go_on_where_an_empty_ring_began_again()
    {
        using var ring = new ByteRing(1 << 18);
        ulong ahead = 0, behind = 0;
        for (int i = 0; i < 500; i++)
        {
            Assert.True(ring.TryClaim(1_000, out ByteRing.Entry entry));
            MemoryMarshal.Write(entry.Payload, i);
            ByteRing.Publish(entry);
            Assert.True(ring.TryRead(ref ahead, out ByteRing.Entry seen));
            Assert.Equal(i, MemoryMarshal.Read<int>(seen.Payload));
            if (i % 7 == 0)
            {
                Assert.True(ring.TryRead(ref behind, out seen)); // what others gave back is passed over
                Assert.Equal(i, MemoryMarshal.Read<int>(seen.Payload));
            }

            ring.Release(ahead);
            Assert.True(ring.IsEmpty);
            Assert.Equal(0, ring.UsedBytes);
            Assert.False(ring.TryRead(ref ahead, out _));
            ring.Release(behind); // long given back: nothing happens
            Assert.Equal(ahead, ring.Position);
        }
    }

    [Fact]
    public void A_ring_that_began_again_holds_as_much_as_a_new_one()
    {
        using var ring = new ByteRing(1 << 18);
        var queued = new Queue<int>();
        for (int round = 0; round < 3; round++)
        {
            int claims = 0;
            for (int size = 961; ring.TryClaim(size, out ByteRing.Entry entry); size = 961 + (claims % 60))
            {
                entry.Payload.Fill((byte)size);
                ByteRing.Publish(entry);
                queued.Enqueue(size);
                claims++;
            }

            Assert.Equal((1 << 18) / (64 + 1_024), claims); // a header each, padded
            while (queued.Count > 0) TakeOldest(ring, queued);
        }
    }

    [Theory]
    [InlineData(1 << 14, 16)]
    [InlineData(1 << 17, 2_000)] // begins again when the consumer is quicker
    public void Many_producers_lose_and_double_nothing(int bytes, int size)
    {
        using var ring = new ByteRing(bytes);
        const int producers = 3, each = 20_000;
        var threads = new List<Thread>();
        for (int p = 0; p < producers; p++)
        {
            int producer = p;
            var thread = new Thread(() =>
            {
                for (int i = 0; i < each; i++)
                {
                    ByteRing.Entry entry;
                    while (!ring.TryClaim(size + (i % 100), out entry)) Thread.Yield();
                    MemoryMarshal.Write(entry.Payload, producer);
                    MemoryMarshal.Write(entry.Payload[4..], i);
                    ByteRing.Publish(entry);
                }
            });
            threads.Add(thread);
            thread.Start();
        }

        var seen = new int[producers];
        for (int total = 0; total < producers * each;)
        {
            ulong position = ring.Position;
            if (!ring.TryRead(ref position, out ByteRing.Entry entry))
            {
                Thread.Yield();
                continue;
            }

            int producer = MemoryMarshal.Read<int>(entry.Payload);
            Assert.Equal(seen[producer]++, MemoryMarshal.Read<int>(entry.Payload[4..]));
            ring.Release(position);
            total++;
        }

        threads.ForEach(t => t.Join());
        Assert.All(seen, count => Assert.Equal(each, count));
    }

    private static unsafe nuint Address(ByteRing.Entry entry) => (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(entry.Payload));

    private static void TakeOldest(ByteRing ring, Queue<int> queued)
    {
        ulong position = ring.Position;
        Assert.True(ring.TryRead(ref position, out ByteRing.Entry oldest));
        int size = queued.Dequeue();
        Assert.Equal(size, oldest.Payload.Length);
        Assert.True(oldest.Payload.IndexOfAnyExcept((byte)size) < 0);
        ring.Release(position);
    }
}
