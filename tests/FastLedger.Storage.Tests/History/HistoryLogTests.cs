// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.IO;
using System.Threading;

namespace FastLedger.Storage.Tests;

public class HistoryLogTests
{
    [Fact]
    public void Entries_are_numbered_from_one_and_read_from_memory_and_file()
    {
        using TemporaryDirectory directory = new();
        using HistoryLog log = new(directory.File("history"), bufferBytes: 4096);
        byte[] entry = new byte[HistoryLog.EntryBytes];
        for (ulong n = 1; n <= 100; n++)
        {
            Assert.Equal(n, log.Append(Entry(n, entry)));
            if (n % 7 == 0) log.FlushOnce();
            for (ulong m = 1; m <= n; m++) AssertReads(log, m, entry);
            Assert.False(log.Read(n + 1, entry));
            Assert.False(log.Read(0, entry));
        }

        while (log.FlushOnce() > 0)
        {
        }

        Assert.Equal((100UL, 100UL), (log.Count, log.FlushedCount));
        Assert.Equal(100 * 128, new FileInfo(Assert.Single(Directory.GetFiles(directory.File("history")))).Length);
    }

    [Fact]
    public void Opening_keeps_as_many_entries_as_asked_and_no_more()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("history");
        byte[] entry = new byte[HistoryLog.EntryBytes];
        using (HistoryLog log = new(path))
        {
            for (ulong n = 1; n <= 10; n++) log.Append(Entry(n, entry));
            log.FlushOnce();
        }

