// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Cryptography;
using Xunit.Abstractions;

namespace FastLedger.Storage.Tests;

public sealed unsafe class PageDirectoryTests(ITestOutputHelper output)
{
    private const int Tables = 3, PagesPerTable = 1 << 24, HeadBytes = 16, EntryBytes = 16;
    private const string File = "/data/directory";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_directory_that_is_read_back_has_the_same_pages_at_the_same_places(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var model = new SortedDictionary<ulong, (long Address, ulong Tag)>();
        using var written = new PageDirectory(Tables, PagesPerTable);
        for (int round = 0; round < 20; round++)
        {
            // Runs of every length, some over what is there, some beside it, some far off and some at the very end.
            uint table = (uint)random.Next(Tables), first = (uint)(random.Next(3) == 0 ? random.Next(PagesPerTable - 200) : random.Next(400));
            if (random.Next(8) == 0) first = PagesPerTable - 100;
            for (uint page = first; page < first + (uint)random.Next(1, 100); page++)
            {
                var key = new PageKey(table, page);
                (long, ulong) entry = (random.NextInt64(1, long.MaxValue), (ulong)random.NextInt64());
                model[key.Packed] = entry;
                written.Set(key, entry.Item1, entry.Item2);
            }

            byte[] bytes = written.Encode().Span.ToArray();
            int runs = model.Keys.Count(page => !model.ContainsKey(page - 1));
            Assert.Equal((runs * HeadBytes) + (model.Count * EntryBytes), bytes.Length);
            using PageDirectory read = Read(bytes, PagesPerTable);
            Assert.Equal(model.Count, read.Count);
            foreach ((ulong packed, (long address, ulong tag)) in model)
            {
                PageDirectory.Entry* entry = read.Find(new PageKey((uint)(packed >> 32), (uint)packed));
                Assert.True(entry != null);
                Assert.Equal((address, tag), (entry->Address, entry->Tag));
            }
        }
    }

    [Fact]
    public void Pages_that_do_not_exist_take_no_room()
    {
        using var directory = new PageDirectory(Tables, PagesPerTable);
        Assert.True(directory.Encode().Span.IsEmpty);
        for (uint session = 0; session < 1000; session++) directory.Set(new PageKey(1, session << 13), 8, 1);
        Assert.Equal(1000 * (HeadBytes + EntryBytes), directory.Encode().Span.Length);
    }

    [Fact]
    public void Pages_beyond_the_options_are_refused()
    {
        using var directory = new PageDirectory(Tables, PagesPerTable);
        directory.Set(new PageKey(1, 99), 8, 1);
        byte[] bytes = directory.Encode().Span.ToArray();
        Read(bytes, 100).Dispose();
        Assert.Throws<ArgumentException>(() => Read(bytes, 99));
    }

    private static PageDirectory Read(byte[] bytes, int pagesPerTable)
    {
        var files = new SimulatedFileSystem();
        using (var file = new LedgerFile(files, File, FileOpening.Create)) file.Write(bytes, 0);
        var directory = new PageDirectory(Tables, pagesPerTable);
        ulong records = 0;
        for (int at = 0; at < bytes.Length;)
        {
            uint pages = BitConverter.ToUInt32(bytes, at + 8);
            records += pages;
            at += HeadBytes + ((int)pages * EntryBytes);
        }

        directory.Load(files, File, new CheckpointDescription
        {
            Sequence = 1,
            Checkpoint = Guid.Empty,
            BeginAddress = 0,
            TailAddress = 0,
            Records = records,
            LogPageBytes = 4096,
            SegmentBytes = 4096,
            LogMetadata = [],
            IndexMetadata = [],
            IndexExtents = [],
            DirectoryBytes = bytes.Length,
            DirectoryDigest = Blake3.Hash(bytes),
        });
        return directory;
    }
}
