// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage.Tests;

public class JournalAllocationTests
{
    [Fact]
    public void Appending_committing_and_waiting_allocate_nothing()
    {
        using TemporaryDirectory directory = new();
        using Journal journal = Journal.Open(new JournalOptions
        {
            Directory = directory.Path,
            SegmentBytes = 64 << 20,
            RingBytes = 1 << 20,
            Durability = Durability.Write,
        });
        JournalWriter writer = journal.Writer;
        byte[] batch = new byte[4096];
        byte[] block = new byte[256];
        Hash256 digest = new(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32 });
        Turn(200);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Turn(5000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(10_400UL, writer.DurableIndex);

        void Turn(int count)
        {
            for (int i = 0; i < count; i++)
            {
                writer.Append(JournalEntryKind.Batch, 1, 1, in digest, block, batch);
                ulong index = writer.Append(JournalEntryKind.Block, 1, 1, default, block);
                writer.Wake();
                writer.WaitForWork(TimeSpan.FromSeconds(1));
                writer.CommitGroup();
                writer.WaitForDurable(index, TimeSpan.FromSeconds(1));
                writer.WaitForWork(TimeSpan.Zero);
            }
        }
    }
}