        using (HistoryLog log = new(path, keptEntries: 4))
        {
            Assert.Equal(4UL, log.Count);
            AssertReads(log, 4, entry);
            Assert.False(log.Read(5, entry));
            Assert.Equal(5UL, log.Append(Entry(5, entry)));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new HistoryLog(path, keptEntries: 5)); // the fifth was never flushed
        using HistoryLog empty = new(path);
        Assert.Equal(0UL, empty.Count);
        Assert.Empty(Directory.GetFiles(path));
    }

    [Fact]
    public void Readers_see_every_entry_whole_while_it_moves_from_memory_to_the_file()
    {
        using TemporaryDirectory directory = new();
        const ulong Count = 200_000;
        using AutoResetEvent flushNeeded = new(false);
        using HistoryLog log = new(directory.File("history"), bufferBytes: 8192, flushNeeded: () => flushNeeded.Set());
        Exception? failure = null;
        bool done = false;
        Thread flusher = Start(() =>
        {
            while (!Volatile.Read(ref done))
            {
                if (log.FlushOnce() == 0) flushNeeded.WaitOne();
            }
        });
        Thread[] readers = new Thread[2];
        for (int r = 0; r < readers.Length; r++)
        {
            int seed = r;
            readers[r] = Start(() =>
            {
                Random random = new(seed);
                byte[] entry = new byte[HistoryLog.EntryBytes];
                ulong count;
                do
                {
                    count = log.Count;
                    if (count == 0) continue;
                    AssertReads(log, count, entry);
                    AssertReads(log, count - Math.Min(count - 1, (ulong)random.Next(130)), entry); // about to leave the memory
                    AssertReads(log, 1 + (ulong)random.NextInt64((long)count), entry);
                }
                while (count < Count && failure is null);
            });
        }

        // In groups that begin and end anywhere in the memory and are up to half as long again.
        const int MostAtOnce = 96;
        byte[] next = new byte[MostAtOnce * HistoryLog.EntryBytes];
        for (ulong n = 0, group = 1; n < Count; group = (group % MostAtOnce) + 1)
        {
            int length = (int)Math.Min(group, Count - n);
            for (int i = 0; i < length; i++) Fill(next.AsSpan(i * HistoryLog.EntryBytes, HistoryLog.EntryBytes), ++n);
            Assert.Equal(n, log.Append(next.AsSpan(0, length * HistoryLog.EntryBytes)));
        }

        foreach (Thread reader in readers) reader.Join();
        Volatile.Write(ref done, true);
        flushNeeded.Set();
        flusher.Join();
        Assert.Null(failure);

        Thread Start(Action action)
        {
            Thread thread = new(() =>
            {
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            });
            thread.Start();
            return thread;
        }
    }

    [Fact]
    public void An_entry_on_its_way_out_of_memory_is_never_read_half_overwritten()
    {
        // A reader that is interrupted in the middle of its copy finds the slot used again; more threads than cores make that happen.
        using TemporaryDirectory directory = new();
        const ulong Count = 2_000_000;
        using AutoResetEvent flushNeeded = new(false);
        using HistoryLog log = new(directory.File("history"), bufferBytes: 4096, flushNeeded: () => flushNeeded.Set());
        int wrong = 0;
        bool done = false;
        Thread flusher = new(() =>
        {
            while (!Volatile.Read(ref done))
            {
                if (log.FlushOnce() == 0) flushNeeded.WaitOne();
            }
        });
        flusher.Start();
        Thread[] readers = new Thread[Environment.ProcessorCount + 1];
        for (int r = 0; r < readers.Length; r++)
        {
            readers[r] = new Thread(() =>
            {
                Span<byte> entry = stackalloc byte[HistoryLog.EntryBytes];
                ulong number;
                do
                {
                    number = log.FlushedCount + 1; // the next one to leave
                    if (!log.Read(number, entry)) continue;
                    bool whole = BinaryPrimitives.ReadUInt64LittleEndian(entry) == number * 31
                        && BinaryPrimitives.ReadUInt64LittleEndian(entry[120..]) == (number * 31) + 120;
                    if (!whole) Interlocked.Increment(ref wrong);
                }
                while (number < Count && !Volatile.Read(ref done));
            });
            readers[r].Start();
        }

        byte[] next = new byte[HistoryLog.EntryBytes];
        for (ulong n = 1; n <= Count; n++) log.Append(Entry(n, next));
        Volatile.Write(ref done, true);
        flushNeeded.Set();
        flusher.Join();
        foreach (Thread reader in readers) reader.Join();
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void A_failed_flush_stops_the_log_and_frees_a_waiting_appender()
    {
        SimulatedFileSystem files = new();
        using ManualResetEventSlim waiting = new();
        using HistoryLog log = new("/history", bufferBytes: 4096, flushNeeded: waiting.Set, files: files);
        files.Fault = static (operation, _, _) => operation == "pwrite" ? 28 : 0;
        Exception? seen = null;
        Thread appender = new(() =>
        {
            byte[] entry = new byte[HistoryLog.EntryBytes];
            seen = Record.Exception((Action)(() =>
            {
                while (true) log.Append(entry);
            }));
        });
        appender.Start();
        waiting.Wait();
        Assert.Equal(28, Assert.Throws<StorageFaultException>(() => log.FlushOnce()).Errno);
        appender.Join();
        Assert.IsType<StorageFaultException>(seen);
        Assert.Equal((32UL, 0UL), (log.Count, log.FlushedCount));
    }

    [Fact]
    public void Appending_flushing_and_reading_allocate_nothing()
    {
        using TemporaryDirectory directory = new();
        using HistoryLog log = new(directory.File("history"), bufferBytes: 1 << 16);
        byte[] entry = new byte[HistoryLog.EntryBytes];
        Turn(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Turn(20_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Turn(int count)
        {
            for (int i = 0; i < count; i++)
            {
                ulong number = log.Append(entry);
                log.Read(number, entry);
                if (number % 64 == 0) log.FlushOnce();
                log.Read((number + 1) / 2, entry);
            }
        }
    }

    private static ReadOnlySpan<byte> Entry(ulong number, byte[] entry)
    {
        Fill(entry, number);
        return entry;
    }

    private static void Fill(Span<byte> entry, ulong number)
    {
        for (int i = 0; i < HistoryLog.EntryBytes; i += 8) BinaryPrimitives.WriteUInt64LittleEndian(entry[i..], (number * 31) + (ulong)i);
    }

    private static void AssertReads(HistoryLog log, ulong number, byte[] entry)
    {
        Assert.True(log.Read(number, entry));
        for (int i = 0; i < HistoryLog.EntryBytes; i += 8)
            Assert.Equal((number * 31) + (ulong)i, BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(i)));
    }
}
