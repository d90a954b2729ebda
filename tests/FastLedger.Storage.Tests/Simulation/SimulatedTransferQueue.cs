// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace FastLedger.Storage.Tests;

/// <summary>A queue whose transfers happen when their outcome is taken, in any order: a write that was begun is on no disk yet.</summary>
internal sealed unsafe class SimulatedTransferQueue(int depth) : ITransferQueue
{
    private readonly Random _random = new(7);
    private readonly List<(bool IsWrite, IStorageFile File, nint Buffer, int Length, long Offset, int Tag)> _added = [], _underWay = [];

    public void AddRead(IStorageFile file, byte* buffer, int length, long offset, int tag) => Add(false, file, buffer, length, offset, tag);

    public void AddWrite(IStorageFile file, byte* buffer, int length, long offset, int tag) => Add(true, file, buffer, length, offset, tag);

    public int Submit()
    {
        _underWay.AddRange(_added);
        _added.Clear();
        return 0;
    }

    public int Take(Span<(int Tag, long Result)> outcomes, int waitUs)
    {
        int count = Math.Min(outcomes.Length, _random.Next(waitUs > 0 ? 1 : 0, _underWay.Count + 1));
        for (int i = 0; i < count; i++)
        {
            int at = _random.Next(_underWay.Count);
            var transfer = _underWay[at];
            _underWay.RemoveAt(at);
            var bytes = new Span<byte>((void*)transfer.Buffer, transfer.Length);
            long result = transfer.IsWrite ? transfer.File.Write(bytes, transfer.Offset) : transfer.File.Read(bytes, transfer.Offset);
            outcomes[i] = (transfer.Tag, result);
        }

        return count;
    }

    public void Dispose() => _underWay.Clear();

    private void Add(bool isWrite, IStorageFile file, byte* buffer, int length, long offset, int tag)
    {
        Assert.True(_added.Count + _underWay.Count < depth);
        long unit = isWrite ? 4096 : file.ReadUnit;
        Assert.Equal((0, 0, 0), ((long)buffer % unit, length % unit, offset % unit));
        _added.Add((isWrite, file, (nint)buffer, length, offset, tag));
    }
}
