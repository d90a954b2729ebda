// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
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
        ByteRing.Abandon(first);
        Assert.True(ring.TryRead(ref position, out ByteRing.Entry seen));
        Assert.Equal(2, seen.Payload[0]);
        ring.Release(position);
        Assert.True(ring.IsEmpty);
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
    public void Many_producers_lose_and_double_nothing()
    {
        using var ring = new ByteRing(1 << 14);
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
                    while (!ring.TryClaim(16 + (i % 100), out entry)) Thread.Yield();
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
