// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>A segment file opened for reading, through a native buffer that moves along it.</summary>
internal sealed unsafe class SegmentWindow(IFileSystem files) : IDisposable
{
    private const int ReadAheadBytes = 1 << 20;

    // Memory is only backed where it is touched, so room for the largest entry costs nothing while entries are small.
    private readonly ReservedMemory _memory = new((nuint)JournalFormat.EntryBytes(JournalFormat.MaximumPayloadBytes) + ReadAheadBytes);
    private LedgerFile? _file;
    private long _start;
    private int _count;

    /// <summary>Full path of the open file.</summary>
    public string Path { get; private set; } = string.Empty;

    /// <summary>Its size when it was opened.</summary>
    public long Length { get; private set; }

    public void Open(string path)
    {
        _file?.Dispose();
        _file = new LedgerFile(files, path, FileOpening.Read);
        Path = path;
        Length = _file.Length;
        _count = 0;
    }

    /// <summary>Bytes of the file, valid until the next call.</summary>
    /// <param name="offset">From the start of the file.</param>
    /// <param name="length">The range ends within the file.</param>
    /// <param name="readAhead">Fetches up to 1 MiB from there, for a sequential walk; else little more than asked.</param>
    public ReadOnlySpan<byte> Bytes(long offset, int length, bool readAhead = true)
    {
        Invariant.Check(offset >= 0 && length >= 0 && offset + length <= Length && _file is not null);
        if (offset < _start || offset + length > _start + _count) Move(offset, Math.Max(length, readAhead ? ReadAheadBytes : 4096));
        if (_count - (offset - _start) < length) throw new StorageFaultException("pread", Path, _start + _count, 0); // it shrank while it was open
        return new ReadOnlySpan<byte>(_memory.Pointer + (offset - _start), length);
    }

    /// <summary>Makes the buffer begin at an offset; bytes that it already has are kept.</summary>
    private void Move(long offset, int length)
    {
        Span<byte> buffer = new(_memory.Pointer, (int)Math.Min(length, Length - offset));
        int kept = 0;
        if (offset >= _start && offset < _start + _count)
        {
            kept = (int)(_start + _count - offset);
            new ReadOnlySpan<byte>(_memory.Pointer + (offset - _start), kept).CopyTo(buffer);
        }

        _start = offset;
        _count = 0; // nothing is valid if the read fails
        _count = kept + _file!.ReadUpTo(buffer[kept..], offset + kept);
    }

    public void Dispose()
    {
        _file?.Dispose();
        _memory.Dispose();
    }
}
