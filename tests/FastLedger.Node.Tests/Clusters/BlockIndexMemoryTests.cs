// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using FastLedger.Consensus.Messages;
using FastLedger.Node.Cluster;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>What a replica remembers of blocks and batches takes its memory at once, and no more as it fills.</summary>
[Collection(nameof(MeasuresMemory))]
public sealed class BlockIndexMemoryTests
{
    private const int Authors = 8;

    [Fact]
    public void An_index_that_fills_takes_no_more_memory_than_one_with_a_batch_of_each_author()
    {
        var index = new BlockIndex();
        Add(index, from: 1, to: 1);
        long before = ResidentBytes();
        Add(index, from: 2, to: BlockIndex.Length);
        long grown = ResidentBytes() - before;

        // 40 MiB are filled; what else moves in this process is small beside them.
        Assert.True(grown < 10 << 20, $"{grown} bytes");
        Assert.True(index.TryFind(Reference(Authors - 1, 1), out JournalLocation oldest));
        Assert.Equal(1UL, oldest.Index);
    }

    private static void Add(BlockIndex index, int from, int to)
    {
        for (int number = from; number <= to; number++)
            for (int author = 0; author < Authors; author++) index.Add(Reference(author, (ulong)number), new JournalLocation((ulong)number, 0, number));
    }

    private static BatchReference Reference(int author, ulong number) => new((ushort)author, number, default, 1, 1);

    private static long ResidentBytes()
    {
        using Process self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
