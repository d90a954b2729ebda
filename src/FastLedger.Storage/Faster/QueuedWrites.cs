// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Writes of the log that the device does while the store goes on: a write past the page cache stands behind the reads that are under way,
/// and the store would wait for it a third of its time.
/// </summary>
/// <remarks>
/// What is written is copied first. Who reads or syncs asks before: <see cref="WaitFor"/>, <see cref="WaitForAll"/>. Thread: the store's.
/// Alloc: none. Blocks: when all buffers are under way.
/// </remarks>
internal sealed unsafe class QueuedWrites : IDisposable
{
    /// <summary>Most bytes of a write.</summary>
    public const int BufferBytes = 1 << 20;

    private const int Depth = 8;
    private const int LongestWaitUs = 1_000_000;

    private readonly ITransferQueue _queue;
    private readonly ReservedMemory _memory = new((nuint)Depth * BufferBytes);
    private readonly (LedgerFile? File, long Address, long Offset, int Length)[] _writes = new (LedgerFile?, long, long, int)[Depth];
    private readonly (int Tag, long Result)[] _outcomes = new (int, long)[Depth];
    private int _underWay;

    private QueuedWrites(ITransferQueue queue) => _queue = queue;

    /// <summary>Opens the queue.</summary>
    /// <returns>Null when the system has none.</returns>
    public static QueuedWrites? TryOpen(IFileSystem files) => files.TryOpenTransferQueue(Depth) is { } queue ? new QueuedWrites(queue) : null;

    /// <summary>Begins a write.</summary>
    /// <param name="file">Opened past the page cache.</param>
    /// <param name="address">Of the log.</param>
    /// <param name="offset">In the file.</param>
    /// <param name="bytes">At most <see cref="BufferBytes"/>; copied.</param>
    /// <exception cref="StorageFaultException">This one or an earlier one failed.</exception>
    public void Write(LedgerFile file, long address, long offset, ReadOnlySpan<byte> bytes)
    {
        WaitFor(address, bytes.Length); // a block that is written twice ends as it was written last
        while (_underWay == Depth) Take(LongestWaitUs);
        int at = 0;
        while (_writes[at].File is not null) at++;
        byte* buffer = _memory.Pointer + ((nuint)at * BufferBytes);
        bytes.CopyTo(new Span<byte>(buffer, BufferBytes));
        file.AddWrite(_queue, buffer, bytes.Length, offset, at);
        _writes[at] = (file, address, offset, bytes.Length);
        _underWay++;
        int result = _queue.Submit();
        if (result < 0) throw new StorageFaultException("io_submit", file.Path, offset, -result);
    }

    /// <summary>Returns when nothing of a range is under way.</summary>
    /// <exception cref="StorageFaultException">A write failed.</exception>
    public void WaitFor(long address, long length)
    {
        if (_underWay == 0) return;
        for (int at = 0; at < Depth; at++)
        {
            while (_writes[at].File is not null && _writes[at].Address < address + length && address < _writes[at].Address + _writes[at].Length)
                Take(LongestWaitUs);
        }
    }

    /// <summary>Returns when nothing is under way.</summary>
    /// <exception cref="StorageFaultException">A write failed.</exception>
    public void WaitForAll()
    {
        while (_underWay > 0) Take(LongestWaitUs);
    }

    public void Dispose()
    {
        _queue.Dispose();
        _memory.Dispose();
    }

    private void Take(int waitUs)
    {
        int count = _queue.Take(_outcomes, waitUs);
        if (count < 0) throw new StorageFaultException("io_getevents", "the page store", -1, -count);
        for (int i = 0; i < count; i++)
        {
            (int at, long result) = _outcomes[i];
            (LedgerFile? file, _, long offset, int length) = _writes[at];
            _writes[at].File = null;
            _underWay--;
            file!.CheckWrite(result, length, offset);
        }
    }
}
