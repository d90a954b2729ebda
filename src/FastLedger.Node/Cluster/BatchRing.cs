// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

/// <summary>
/// Batches in memory in the order in which they came: a native ring whose front is freed when its batch was executed. One author's batches
/// are executed in the order of their numbers, so the front is never held up for long.
/// </summary>
/// <remarks>Thread: claims from any, everything else the consensus thread. Alloc: none after construction. Blocks: no.</remarks>
internal sealed class BatchRing(int bytes) : IDisposable
{
    private const int MaxSlots = 256;
    private readonly ByteRing _ring = new(bytes);
    private readonly Slot[] _slots = new Slot[MaxSlots];
    private ulong _read;
    private int _first;
    private int _count;

    /// <summary>Batches held.</summary>
    public int Count => _count;

    /// <summary>Bytes held.</summary>
    public long UsedBytes => _ring.UsedBytes;

    /// <summary>A batch came that was not taken, and there is a place for it.</summary>
    public bool HasNew
    {
        get
        {
            ulong position = _read;
            return _count < MaxSlots && _ring.TryRead(ref position, out _);
        }
    }

    /// <summary>The batch is the next one that <see cref="TryTake"/> gives.</summary>
    public bool IsNext(StoredBatch batch)
    {
        ulong position = _read;
        return _ring.TryRead(ref position, out ByteRing.Entry entry) && new StoredBatch(entry.Payload).IsSame(batch);
    }

    /// <summary>Takes room for a batch; it is filled, then published or abandoned.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryClaim(int batches, int commands, int connections, int bundleBytes, out ByteRing.Entry entry, out StoredBatch batch)
    {
        batch = default;
        int size = StoredBatch.SizeOf(batches, commands, connections, bundleBytes);
        if (size > _ring.MaxPayload || !_ring.TryClaim(size, out entry))
        {
            entry = default;
            return false;
        }

        batch = new StoredBatch(entry.Payload);
        batch.Format(batches, commands, connections, bundleBytes);
        return true;
    }

    /// <summary>The next batch that came.</summary>
    /// <returns>False when none did, or too many wait to be executed.</returns>
    public bool TryTake(out StoredBatch batch)
    {
        batch = default;
        if (_count == MaxSlots || !_ring.TryRead(ref _read, out ByteRing.Entry entry)) return false;
        batch = new StoredBatch(entry.Payload);
        _slots[(_first + _count++) % MaxSlots] = new Slot(batch, batch.Reference, _read, false);
        return true;
    }

    /// <summary>Forgets the batch that <see cref="TryTake"/> gave last.</summary>
    public void Drop()
    {
        int last = (_first + _count - 1) % MaxSlots;
        _slots[last] = _slots[last] with { IsDead = true };
    }

    /// <summary>Finds a batch.</summary>
    public bool TryFind(in BatchReference reference, out StoredBatch batch)
    {
        for (int i = 0; i < _count; i++)
        {
            ref Slot slot = ref _slots[(_first + i) % MaxSlots];
            if (slot.IsDead || slot.Reference != reference) continue;
            batch = slot.Batch;
            return true;
        }

        batch = default;
        return false;
    }

    /// <summary>How often a batch is here.</summary>
    public int CountOf(in BatchReference reference)
    {
        int found = 0;
        for (int i = 0; i < _count; i++)
        {
            ref Slot slot = ref _slots[(_first + i) % MaxSlots];
            if (!slot.IsDead && slot.Reference == reference) found++;
        }

        return found;
    }

    /// <summary>Batch <paramref name="index"/> of <see cref="Count"/>, oldest first.</summary>
    /// <returns>False when it was dropped.</returns>
    public bool TryGet(int index, out StoredBatch batch)
    {
        Slot slot = _slots[(_first + index) % MaxSlots];
        batch = slot.Batch;
        return !slot.IsDead;
    }

    /// <summary>Frees the front up to the first batch that is still to be executed.</summary>
    /// <param name="executed">Per author, the number of its last executed batch.</param>
    public void Release(ReadOnlySpan<ulong> executed)
    {
        bool any = false;
        ulong position = 0;
        for (; _count > 0; _count--, _first = (_first + 1) % MaxSlots)
        {
            ref Slot slot = ref _slots[_first];
            if (!slot.IsDead && slot.Reference.Number > executed[slot.Reference.Author]) break;
            position = slot.End;
            slot = default;
            any = true;
        }

        if (any) _ring.Release(position);
    }

    /// <summary>Forgets all batches.</summary>
    public void Clear()
    {
        while (_ring.TryRead(ref _read, out _))
        {
        }

        _first = _count = 0;
        Array.Clear(_slots);
        _ring.Release(_read);
    }

    public void Dispose() => _ring.Dispose();

    private record struct Slot(StoredBatch Batch, BatchReference Reference, ulong End, bool IsDead);
}
