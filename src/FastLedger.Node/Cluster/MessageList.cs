// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Node.Cluster;

/// <summary>Messages of one turn in one arena.</summary>
/// <remarks>Thread: one. Alloc: grows to the largest turn it has held, then nothing.</remarks>
internal sealed class MessageList
{
    private Message[] _items = new Message[64];
    private byte[] _arena = new byte[64 * 1024];
    private int _used;

    public int Count { get; private set; }

    public ref readonly Message this[int index] => ref _items[index];

    public ReadOnlySpan<byte> Bytes(in Message item) => _arena.AsSpan(item.Offset, item.Length);

    public void Add(ReadOnlySpan<byte> bytes, ushort template, UInt128 targets, StoredBatch batch)
    {
        if (Count == _items.Length) Array.Resize(ref _items, 2 * _items.Length);
        if (_arena.Length - _used < bytes.Length) Array.Resize(ref _arena, Math.Max(2 * _arena.Length, _used + bytes.Length));
        bytes.CopyTo(_arena.AsSpan(_used));
        _items[Count++] = new Message(_used, bytes.Length, template, targets, batch);
        _used += bytes.Length;
    }

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    internal readonly record struct Message(int Offset, int Length, ushort Template, UInt128 Targets, StoredBatch Batch);
}
