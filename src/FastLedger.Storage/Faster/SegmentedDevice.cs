// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using FASTER.core;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// FASTER's log on fail-stop files of equal size. Every transfer is done in full before the call returns, so FASTER never waits for one;
/// large ones are split. Past the page cache a write may still be on its way to the device; whoever reads or syncs it waits for it. Nothing is durable before <see cref="TakeUnsynced"/> was synced.
/// </summary>
/// <remarks>
/// Thread: the store's; files that were taken for a sync are synced on any. After a fault no byte is written, reads give zeros, and FASTER
/// is told that all is well: it would log an error and go on with what is in the buffer, or wait for ever for a page to be flushed.
/// </remarks>
internal sealed unsafe class SegmentedDevice : StorageDeviceBase
{
    private const int TransferBytes = 8 << 20;
    private readonly IFileSystem _files;
    private readonly StoreFault _fault;
    private readonly string _directory;
    private readonly string _prefix;
    private readonly bool _direct;
    private readonly SortedDictionary<int, LedgerFile> _open = [];
    private readonly HashSet<int> _unsynced = [];
    private ReservedMemory? _blocks;
    private readonly SortedSet<int> _existing = [];

    private readonly BlockDigests? _digests;
    private readonly QueuedWrites? _queued;

    /// <summary>Files for new segments; null when each is made anew.</summary>
    public SpareSegments? Spares { get; init; }

    /// <summary>Looks what segments there are.</summary>
    /// <param name="files">The system's files.</param>
    /// <param name="directory">Full path.</param>
    /// <param name="prefix">Of the segments' names.</param>
    /// <param name="direct">Past the page cache.</param>
    /// <param name="digests">Verifies every block that is read; null when the records have checksums of their own.</param>
    /// <param name="fault">Where faults go.</param>
    /// <param name="steadyBytes">How much of what was written last stays as it is in memory: so much may be under way to the device.</param>
    public SegmentedDevice(IFileSystem files, string directory, string prefix, bool direct, BlockDigests? digests, StoreFault fault, long steadyBytes = 0)
        : base(Path.Combine(directory, prefix), direct || digests is not null ? BlockDigests.BlockBytes : 512u, -1)
    {
        _digests = digests;
        if (direct && digests is null) _queued = QueuedWrites.TryOpen(files, steadyBytes);
        _files = files;
        _directory = directory;
        _prefix = prefix;
        _direct = direct;
        _fault = fault;
        foreach (string name in files.List(directory))
        {
            if (TryParse(name, out int segment)) _existing.Add(segment);
        }

        startSegment = _existing.Count == 0 ? 0 : _existing.Min;
        endSegment = _existing.Count == 0 ? -1 : _existing.Max;
    }

    /// <summary>Bytes of the segment files.</summary>
    public long SizeBytes => _existing.Count * segmentSize;

    /// <summary>Bytes written since the files were last taken for a sync.</summary>
    public long UnsyncedBytes { get; private set; }

    /// <summary>Whether there is a file for a segment.</summary>
    public bool Exists(int segment) => _existing.Contains(segment);

    /// <summary>Full path of a segment.</summary>
    public string SegmentPath(int segment) => SegmentPath(_directory, _prefix, segment);

    /// <summary>Full path of a segment of any log.</summary>
    public static string SegmentPath(string directory, string prefix, int segment) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{prefix}-{segment:D10}.log"));

    /// <summary>The file and the place in it of an address of the log.</summary>
    public (string File, long Offset) Locate(long address) =>
        (SegmentPath((int)(address / segmentSize)), address % segmentSize);

    /// <summary>The files written since the last call. Syncing them and then their directory makes all writes so far durable.</summary>
    /// <exception cref="StorageFaultException">A write failed.</exception>
    public void TakeUnsynced(List<LedgerFile> files)
    {
        _queued?.WaitForAll();
        foreach (int segment in _unsynced) files.Add(_open[segment]);
        _unsynced.Clear();
        UnsyncedBytes = 0;
    }

    /// <summary>Deletes all segments: an empty log begins.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void DeleteAll()
    {
        foreach (int segment in _existing) _files.Delete(SegmentPath(segment));
        _existing.Clear();
        (startSegment, endSegment) = (0, -1);
    }

    /// <summary>Gives up the segments before the one of an address; their files may then be deleted, once no sync uses them.</summary>
    /// <returns>What to close and delete, in ascending order.</returns>
    public List<(LedgerFile? File, string Path)> Forget(long beginAddress)
    {
        _queued?.WaitForAll();
        int first = (int)(beginAddress / segmentSize);
        List<(LedgerFile?, string)> forgotten = [];
        while (_existing.Count > 0 && _existing.Min < first)
        {
            int segment = _existing.Min;
            _existing.Remove(segment);
            _open.Remove(segment, out LedgerFile? file);
            _unsynced.Remove(segment);
            forgotten.Add((file, SegmentPath(segment)));
        }

        startSegment = Math.Max(startSegment, first);
        return forgotten;
    }

    public override void WriteAsync(
        nint sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite, DeviceIOCompletionCallback callback, object context)
    {
        if (_fault.First is null)
        {
            try
            {
                Write((byte*)sourceAddress, segmentId, (long)destinationAddress, numBytesToWrite);
            }
            catch (StorageFaultException fault)
            {
                _fault.Set(fault);
            }
        }

        callback(0, numBytesToWrite, context);
    }

