// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace FastLedger.Storage.Tests;

public class HistoryPruningTests
{
    private const string Folder = "/history";
    private const int EntriesPerFile = 10;
    private const long FileBytes = EntriesPerFile * HistoryLog.EntryBytes;

    [Fact]
    public void Entries_go_over_files_and_are_read_across_their_ends()
    {
        SimulatedFileSystem files = new();
        using (HistoryLog log = Open(files, 0))
        {
            Fill(log, 1, 35);
            Assert.Equal([1UL, 11UL, 21UL, 31UL], log.SegmentFirsts());
            AssertHolds(log, 1, 35);
            log.Sync();
        }

        using HistoryLog again = Open(files, 33, fileBytes: 2 * FileBytes);
        Fill(again, 34, 70);
        Assert.Equal([1UL, 11UL, 21UL, 31UL, 51UL], again.SegmentFirsts()); // files that are there keep their beginning, new ones have the new size
        AssertHolds(again, 1, 70);
    }

    [Fact]
    public void Dropping_deletes_whole_files_and_the_history_begins_there_also_after_it_is_opened_again()
    {
        SimulatedFileSystem files = new();
        using (HistoryLog log = Open(files, 0))
        {
            Fill(log, 1, 35);
            log.DropBefore(21);
            AssertHolds(log, 21, 35);
            Assert.Equal(Names(21, 31), Segments(files));
            Fill(log, 36, 40);
            log.Sync();
        }

        using (HistoryLog again = Open(files, 40)) AssertHolds(again, 21, 40);
        Assert.Contains("pruned below entry 21", Assert.Throws<ArgumentOutOfRangeException>(() => Open(files, 19)).Message, StringComparison.Ordinal);
        using (HistoryLog empty = Open(files, 20)) AssertHolds(empty, 21, 20);
        Assert.Empty(Segments(files));

        // A history that is made again from the first block on has its beginning again.
        using HistoryLog anew = Open(files, 0);
        Fill(anew, 1, 15);
        AssertHolds(anew, 1, 15);
    }

    [Fact]
    public void A_history_that_begins_later_needs_no_files_for_what_it_never_had()
    {
        SimulatedFileSystem files = new();
        HistoryStart.Write(Folder, 1_000_001, files);
        using HistoryLog log = Open(files, 1_000_000);
        Fill(log, 1_000_001, 1_000_025);
        AssertHolds(log, 1_000_001, 1_000_025);
        Assert.Equal(Names(1_000_001, 1_000_011, 1_000_021), Segments(files));
    }

