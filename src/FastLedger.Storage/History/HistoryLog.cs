// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Threading;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// An append-only sequence of 128-byte entries, numbered from 1, in files of a directory that can be dropped from its beginning, file by file. It is
/// derived from the journal and rebuilt by replay, so it is synced only before a part of the journal goes.
/// </summary>
/// <remarks>
/// One thread appends into native memory, one (the same or another) flushes it to the file, any number read, wherever an entry is at that
/// moment. Alloc: none. Memory is used again only behind what was flushed, which is what makes reading it safe: an entry copied from
/// memory is good if it is still not flushed after the copy.
/// </remarks>
public sealed unsafe class HistoryLog : IDisposable
{
    /// <summary>Size of an entry in bytes.</summary>
    public const int EntryBytes = 128;

    /// <summary>Size of a file unless told otherwise.</summary>
    public const long DefaultSegmentBytes = 64 << 20;

    /// <summary>What is written at once past the page cache unless told otherwise: a fiftieth of what 100,000 entries a second take.</summary>
    public const long DefaultDirectBytes = 256 << 10;

    private const int EntryShift = 7;
    private readonly HistorySegments _segments;
    private readonly HistoryOutput _output;
    private readonly ReservedMemory _memory;
    private readonly ulong _capacity;
    private readonly WaitPoint _space = new();
    private readonly Action? _flushNeeded;
    private volatile StorageFaultException? _fault;
    private PaddedCounter _appended;
    private PaddedCounter _flushed;

