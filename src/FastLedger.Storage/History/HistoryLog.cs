// SPDX-License-Identifier: Apache-2.0
using System;
using System.Numerics;
using System.Threading;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// An append-only file of 128-byte entries, numbered from 1: entry <c>n</c> stands at <c>(n − 1) × 128</c>. It is derived from the journal
/// and rebuilt by replay, so it is synced only before a part of the journal goes.
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

    private const int EntryShift = 7;
    private const int WritebackBytes = 1 << 20;
    private readonly LedgerFile _file;
    private readonly ReservedMemory _memory;
    private readonly ulong _capacity;
    private readonly WaitPoint _space = new();
    private readonly Action? _flushNeeded;
    private volatile StorageFaultException? _fault;
    private long _writebackBegun; // bytes of the file
    private PaddedCounter _appended;
    private PaddedCounter _flushed;

    /// <summary>Opens the file, or creates it.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="keptEntries">Entries to keep; the rest is cut off. At most what the file holds.</param>
    /// <param name="bufferBytes">Native memory for entries not yet flushed: a power of two, at least 4,096.</param>
    /// <param name="flushNeeded">Called on the appending thread before it waits for a flush: it wakes whoever flushes.</param>
    /// <param name="files">The system's files.</param>
    /// <exception cref="ArgumentOutOfRangeException">The file holds fewer entries, or the buffer has no such size.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public HistoryLog(
        string path, ulong keptEntries = 0, long bufferBytes = 16 << 20, Action? flushNeeded = null, IFileSystem? files = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferBytes, 4096);
        if (!BitOperations.IsPow2(bufferBytes)) throw new ArgumentOutOfRangeException(nameof(bufferBytes), bufferBytes, "not a power of two");
        _file = new LedgerFile(files ?? PosixFileSystem.Instance, path, FileOpening.ReadWriteOrCreate);
        try
        {
            if (keptEntries > (ulong)_file.Length >> EntryShift)
                throw new ArgumentOutOfRangeException(nameof(keptEntries), keptEntries, $"{path} holds {_file.Length >> EntryShift}");
            _file.Truncate((long)keptEntries << EntryShift);
            _memory = new ReservedMemory((nuint)bufferBytes);
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        _capacity = (ulong)bufferBytes >> EntryShift;
        _flushNeeded = flushNeeded;
        _appended.Value = keptEntries;
        _flushed.Value = keptEntries;
        _writebackBegun = (long)keptEntries << EntryShift;
    }

    /// <summary>Number of the last entry; 0 when there is none.</summary>
    /// <remarks>Thread: any.</remarks>
    public ulong Count => _appended.Value;

    /// <summary>Number of the last entry that is in the file.</summary>
    /// <remarks>Thread: any.</remarks>
    public ulong FlushedCount => _flushed.Value;

    /// <summary>Appends an entry.</summary>
    /// <param name="entry">Exactly 128 bytes; copied.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="StorageFaultException">A flush failed before.</exception>
    /// <remarks>
    /// Thread: the appending one. Blocks: while the memory is full of entries not yet flushed, so a thread that also flushes does so before.
    /// </remarks>
    public ulong Append(ReadOnlySpan<byte> entry)
    {
        Invariant.Check(entry.Length == EntryBytes);
        ulong last = _appended.Value;
        if (last - _flushed.Value >= _capacity) WaitForFlush(last + 1 - _capacity);
        entry.CopyTo(Slot(last));
        _appended.Value = last + 1;
        return last + 1;
    }

    /// <summary>Writes what is in memory only to the file, at most up to the end of the memory: one write.</summary>
    /// <returns>Entries written; 0 when there is nothing to do.</returns>
    /// <exception cref="StorageFaultException">The device failed, now or before.</exception>
    /// <remarks>Thread: the flushing one. Blocks: on the device's page cache.</remarks>
    public int FlushOnce()
    {
        ThrowIfFaulted();
        ulong first = _flushed.Value;
        ulong count = Math.Min(_appended.Value - first, _capacity - (first & (_capacity - 1)));
        if (count == 0) return 0;
        try
        {
            _file.Write(new ReadOnlySpan<byte>(_memory.Pointer + SlotOffset(first), (int)(count << EntryShift)), (long)(first << EntryShift));
        }
        catch (StorageFaultException e)
        {
            _fault = e;
            _space.Signal();
            throw;
        }

        _flushed.Value = first + count;
        _space.Signal();
        BeginWriteback((long)(first + count) << EntryShift);
        return (int)count;
    }

    /// <summary>Makes the entries in the file durable: before the journal, from which they could be made again, is cut short.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <remarks>Thread: any. Blocks: on the device.</remarks>
    public void Sync() => _file.Sync();

    /// <summary>Copies an entry.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="entry">Exactly 128 bytes, filled if the entry exists.</param>
    /// <returns>False when there is no such entry yet.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <remarks>Thread: any. Blocks: on the device, for an entry that is in the file.</remarks>
    public bool Read(ulong number, Span<byte> entry)
    {
        Invariant.Check(entry.Length == EntryBytes);
        if (number == 0 || number > _appended.Value) return false;
        ulong index = number - 1;
        if (number > _flushed.Value)
        {
            Slot(index).CopyTo(entry);
            Volatile.ReadBarrier(); // the copy comes before the second look
            if (number > _flushed.Value) return true;
        }

        _file.Read(entry, (long)(index << EntryShift));
        return true;
    }

    /// <summary>Closes the file. Entries not flushed are lost; the journal has them.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _memory.Dispose();
    }

    /// <summary>Else the sync before a manifest finds seconds of history to write, and the journal's sync waits behind it.</summary>
    private void BeginWriteback(long end)
    {
        end -= end % WritebackBytes; // the last piece will be written again
        if (end <= _writebackBegun) return;
        _file.BeginWriteback(_writebackBegun, end - _writebackBegun);
        _writebackBegun = end;
    }

    private ulong SlotOffset(ulong index) => (index & (_capacity - 1)) << EntryShift;

    private Span<byte> Slot(ulong index)
    {
        Invariant.Check(_memory.Pointer != null);
        return new Span<byte>(_memory.Pointer + SlotOffset(index), EntryBytes);
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