    [Fact]
    public void A_missing_or_short_file_above_the_beginning_is_named()
    {
        SimulatedFileSystem whole = new();
        using (HistoryLog log = Open(whole, 0))
        {
            Fill(log, 1, 35);
            log.DropBefore(11);
            log.Sync();
        }

        foreach (ulong missing in (ulong[])[11, 21, 31])
        {
            SimulatedFileSystem files = whole.Copy();
            files.Remove(PathOf(missing));
            string named = missing == 11 ? "entry 11" : PathOf(missing - EntriesPerFile);
            Assert.Contains(named, Assert.Throws<ArgumentOutOfRangeException>(() => Open(files, 35)).Message, StringComparison.Ordinal);
        }

        SimulatedFileSystem cut = whole.Copy();
        string path = PathOf(21);
        cut.SetBytes(path, cut.Bytes(path)[..^1]);
        Assert.Contains(path, Assert.Throws<ArgumentOutOfRangeException>(() => Open(cut, 35)).Message, StringComparison.Ordinal);
        cut.SetBytes(Path.Combine(Folder, "start"), "later"u8.ToArray());
        Assert.Contains("start", Assert.Throws<StoreDamagedException>(() => Open(cut, 35)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_crash_at_any_step_of_dropping_leaves_the_old_or_the_new_beginning_and_nothing_below_it()
    {
        int steps = 0;
        for (bool ended = false; !ended; steps++)
        {
            for (int seed = 0; seed < 8; seed++)
            {
                SimulatedFileSystem files = new();
                using (HistoryLog log = Open(files, 0))
                {
                    Fill(log, 1, 48);
                    log.DropBefore(11);
                    log.Sync();
                    int left = steps;
                    files.Fault = (_, _, _) => left-- > 0 ? 0 : 5;
                    Exception? crash = Record.Exception(() => log.DropBefore(31));
                    ended = crash is null;
                    if (!ended) Assert.IsType<StorageFaultException>(crash);
                    files.Fault = null;
                }

                SimulatedFileSystem found = seed == 0 ? files.AfterKill() : files.AfterPowerLoss(new Random(seed));
                using HistoryLog after = Open(found, 48);
                Assert.Contains(after.FirstEntry, (ulong[])[11, 31]);
                if (ended) Assert.Equal(31UL, after.FirstEntry);
                AssertHolds(after, after.FirstEntry, 48);
                Assert.Equal(after.FirstEntry == 11 ? Names(11, 21, 31, 41) : Names(31, 41), Segments(found));
            }
        }

        Assert.InRange(steps, 5, 50);
    }

    [Fact]
    public void What_reads_while_files_are_dropped_gets_the_entry_or_learns_that_it_is_gone()
    {
        using TemporaryDirectory directory = new();
        const ulong Last = 40_000;
        using HistoryLog log = new(directory.File("history"), bufferBytes: 4096, segmentBytes: FileBytes * 10);
        Fill(log, 1, Last);
        int wrong = 0;
        Thread[] readers = [.. Enumerable.Range(1, 3).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            Span<byte> entry = stackalloc byte[HistoryLog.EntryBytes];
            while (log.FirstEntry < Last - 100)
            {
                ulong number = Math.Min(Last, log.FirstEntry + (ulong)random.Next(300));
                if (log.Read(number, entry))
                {
                    if (BinaryPrimitives.ReadUInt64LittleEndian(entry) != number) Interlocked.Increment(ref wrong);
                }
                else if (number >= log.FirstEntry)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }))];
        foreach (Thread reader in readers) reader.Start();
        ulong[] firsts = log.SegmentFirsts();
        for (int i = 1; i < firsts.Length; i++) log.DropBefore(firsts[i]);
        foreach (Thread reader in readers) reader.Join();
        Assert.Equal(0, wrong);
        AssertHolds(log, firsts[^1], Last);
    }

    private static HistoryLog Open(SimulatedFileSystem files, ulong kept, long fileBytes = FileBytes) =>
        new(Folder, kept, bufferBytes: 4096, segmentBytes: fileBytes, files: files);

    private static void Fill(HistoryLog log, ulong first, ulong last)
    {
        byte[] entry = new byte[HistoryLog.EntryBytes];
        for (ulong number = first; number <= last; number++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(entry, number);
            Assert.Equal(number, log.Append(entry));
            if (number % 7 == 0 || number == last)
            {
                while (log.FlushOnce() > 0)
                {
                }
            }
        }
    }

    private static void AssertHolds(HistoryLog log, ulong first, ulong last)
    {
        Assert.Equal((first, last), (log.FirstEntry, log.Count));
        byte[] entry = new byte[HistoryLog.EntryBytes];
        for (ulong number = first; number <= last; number++)
        {
            Assert.True(log.Read(number, entry));
            Assert.Equal(number, BinaryPrimitives.ReadUInt64LittleEndian(entry));
        }

        Assert.False(log.Read(first - 1, entry));
        Assert.False(log.Read(last + 1, entry));
    }

    private static string[] Segments(SimulatedFileSystem files) =>
        [.. files.List(Folder).Where(static name => name.StartsWith("segment", StringComparison.Ordinal))];

    private static string PathOf(ulong first) => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"segment-{first:D20}.history"));

    private static string[] Names(params ulong[] firsts) => [.. firsts.Select(static first => Path.GetFileName(PathOf(first)))];
}
