// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Storage;

/// <summary>
/// Writes of the log that the device does while the store goes on: a write past the page cache stands behind the reads that are under way,
/// and the store would wait for it a third of its time.
/// </summary>
/// <remarks>
/// Nothing is copied: a write ends before the log has gone so far beyond it that FASTER uses its memory again. Who reads or syncs asks
/// before: <see cref="WaitFor"/>, <see cref="WaitForAll"/>. Thread: the store's. Alloc: none. Blocks: when too much is under way.
/// </remarks>
internal sealed unsafe class QueuedWrites : IDisposable
{
    /// <summary>Most bytes of a write.</summary>
    public const int PieceBytes = 1 << 20;

    private const int Depth = 8;
    private const int LongestWaitUs = 1_000_000;

    private readonly ITransferQueue _queue;
    private readonly long _steadyBytes;
    private readonly (LedgerFile? File, long Address, long Offset, int Length)[] _writes = new (LedgerFile?, long, long, int)[Depth];
    private readonly (int Tag, long Result)[] _outcomes = new (int, long)[Depth];
    private int _underWay;

    private QueuedWrites(ITransferQueue queue, long steadyBytes) => (_queue, _steadyBytes) = (queue, steadyBytes);

    /// <summary>Opens the queue.</summary>
    /// <param name="files">The system's files.</param>
    /// <param name="steadyBytes">
    /// So far behind the end of what was written last, memory stays as it is: what begins before is waited for. Addresses ascend, but for
    /// blocks that are written again.
    /// </param>
    /// <returns>Null when the system has none.</returns>
    public static QueuedWrites? TryOpen(IFileSystem files, long steadyBytes) =>
        files.TryOpenTransferQueue(Depth) is { } queue ? new QueuedWrites(queue, steadyBytes) : null;

    /// <summary>Begins a write.</summary>
    /// <param name="file">Opened past the page cache.</param>
    /// <param name="address">Of the log.</param>
    /// <param name="offset">In the file.</param>
    /// <param name="bytes">At a multiple of 4,096; left alone until it is written.</param>
    /// <param name="length">At most <see cref="PieceBytes"/>.</param>
    /// <exception cref="StorageFaultException">This one or an earlier one failed.</exception>
    public void Write(LedgerFile file, long address, long offset, byte* bytes, int length)
    {
        WaitFor(address, length); // a block that is written twice ends as it was written last
        WaitFor(0, address + length - _steadyBytes); // the queue may finish later writes before it
        while (_underWay == Depth) Take(LongestWaitUs);
        int at = 0;
        while (_writes[at].File is not null) at++;
        file.AddWrite(_queue, bytes, length, offset, at);
        _writes[at] = (file, address, offset, length);
        _underWay++;
        int result = _queue.Submit();
        if (result < 0) throw new StorageFaultException("io_submit", file.Path, offset, -result);
        if (length > _steadyBytes) WaitForAll();
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

    /// <summary>Waits for what is under way, whatever comes of it.</summary>
    public void Dispose() => _queue.Dispose();

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
