// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>
/// The way of entries into the files of a history, a new file where one is full. Much at once goes past the page cache: there is more of it than
/// anybody reads, and filling the cache costs several times the processor time of the transfer. A little goes through it, as does what does not fill a page, so that
/// what accounts did last is read from memory while the ledger is not that busy. No page goes both ways.
/// </summary>
/// <remarks>Thread: the flushing one. Alloc: for each file. Blocks: on the device.</remarks>
internal sealed unsafe class HistoryOutput(IFileSystem files, HistorySegments segments, long segmentBytes, long directBytes) : IDisposable
{
    private const int EntryBytes = HistoryLog.EntryBytes;
    private const int PageBytes = 4096;
    private const int PageEntries = PageBytes / EntryBytes;
    private const int WritebackBytes = 1 << 20;
    private readonly ulong _segmentEntries = (ulong)(segmentBytes / EntryBytes);
    private long _directBytes = directBytes > 0 ? Math.Max(directBytes, PageBytes) : long.MaxValue;
    private HistorySegment? _writing = segments.Last;
    private LedgerFile? _direct;
    private long _writebackBegun = -1; // bytes of the file that is written

    /// <summary>Writes entries, or the first of them: one write.</summary>
    /// <param name="entries">Their bytes. A page of the file is a page of memory, if the file begins with one.</param>
    /// <param name="number">Number of the first one, behind the last one written.</param>
    /// <param name="count">At least 1.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public ulong Write(byte* entries, ulong number, ulong count)
    {
        HistorySegment segment = SegmentFor(number);
        long offset = segment.OffsetOf(number);
        count = Math.Min(count, EndOf(segment.First) - number);
        if (_writebackBegun < 0) _writebackBegun = offset;
        int intoPage = (int)(offset % PageBytes);
        bool isAligned = ((nuint)entries % PageBytes) == (nuint)intoPage;
        if (!isAligned || (long)count * EntryBytes < _directBytes || OpenDirect(segment) is not { } direct)
        {
            WriteBuffered(segment, entries, offset, count);
        }
        else if (intoPage > 0)
        {
            count = (ulong)(PageBytes - intoPage) / EntryBytes; // the rest of a page that was begun
            WriteBuffered(segment, entries, offset, count);
        }
        else
        {
            count -= count % PageEntries;
            direct.Write(new ReadOnlySpan<byte>(entries, (int)count * EntryBytes), offset);
            _writebackBegun = offset + ((long)count * EntryBytes);
        }

        segment.MarkDirty();
        return count;
    }

    /// <summary>The files that are read stay open.</summary>
    public void Dispose() => _direct?.Dispose();

    /// <summary>The number behind the last one of a file. The first file of a history that was fetched begins anywhere: it ends so that the next one begins with a page.</summary>
    private ulong EndOf(ulong first)
    {
        ulong intoPage = (first - 1) % PageEntries;
        return first + _segmentEntries - (_segmentEntries % PageEntries == 0 ? intoPage : 0);
    }

    /// <summary>The file for an entry: the one that is written, or the next.</summary>
    private HistorySegment SegmentFor(ulong number)
    {
        if (_writing is { } writing && number < EndOf(writing.First)) return writing;
        if (_writing is { } full && _writebackBegun >= 0) full.File.BeginWriteback(_writebackBegun, full.OffsetOf(number) - _writebackBegun);
        _direct?.Dispose();
        _direct = null;
        _writebackBegun = -1;
        return _writing = segments.Add(number);
    }

    private void WriteBuffered(HistorySegment segment, byte* entries, long offset, ulong count)
    {
        segment.File.Write(new ReadOnlySpan<byte>(entries, (int)count * EntryBytes), offset);

        // Else the sync before a manifest finds seconds of history to write, and the journal's sync waits behind it.
        long end = offset + ((long)count * EntryBytes);
        end -= end % WritebackBytes; // the last piece will be written again
        if (end <= _writebackBegun) return;
        segment.File.BeginWriteback(_writebackBegun, end - _writebackBegun);
        _writebackBegun = end;
    }

    private LedgerFile? OpenDirect(HistorySegment segment)
    {
        if (_direct is not null) return _direct;
        var file = new LedgerFile(files, segment.File.Path, FileOpening.ReadWrite, direct: true);
        if (file.IsDirect) return _direct = file;
        file.Dispose(); // a file system that cannot
        _directBytes = long.MaxValue;
        return null;
    }
}
