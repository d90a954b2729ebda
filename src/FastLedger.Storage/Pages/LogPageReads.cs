// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Whole pages of the log's older part, read in one piece: one that is looked at and, where the system has a queue, one that is on its way
/// meanwhile. The store never waits for them while it has something else to do.
/// </summary>
/// <remarks>Thread: the store's. Alloc: none after the first. Blocks: without a queue, on the device.</remarks>
internal sealed unsafe class LogPageReads : IDisposable
{
    private const int Buffers = 2;
    private const int LongestWaitUs = 1_000_000;

    private readonly SegmentedDevice _device;
    private readonly ITransferQueue? _queue;
    private readonly int _bytes;
    private readonly Buffer[] _buffers = new Buffer[Buffers];
    private readonly (int Tag, long Result)[] _outcomes = new (int, long)[Buffers];
    private int _last;

    /// <param name="device">The log's files.</param>
    /// <param name="files">The system's files.</param>
    /// <param name="direct">The log's files are opened past the page cache.</param>
    /// <param name="logPageBytes">Size of a log page.</param>
    public LogPageReads(SegmentedDevice device, IFileSystem files, bool direct, int logPageBytes)
    {
        _device = device;
        _bytes = logPageBytes;
        if (direct) _queue = files.TryOpenTransferQueue(Buffers);
        for (int i = 0; i < Buffers; i++) _buffers[i] = new Buffer { Address = -1 };
    }

    /// <summary>Begins to read a log page, unless it is here or on its way. All of it must be on disk.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Begin(long address)
    {
        if (Find(address) >= 0) return;
        if (_queue is null)
        {
            _device.WillReadAt(address, _bytes);
            return;
        }

        int at = _last ^ 1; // the other one is being looked at
        while (_buffers[at].File is not null) Collect(LongestWaitUs); // asked for, and no longer wanted
        ref Buffer buffer = ref _buffers[at];
        buffer.Memory ??= new ReservedMemory((nuint)_bytes);
        buffer.Address = address;
        buffer.File = _device.FileAt(address, _bytes, out buffer.Offset);
        buffer.File.AddRead(_queue, buffer.Memory.Pointer, _bytes, buffer.Offset, at);
        int result = _queue.Submit();
        if (result < 0) throw new StorageFaultException("io_submit", buffer.File.Path, buffer.Offset, -result);
    }

    /// <summary>Gives a log page, valid until the next one is opened.</summary>
    /// <param name="address">Its address. All of it must be on disk.</param>
    /// <param name="waitUs">How long it may wait, in microseconds.</param>
    /// <param name="bytes">The page.</param>
    /// <returns>False while it is on its way.</returns>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="StoreDamagedException">The file ends before.</exception>
    public bool TryOpen(long address, int waitUs, out byte* bytes)
    {
        bytes = null;
        if (_queue is null)
        {
            ref Buffer only = ref _buffers[0];
            only.Memory ??= new ReservedMemory((nuint)_bytes);
            only.Address = address;
            _device.ReadAt(address, new Span<byte>(only.Memory.Pointer, _bytes));
            bytes = only.Memory.Pointer;
            return true;
        }

        Begin(address);
        int at = Find(address);
        if (_buffers[at].File is not null) Collect(waitUs);
        if (_buffers[at].File is not null) return false;
        _last = at;
        bytes = _buffers[at].Memory!.Pointer;
        return true;
    }

    /// <summary>Waits for what is under way.</summary>
    public void Dispose()
    {
        _queue?.Dispose();
        foreach (Buffer buffer in _buffers) buffer.Memory?.Dispose();
    }

    private int Find(long address)
    {
        for (int i = 0; i < Buffers; i++)
            if (_buffers[i].Address == address) return i;
        return -1;
    }

    private void Collect(int waitUs)
    {
        int count = _queue!.Take(_outcomes, waitUs);
        if (count < 0) throw new StorageFaultException("io_getevents", "the page store", -1, -count);
        for (int i = 0; i < count; i++)
        {
            (int at, long result) = _outcomes[i];
            ref Buffer buffer = ref _buffers[at];
            LedgerFile file = buffer.File!;
            buffer.File = null;
            file.CheckRead(result, _bytes, buffer.Offset);
        }
    }

    private struct Buffer
    {
        public ReservedMemory? Memory;
        public long Address;
        public long Offset;
        public LedgerFile? File; // null when nothing is under way
    }
}
