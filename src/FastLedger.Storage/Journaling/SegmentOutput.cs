// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// The way of the committer's bytes into the segment that is written. Small groups go through the page cache. From the first large group on,
/// everything goes past it, in whole pages from memory of this class: filling the cache with bytes that nobody reads again costs several times
/// the processor time of the transfer, and a sync then waits for the very bytes. After many small groups in a row the cache has its turn again.
/// </summary>
/// <remarks>
/// A page whose end is not reached yet is written with zeros behind, which are there anyway, and written again as a whole with what follows: the
/// bytes that are durable already stay the same. All of one group goes one way, and a sync lies between two groups, so the two ways never
/// meet in a range that is not durable.
/// Thread: one. Alloc: none while a segment lasts. Blocks: on the device.
/// </remarks>
internal sealed unsafe class SegmentOutput : IDisposable
{
    private const int PageBytes = 4096;
    private const int WindowBytes = 2 << 20;
    private const int ReservedBytes = 16 << 20; // with less, the kernel is not asked for a page of 2 MiB, which halves the cost of a transfer

    /// <summary>So many small groups may follow a large one past the cache: between large ones there are always some.</summary>
    private const int MostSmallGroups = 64;

    private readonly IFileSystem _files;
    private readonly long _segmentBytes;
    private readonly bool _isSynced;
    private ulong _directBytes;
    private LedgerFile _file;
    private LedgerFile? _direct;
    private ReservedMemory? _window;
    private long _windowEnd = -1;
    private int _smallGroups;
    private bool _isDirect;
    private ZeroesAhead _zeroes;

    /// <summary>Begins with a segment.</summary>
    /// <param name="options">How the journal is opened.</param>
    /// <param name="file">The segment; disposed with this.</param>
    /// <param name="segmentBytes">Size of every segment, a multiple of 4,096.</param>
    public SegmentOutput(JournalOptions options, LedgerFile file, long segmentBytes)
    {
        Invariant.Check(segmentBytes % PageBytes == 0);
        _files = options.Files;
        _segmentBytes = segmentBytes;
        _isSynced = options.Durability == Durability.Fsync;
        _directBytes = _isSynced && options.DirectBytes > 0 ? (ulong)options.DirectBytes : ulong.MaxValue;
        _file = file;
    }

    /// <summary>Turns to the next segment, of which nothing is written yet. The one before is durable.</summary>
    public void Turn(LedgerFile next)
    {
        Close();
        _file = next;
        _zeroes.Restart();
    }

    /// <summary>What is written until the next call is one group.</summary>
    /// <param name="bytes">Its size, more or less.</param>
    public void BeginGroup(ulong bytes)
    {
        if (bytes >= _directBytes) (_isDirect, _smallGroups) = (true, 0);
        else if (_isDirect && ++_smallGroups > MostSmallGroups) _isDirect = false;
    }

    /// <summary>What is written until the next group begins is the first part of it.</summary>
    /// <param name="bytes">Its size, more or less.</param>
    /// <returns>False when it is too little to be on its way to the disk before the sync.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public bool TryBeginAhead(ulong bytes)
    {
        if (bytes < _directBytes || OpenDirect() is null) return false;
        (_isDirect, _smallGroups) = (true, 0); // the rest of the group takes the same way, however small it is
        return true;
    }

    /// <summary>Writes where the last write ended; everything behind is zero.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (_isDirect && OpenDirect() is { } direct)
        {
            WriteDirect(direct, bytes, offset);
            return;
        }

        _file.Write(bytes, offset);
        if (_isSynced) _zeroes.Follow(_file, bytes.Length, offset + bytes.Length, _segmentBytes);
    }

    /// <summary>Makes what was written durable, if that is what the journal promises.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Sync()
    {
        if (_isSynced) _file.Sync(); // of the file, however its bytes came there
    }

    /// <summary>Ends the segment where the last write ended.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Truncate(long bytes) => _file.Truncate(bytes);

    public void Dispose()
    {
        Close();
        _window?.Dispose();
    }

    private LedgerFile? OpenDirect()
    {
        if (_direct is not null) return _direct;
        var file = new LedgerFile(_files, _file.Path, FileOpening.ReadWrite, direct: true);
        if (file.IsDirect)
        {
            _window ??= new ReservedMemory(ReservedBytes, hugePages: true);
            return _direct = file;
        }

        file.Dispose(); // a file system that cannot
        (_directBytes, _isDirect) = (ulong.MaxValue, false);
        return null;
    }

    private void WriteDirect(LedgerFile direct, ReadOnlySpan<byte> bytes, long offset)
    {
        Span<byte> window = new(_window!.Pointer, WindowBytes);
        int held = (int)(offset % PageBytes);
        if (_windowEnd != offset) _file.Read(window[..held], offset - held);
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, WindowBytes - held), end = held + count, padded = (end + PageBytes - 1) & -PageBytes;
            bytes[..count].CopyTo(window[held..]);
            window[end..padded].Clear();
            direct.Write(window[..padded], offset - held);
            bytes = bytes[count..];
            offset += count;
            held = end % PageBytes;
            window.Slice(end - held, held).CopyTo(window); // the next write begins with it
        }

        _windowEnd = offset;
    }

    private void Close()
    {
        _direct?.Dispose();
        _direct = null;
        _windowEnd = -1;
        _file.Dispose();
    }
}
