// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using CsCheck;

namespace FastLedger.Storage.Tests;

/// <summary>Much history at once goes past the page cache, and nothing else changes.</summary>
public class HistoryDirectTests
{
    private const string Folder = "/history";
    private const int PageEntries = 4096 / HistoryLog.EntryBytes;
    private const long FileBytes = 8 * 4096, BufferBytes = 4 * 4096;

    [Fact]
    public void Entries_are_read_back_whichever_way_they_took_and_wherever_the_history_begins() =>
        Gen.Int.Sample(
            seed =>
            {
                Random random = new(seed);
                SimulatedFileSystem files = new() { HasDirect = random.Next(4) > 0 };
                ulong first = random.Next(2) == 0 ? 1 : (ulong)random.Next(1, 200), last = first - 1;
                if (first > 1) HistoryStart.Write(Folder, first, files);
                for (int life = 0; life < 3; life++)
                {
                    long directBytes = random.Next(3) * 4096;
                    using HistoryLog log = new(Folder, last, BufferBytes, FileBytes, files: files, directBytes: directBytes);
                    int directBefore = files.DirectWrites;
                    for (int round = 0; round < 30; round++)
                    {
                        for (int i = random.Next(1, 4 * PageEntries); i > 0; i--)
                        {
                            while (log.Count - log.FlushedCount == BufferBytes / HistoryLog.EntryBytes) Assert.NotEqual(0, log.FlushOnce());
                            Assert.Equal(++last, log.Append(Entry(last)));
                        }

                        if (random.Next(2) == 0) _ = log.FlushOnce(random.Next(1, 2 * PageEntries));
                        ulong number = first + (ulong)random.NextInt64((long)(last - first + 1));
                        AssertReads(log, number);
                    }

                    while (log.FlushOnce() > 0)
                    {
                    }

                    Assert.Equal((last, last), (log.Count, log.FlushedCount));
                    Assert.Equal(directBytes > 0 && files.HasDirect, files.DirectWrites > directBefore);
                    log.Sync();
                    for (ulong number = first; number <= last; number++) AssertReads(log, number);
                    if (random.Next(2) == 0) files = files.AfterPowerLoss(random);
                    last -= (ulong)random.Next(Math.Min(100, (int)(last - first + 1))); // the checkpoint that is started from knows less
                }
            },
            iter: 100,
            threads: 1);

    [Fact]
    public void Files_of_a_history_that_begins_within_a_page_begin_with_a_page_from_the_second_on()
    {
        SimulatedFileSystem files = new();
        HistoryStart.Write(Folder, 10, files);
        using HistoryLog log = new(Folder, 9, BufferBytes, FileBytes, files: files, directBytes: 4096);
        for (ulong number = 10; number < 1000; number++)
        {
            _ = log.Append(Entry(number));
            if (number % (2 * PageEntries) == 0) _ = log.FlushOnce();
        }

        while (log.FlushOnce() > 0)
        {
        }

        Assert.Equal([10UL, 257UL, 513UL, 769UL], log.SegmentFirsts());
        Assert.InRange(files.DirectWrites, 8, 12); // 743 entries are behind the first file, about 64 at a time
        for (ulong number = 10; number < 1000; number++) AssertReads(log, number);
    }

    [Fact]
    public void A_failed_write_past_the_cache_stops_the_log()
    {
        SimulatedFileSystem files = new();
        using HistoryLog log = new(Folder, 0, BufferBytes, FileBytes, files: files, directBytes: 4096);
        for (ulong number = 1; number <= 70; number++) _ = log.Append(Entry(number));
        files.Fault = static (operation, _, _) => operation == "pwrite" ? 5 : 0;
        Assert.Equal(5, Assert.Throws<StorageFaultException>(() => log.FlushOnce()).Errno);
        files.Fault = null;
        _ = Assert.Throws<StorageFaultException>(() => log.FlushOnce());
        Assert.Equal(0UL, log.FlushedCount);
    }

    private static byte[] Entry(ulong number)
    {
        byte[] entry = new byte[HistoryLog.EntryBytes];
        for (int i = 0; i < HistoryLog.EntryBytes; i += 8) BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(i), (number * 31) + (ulong)i);
        return entry;
    }

    private static void AssertReads(HistoryLog log, ulong number)
    {
        byte[] entry = new byte[HistoryLog.EntryBytes];
        Assert.True(log.Read(number, entry));
        Assert.Equal(Entry(number), entry);
    }
}