    public override void ReadAsync(
        int segmentId, ulong sourceAddress, nint destinationAddress, uint readLength, DeviceIOCompletionCallback callback, object context)
    {
        Read(segmentId, (long)sourceAddress, (byte*)destinationAddress, readLength);
        callback(0, readLength, context);
    }

    /// <summary>Reads at an address of the log, without FASTER. Past the page cache, through whole blocks.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="StoreDamagedException">The file ends before.</exception>
    public void ReadAt(long address, Span<byte> bytes)
    {
        _queued?.WaitFor(address, bytes.Length);
        LedgerFile file = File((int)(address / segmentSize));
        long offset = address % segmentSize;
        if (!_direct)
        {
            StoreDamagedException.Read(file, bytes, offset);
            return;
        }

        int lead = (int)(offset % BlockDigests.BlockBytes);
        int length = (lead + bytes.Length + BlockDigests.BlockBytes - 1) / BlockDigests.BlockBytes * BlockDigests.BlockBytes;
        _blocks ??= new ReservedMemory(1);
        Span<byte> blocks = new(_blocks.Pointer, length);
        StoreDamagedException.Read(file, blocks, offset - lead);
        blocks.Slice(lead, bytes.Length).CopyTo(bytes);
    }

    /// <summary>The file and the place in it of an address of the log, to be read by other means.</summary>
    /// <exception cref="StorageFaultException">It cannot be opened.</exception>
    public LedgerFile FileAt(long address, int length, out long offset)
    {
        _queued?.WaitFor(address, length);
        offset = address % segmentSize;
        return File((int)(address / segmentSize));
    }

    /// <summary>Says that an address will be read soon.</summary>
    public void WillReadAt(long address, int length)
    {
        if (!_direct) File((int)(address / segmentSize)).WillRead(address % segmentSize, length);
    }

    /// <summary>Reads in full, or records a fault and gives zeros.</summary>
    /// <returns>False at a fault.</returns>
    public bool Read(int segment, long offset, byte* destination, long length)
    {
        if (_fault.First is null)
        {
            try
            {
                LedgerFile file = File(segment);
                _queued?.WaitForAll();
                for (long done = 0; done < length; done += TransferBytes)
                {
                    Span<byte> bytes = new(destination + done, (int)Math.Min(TransferBytes, length - done));
                    StoreDamagedException.Read(file, bytes, offset + done);
                    long wrong = _digests?.Verify((segment * segmentSize) + offset + done, bytes) ?? -1;
                    if (wrong >= 0) throw new StoreDamagedException(file.Path, offset + done + wrong, "the block does not have its digest");
                }

                return true;
            }
            catch (Exception fault) when (fault is StorageFaultException or StoreDamagedException)
            {
                _fault.Set(fault);
            }
        }

        for (long done = 0; done < length; done += TransferBytes)
            new Span<byte>(destination + done, (int)Math.Min(TransferBytes, length - done)).Clear();
        return false;
    }

    public override void RemoveSegment(int segment)
    {
        // Segments are only given up by Forget, never on FASTER's own account: an older checkpoint may need them.
    }

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) => callback(result);

    public override void TruncateUntilAddress(long toAddress)
    {
    }

    public override void TruncateUntilAddressAsync(long toAddress, AsyncCallback callback, IAsyncResult result) => callback(result);

    public override void Reset()
    {
        // FASTER resets its own state; the files stay as they are.
    }

    /// <summary>Waits for what is under way from FASTER's memory, which goes next; nothing is written after it.</summary>
    public void EndWrites() => _queued?.Dispose();

    /// <summary>Closes the files. What was not synced may be lost.</summary>
    public override void Dispose()
    {
        _queued?.Dispose();
        foreach (LedgerFile file in _open.Values) file.Dispose();
        _open.Clear();
        _blocks?.Dispose();
    }

    private void Write(byte* source, int segment, long offset, long length)
    {
        LedgerFile file = File(segment, create: true);
        int most = _queued is null ? TransferBytes : QueuedWrites.PieceBytes;
        for (long done = 0; done < length; done += most)
        {
            ReadOnlySpan<byte> bytes = new(source + done, (int)Math.Min(most, length - done));
            if (_queued is not null)
            {
                _queued.Write(file, (segment * segmentSize) + offset + done, offset + done, source + done, bytes.Length);
                continue;
            }

            _digests?.Note((segment * segmentSize) + offset + done, bytes);
            file.Write(bytes, offset + done);
            if (!_direct) file.BeginWriteback(offset + done, bytes.Length);
        }

        _unsynced.Add(segment);
        UnsyncedBytes += length;
    }

    private LedgerFile File(int segment, bool create = false)
    {
        if (_open.TryGetValue(segment, out LedgerFile? file)) return file;
        if (create && !_existing.Contains(segment)) Spares?.TryTake(SegmentPath(segment));
        file = new LedgerFile(_files, SegmentPath(segment), create ? FileOpening.ReadWriteOrCreate : FileOpening.ReadWrite, _direct);
        _open.Add(segment, file);
        if (create && file.Length < segmentSize) file.Preallocate(segmentSize);
        _existing.Add(segment);
        endSegment = Math.Max(endSegment, segment);
        return file;
    }

    private bool TryParse(string name, out int segment)
    {
        segment = 0;
        return name.Length == _prefix.Length + 15
            && name.StartsWith(_prefix, StringComparison.Ordinal) && name[_prefix.Length] == '-'
            && name.EndsWith(".log", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(_prefix.Length + 1, 10), NumberStyles.None, CultureInfo.InvariantCulture, out segment);
    }
}
