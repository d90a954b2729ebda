// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>The parts of a log that hold live pages, read one after the other into a few buffers, ahead of their use.</summary>
/// <remarks>Thread: one, beside its own. Blocks: <see cref="Next"/>, on the device. A read that fails leaves its reason in the device's fault.</remarks>
internal sealed unsafe class ScanWindows : IDisposable
{
    private const int Buffers = 4;
    private readonly SegmentedDevice _device;
    private readonly long[] _starts;
    private readonly long _bytes;
    private readonly ReservedMemory[] _memory = new ReservedMemory[Buffers];
    private readonly SemaphoreSlim _filled = new(0), _empty = new(Buffers);
    private readonly Thread? _thread;
    private volatile bool _stopping;
    private int _next;

    /// <param name="device">The log's files; the caller reads none of them until this is disposed.</param>
    /// <param name="addresses">Of the pages, ascending.</param>
    /// <param name="bytes">Size of a window: whole log pages, within one segment.</param>
    /// <param name="ahead">Reads on a thread of its own.</param>
    public ScanWindows(SegmentedDevice device, ReadOnlySpan<long> addresses, long bytes, bool ahead)
    {
        _device = device;
        _bytes = bytes;
        var starts = new List<long>();
        foreach (long address in addresses)
            if (starts.Count == 0 || starts[^1] != address / bytes * bytes) starts.Add(address / bytes * bytes);
        _starts = [.. starts];
        for (int i = 0; i < Buffers; i++) _memory[i] = new ReservedMemory((nuint)bytes);
        if (!ahead) return;
        _thread = new Thread(ReadAhead) { IsBackground = true, Name = "store scan" };
        _thread.Start();
    }

    /// <summary>The next window. The one before it is no longer valid.</summary>
    public byte* Next()
    {
        Invariant.Check(_next < _starts.Length);
        if (_thread is null)
        {
            Read(_next);
        }
        else
        {
            if (_next > 0) _empty.Release();
            _filled.Wait();
        }

        return _memory[_next++ % Buffers].Pointer;
    }

    public void Dispose()
    {
        _stopping = true;
        _empty.Release();
        _thread?.Join();
        foreach (ReservedMemory memory in _memory) memory.Dispose();
        _filled.Dispose();
        _empty.Dispose();
    }

    private void ReadAhead()
    {
        for (int i = 0; i < _starts.Length; i++)
        {
            _empty.Wait();
            if (_stopping) return;
            Read(i);
            _filled.Release();
        }
    }

    private void Read(int window)
    {
        long start = _starts[window];
        (_, long offset) = _device.Locate(start);
        _ = _device.Read((int)(start / _device.SegmentSize), offset, _memory[window % Buffers].Pointer, _bytes);
    }
}
