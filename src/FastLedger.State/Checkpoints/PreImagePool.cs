// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.State.Checkpoints;

/// <summary>
/// Room for the images that records had at the height of a checkpoint, kept until their page is written. Records rather than pages are kept:
/// a block changes few records of many pages, and copying all of those pages at once would be a pause.
/// </summary>
/// <remarks>
/// One array of slots per size of record, all within one bound; slot 0 stands for none. Thread: executor only. Alloc: none after
/// construction. Blocks: page faults on first touch.
/// </remarks>
internal sealed unsafe class PreImagePool : IDisposable
{
    private const int HeadBytes = 16;
    private static readonly int[] Sizes = [64, 128, 256, PagedRegion.PageBytes];

    private readonly ReservedMemory[] _memory = new ReservedMemory[Sizes.Length];
    private readonly uint[] _used = new uint[Sizes.Length];
    private readonly uint[] _free = new uint[Sizes.Length];
    private readonly long _capacity;

    /// <summary>Reserves the pool.</summary>
    /// <param name="bytes">Most bytes of images kept at a time.</param>
    public PreImagePool(long bytes)
    {
        Invariant.Check(bytes >= 0);
        _capacity = bytes;
        for (int i = 0; i < Sizes.Length; i++)
            _memory[i] = new ReservedMemory((nuint)((bytes / Sizes[i]) + 1) * (uint)(Sizes[i] + HeadBytes));
    }

    /// <summary>Bytes of images kept now.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Takes a slot and links it in front of another one.</summary>
    /// <returns>Its number, or 0 when the pool is full.</returns>
    public uint Take(int size, uint unit, uint next)
    {
        if (UsedBytes + size > _capacity) return 0;
        int kind = Kind(size);
        uint slot = _free[kind];
        if (slot != 0) _free[kind] = Next(size, slot);
        else slot = ++_used[kind];
        UsedBytes += size;
        uint* head = Head(kind, slot);
        head[0] = next;
        head[1] = unit;
        return slot;
    }

    /// <summary>Gives a slot back.</summary>
    /// <returns>The slot behind it, or 0.</returns>
    public uint Release(int size, uint slot)
    {
        int kind = Kind(size);
        uint* head = Head(kind, slot);
        uint next = head[0];
        head[0] = _free[kind];
        _free[kind] = slot;
        UsedBytes -= size;
        return next;
    }

    /// <summary>The slot behind a slot, or 0.</summary>
    public uint Next(int size, uint slot) => Head(Kind(size), slot)[0];

    /// <summary>Which unit of its region the slot holds.</summary>
    public uint Unit(int size, uint slot) => Head(Kind(size), slot)[1];

    /// <summary>The image.</summary>
    public Span<byte> Image(int size, uint slot) => new((byte*)Head(Kind(size), slot) + HeadBytes, size);

    public void Dispose()
    {
        foreach (ReservedMemory memory in _memory) memory.Dispose();
    }

    private static int Kind(int size) => size switch
    {
        64 => 0,
        128 => 1,
        256 => 2,
        _ => 3,
    };

    private uint* Head(int kind, uint slot)
    {
        Invariant.Check(slot - 1 < _used[kind]);
        return (uint*)(_memory[kind].Pointer + ((nuint)(slot - 1) * (uint)(Sizes[kind] + HeadBytes)));
    }
}
