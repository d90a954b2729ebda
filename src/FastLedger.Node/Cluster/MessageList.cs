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

    /// <summary>Some of them stand in the memory of a batch.</summary>
    public bool HasBatches { get; private set; }

    public ref readonly Message this[int index] => ref _items[index];

    public ReadOnlySpan<byte> Bytes(in Message item) => _arena.AsSpan(item.Offset, item.Length);

    public void Add(ReadOnlySpan<byte> bytes, ushort template, UInt128 targets, StoredBatch batch)
    {
        if (Count == _items.Length) Array.Resize(ref _items, 2 * _items.Length);
        if (_arena.Length - _used < bytes.Length) Array.Resize(ref _arena, Math.Max(2 * _arena.Length, _used + bytes.Length));
        bytes.CopyTo(_arena.AsSpan(_used));
        _items[Count++] = new Message(_used, bytes.Length, template, targets, batch);
        _used += bytes.Length;
        HasBatches |= !batch.IsNone;
    }

    /// <summary>The messages with a batch go to nobody: their memory is about to be another batch's.</summary>
    public void DropBatches()
    {
        for (int i = 0; i < Count; i++)
            if (!_items[i].Batch.IsNone) _items[i] = _items[i] with { Targets = 0, Batch = default };
        HasBatches = false;
    }

    public void Clear()
    {
        Count = 0;
        _used = 0;
        HasBatches = false;
    }

    internal readonly record struct Message(int Offset, int Length, ushort Template, UInt128 Targets, StoredBatch Batch);
}
