// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// The files of a history in the order of their entries, without a gap. A file's name says with which entry it begins; the start file, with which
/// entry the history begins. Dropping moves the start first, durably, and deletes then: whatever is below the start after a crash is deleted
/// at the next opening, and a file that is missing above it is damage.
/// </summary>
/// <remarks>Thread: one adds, one (the same or another) syncs and drops, any number find.</remarks>
internal sealed class HistorySegments : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly Lock _change = new();
    private HistorySegment[] _segments = [];
    private ulong _start;
    private int _isDirectoryDirty;

    /// <summary>Opens the directory, or creates it, and cuts off what is above the entries to keep.</summary>
    /// <param name="files">The system's files.</param>
    /// <param name="directory">Full path.</param>
    /// <param name="kept">Number of the last entry to keep; 0 makes the history begin anew, with entry 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Entries up to the last one to keep are missing.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public HistorySegments(IFileSystem files, string directory, ulong kept)
    {
        _files = files;
        _directory = directory;
        files.CreateDirectory(directory);
        _start = HistoryStart.Read(directory, files);
        List<ulong> firsts = [];
        foreach (string name in files.List(directory))
            if (HistorySegment.TryParse(name, out ulong first)) firsts.Add(first);
        if (kept == 0 && _start > 1)
        {
            Delete(firsts, 0, firsts.Count); // before the start: what is below one is known to be garbage
            firsts.Clear();
            HistoryStart.Write(directory, 1, files);
            _start = 1;
        }

        int below = 0;
        while (below + 1 < firsts.Count && firsts[below + 1] <= _start) below++;
        Delete(firsts, 0, below);
        firsts.RemoveRange(0, below);
        try
        {
            Open(firsts, kept);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of the first entry that is here.</summary>
    public ulong Start => Volatile.Read(ref _start);

    /// <summary>The files' first entries, ascending; the last file is the one that grows.</summary>
    public ulong[] Firsts() => Array.ConvertAll(Volatile.Read(ref _segments), static segment => segment.First);

    /// <summary>The file that grows; null before there is one.</summary>
    public HistorySegment? Last => Volatile.Read(ref _segments) is [.., { } last] ? last : null;

    /// <summary>Begins a file.</summary>
    /// <param name="first">Number of its first entry.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public HistorySegment Add(ulong first)
    {
        var segment = new HistorySegment(new LedgerFile(_files, HistorySegment.PathOf(_directory, first), FileOpening.Create), first);
        Volatile.Write(ref _isDirectoryDirty, 1);
        lock (_change) Volatile.Write(ref _segments, [.. _segments, segment]);
        return segment;
    }

    /// <summary>The file that holds an entry, acquired; null when it was dropped.</summary>
    /// <param name="number">At least <see cref="Start"/> a moment ago.</param>
    public HistorySegment? Acquire(ulong number)
    {
        HistorySegment[] segments = Volatile.Read(ref _segments);
        int low = 0, high = segments.Length; // the first file above it
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (segments[middle].First <= number) low = middle + 1;
            else high = middle;
        }

        return low > 0 && segments[low - 1].TryAcquire() ? segments[low - 1] : null;
    }

    /// <summary>Makes the files and their names durable.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Sync()
    {
        foreach (HistorySegment segment in Volatile.Read(ref _segments)) segment.SyncIfDirty();
        if (Interlocked.Exchange(ref _isDirectoryDirty, 0) != 0) _files.SyncDirectory(_directory);
    }

    /// <summary>Deletes the files before one; the last file stays.</summary>
    /// <param name="first">The first entry of the oldest file that stays.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void DropBefore(ulong first)
    {
        HistorySegment[] segments = Volatile.Read(ref _segments);
        int dropped = Array.FindIndex(segments, segment => segment.First == first);
        Invariant.Check(dropped >= 0);
        if (dropped == 0) return;
        HistoryStart.Write(_directory, first, _files);
        Volatile.Write(ref _start, first);
        lock (_change) Volatile.Write(ref _segments, _segments[dropped..]);
        for (int i = 0; i < dropped; i++)
        {
            segments[i].Release();
            _files.Delete(HistorySegment.PathOf(_directory, segments[i].First));
        }

        _files.SyncDirectory(_directory);
    }

    public void Dispose()
    {
        foreach (HistorySegment segment in Volatile.Read(ref _segments)) segment.Release();
        _segments = [];
    }

    private void Open(List<ulong> firsts, ulong kept)
    {
        if (kept + 1 < _start)
            throw new ArgumentOutOfRangeException(nameof(kept), kept, $"{_directory} is pruned below entry {_start}");
        int count = firsts.Count;
        while (count > 0 && (firsts[count - 1] > kept || kept < _start)) count--;
        Delete(firsts, count, firsts.Count);
        if (kept < _start) return;
        if (count == 0 || firsts[0] > _start)
            throw new ArgumentOutOfRangeException(nameof(kept), kept, $"{_directory} does not hold entry {_start}");
        for (int i = 0; i < count; i++)
        {
            var segment = new HistorySegment(new LedgerFile(_files, HistorySegment.PathOf(_directory, firsts[i]), FileOpening.ReadWrite), firsts[i]);
            _segments = [.. _segments, segment];
            ulong needed = (i + 1 < count ? firsts[i + 1] - 1 : kept) - firsts[i] + 1, held = (ulong)segment.File.Length / HistoryLog.EntryBytes;
            if (held < needed)
                throw new ArgumentOutOfRangeException(nameof(kept), kept, $"{segment.File.Path} holds {held} entries of {needed}");
            if (i + 1 == count) segment.File.Truncate((long)needed * HistoryLog.EntryBytes);
        }
    }

    private void Delete(List<ulong> firsts, int from, int to)
    {
        if (from == to) return;
        for (int i = from; i < to; i++) _files.Delete(HistorySegment.PathOf(_directory, firsts[i]));
        _files.SyncDirectory(_directory);
    }
}