    /// <summary>Opens the directory, or creates it.</summary>
    /// <param name="directory">Full path; nothing else is in it.</param>
    /// <param name="keptEntries">
    /// Number of the last entry to keep; the rest is cut off. With 0 the history begins anew with entry 1, wherever it began before.
    /// </param>
    /// <param name="bufferBytes">Native memory for entries not yet flushed: a power of two, at least 4,096.</param>
    /// <param name="segmentBytes">Size of a file from now on: a multiple of 128.</param>
    /// <param name="flushNeeded">Called on the appending thread before it waits for a flush: it wakes whoever flushes.</param>
    /// <param name="files">The system's files.</param>
    /// <param name="directBytes">So much at once is written past the page cache, if the file system can do that; 0: nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">Entries that are to be kept are not there, or a size is not possible.</exception>
    /// <exception cref="StoreDamagedException">Where the history begins cannot be read.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public HistoryLog(
        string directory, ulong keptEntries = 0, long bufferBytes = 16 << 20, long segmentBytes = DefaultSegmentBytes, Action? flushNeeded = null,
        IFileSystem? files = null, long directBytes = DefaultDirectBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferBytes, 4096);
        if (!BitOperations.IsPow2(bufferBytes)) throw new ArgumentOutOfRangeException(nameof(bufferBytes), bufferBytes, "not a power of two");
        if (segmentBytes < EntryBytes || segmentBytes % EntryBytes != 0) throw new ArgumentOutOfRangeException(nameof(segmentBytes), segmentBytes, "not a multiple of 128");
        files ??= PosixFileSystem.Instance;
        _segments = new HistorySegments(files, directory, keptEntries);
        try
        {
            _memory = new ReservedMemory((nuint)bufferBytes, hugePages: true);
        }
        catch
        {
            _segments.Dispose();
            throw;
        }

        _capacity = (ulong)bufferBytes >> EntryShift;
        _output = new HistoryOutput(files, _segments, segmentBytes, directBytes);
        _flushNeeded = flushNeeded;
        _appended.Value = keptEntries;
        _flushed.Value = keptEntries;
    }

    /// <summary>Number of the first entry that is here. Those before it were dropped, or never written.</summary>
    /// <remarks>Thread: any.</remarks>
    public ulong FirstEntry => _segments.Start;

    /// <summary>Number of the last entry; 0 when there is none.</summary>
    /// <remarks>Thread: any.</remarks>
    public ulong Count => _appended.Value;

    /// <summary>Number of the last entry that is in a file.</summary>
    /// <remarks>Thread: any.</remarks>
    public ulong FlushedCount => _flushed.Value;

    /// <summary>Appends entries.</summary>
    /// <param name="entries">128 bytes each, one behind the other; copied.</param>
    /// <returns>Number of the last one; <see cref="Count"/> when there are none.</returns>
    /// <exception cref="StorageFaultException">A flush failed before.</exception>
    /// <remarks>
    /// Thread: the appending one. Blocks: while the memory is full of entries not yet flushed, so a thread that also flushes does so before.
    /// </remarks>
    public ulong Append(ReadOnlySpan<byte> entries)
    {
        Invariant.Check(entries.Length % EntryBytes == 0);
        ulong last = _appended.Value;
        while (!entries.IsEmpty)
        {
            if (last - _flushed.Value >= _capacity) WaitForFlush(last + 1 - _capacity);
            ulong room = Math.Min(_capacity - (last - _flushed.Value), _capacity - (last & (_capacity - 1))); // until the lap ends
            int length = (int)Math.Min((ulong)entries.Length, room << EntryShift);
            entries[..length].CopyTo(new Span<byte>(SlotAddress(last), length));
            entries = entries[length..];
            last += (ulong)length >> EntryShift;
            _appended.Value = last;
        }

        return last;
    }

    /// <summary>Writes what is in memory only to the file, at most up to the end of the memory or of the file: one write.</summary>
    /// <param name="least">Nothing is written if there are fewer entries.</param>
    /// <returns>Entries written; 0 when there is nothing to do. What does not fill a page may stay behind where much is written at once.</returns>
    /// <exception cref="StorageFaultException">The device failed, now or before.</exception>
    /// <remarks>Thread: the flushing one. Blocks: on the device, or its page cache.</remarks>
    public int FlushOnce(int least = 1)
    {
        ThrowIfFaulted();
        ulong flushed = _flushed.Value;
        ulong count = Math.Min(_appended.Value - flushed, _capacity - (flushed & (_capacity - 1)));
        if (count < (ulong)least || count == 0) return 0;
        try
        {
            count = _output.Write(_memory.Pointer + SlotOffset(flushed), flushed + 1, count);
        }
        catch (StorageFaultException e)
        {
            _fault = e;
            _space.Signal();
            throw;
        }

        _flushed.Value = flushed + count;
        _space.Signal();
        return (int)count;
    }

    /// <summary>Makes the entries in the file durable: before the journal, from which they could be made again, is cut short.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <remarks>Thread: any. Blocks: on the device.</remarks>
    public void Sync() => _segments.Sync();

    /// <summary>First entries of the files, ascending; the last file grows. Alloc: the array.</summary>
    /// <remarks>Thread: any.</remarks>
    public ulong[] SegmentFirsts() => _segments.Firsts();

    /// <summary>
    /// Deletes the files before one, for ever: what recovery starts from must not need their entries. A crash leaves the history beginning where it began
    /// before, or at the given entry.
    /// </summary>
    /// <param name="first">One of <see cref="SegmentFirsts"/>: the history begins there.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <remarks>Thread: the one that syncs. Blocks: on the device. Whoever reads an entry meanwhile gets it, or learns that it is gone.</remarks>
    public void DropBefore(ulong first) => _segments.DropBefore(first);

    /// <summary>Copies an entry.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="entry">Exactly 128 bytes, filled if the entry exists.</param>
    /// <returns>False when there is no such entry yet, or it is before <see cref="FirstEntry"/> – by now, if not when the call began.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <remarks>Thread: any. Blocks: on the device, for an entry that is in the file.</remarks>
    public bool Read(ulong number, Span<byte> entry)
    {
        Invariant.Check(entry.Length == EntryBytes);
        if (number < FirstEntry || number == 0 || number > _appended.Value) return false;
        ulong index = number - 1;
        if (number > _flushed.Value)
        {
            Slot(index).CopyTo(entry);
            Volatile.ReadBarrier(); // the copy comes before the second look
            if (number > _flushed.Value) return true;
        }

        if (_segments.Acquire(number) is not { } segment) return false;
        try
        {
            segment.File.Read(entry, segment.OffsetOf(number));
            return true;
        }
        finally
        {
            segment.Release();
        }
    }

    /// <summary>Closes the files. Entries not flushed are lost; the journal has them.</summary>
    public void Dispose()
    {
        _output.Dispose();
        _segments.Dispose();
        _memory.Dispose();
    }

    private ulong SlotOffset(ulong index) => (index & (_capacity - 1)) << EntryShift;

    private Span<byte> Slot(ulong index) => new(SlotAddress(index), EntryBytes);

    private byte* SlotAddress(ulong index)
    {
        Invariant.Check(_memory.Pointer != null);
        return _memory.Pointer + SlotOffset(index);
    }

    private void WaitForFlush(ulong flushed)
    {
        _flushNeeded?.Invoke();
        _space.Wait(new FlushedCondition(this, flushed), Timeout.InfiniteTimeSpan);
        ThrowIfFaulted();
    }

    private void ThrowIfFaulted()
    {
        if (_fault is not null) throw new StorageFaultException(_fault);
    }

    private readonly struct FlushedCondition(HistoryLog log, ulong flushed) : IWaitCondition
    {
        public bool Holds() => log.FlushedCount >= flushed || log._fault is not null;
    }
}
