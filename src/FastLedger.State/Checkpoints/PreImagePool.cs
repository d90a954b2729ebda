// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastLedger.Primitives;

namespace FastLedger.State.Checkpoints;

/// <summary>
/// Room for the images that records had at the height of a checkpoint, kept until their page is written. Records rather than pages are kept:
/// a block changes few records of many pages, and copying all of those pages at once would be a pause.
/// </summary>
/// <remarks>
/// One array of slots per size of record, all within one bound; slot 0 stands for none. The slot that was given back last is taken first,
/// since it is still in the processor's cache. Thread: executor only. Alloc: none after construction. Blocks: page faults on first touch.
/// </remarks>
internal sealed unsafe class PreImagePool : IDisposable
{
    private const int CacheLine = 64;
    private const int PopulatedBytes = 8 << 20;
    private static readonly int[] Sizes = [64, 128, 256, PagedRegion.PageBytes];

    private readonly ReservedMemory[] _memory = new ReservedMemory[Sizes.Length];
    private readonly ReservedMemory[] _free = new ReservedMemory[Sizes.Length]; // a stack of slots per size
    private readonly uint[] _freeCount = new uint[Sizes.Length];
    private readonly uint[] _used = new uint[Sizes.Length];
    private readonly long[] _populated = new long[Sizes.Length];

    /// <summary>Reserves the pool.</summary>
    /// <param name="bytes">Most bytes of images kept at a time.</param>
    public PreImagePool(long bytes)
    {
        Invariant.Check(bytes >= 0);
        Capacity = bytes;
        for (int i = 0; i < Sizes.Length; i++)
        {
            nuint slots = (nuint)((bytes / Sizes[i]) + 1);
            _memory[i] = new ReservedMemory((slots + 1) * (uint)Sizes[i], hugePages: true);
            _free[i] = new ReservedMemory(slots * sizeof(uint));
        }
    }

    /// <summary>The sizes that a unit can have.</summary>
    public static ReadOnlySpan<int> UnitSizes => Sizes;

    /// <summary>Most bytes of images kept at a time.</summary>
    public long Capacity { get; }

    /// <summary>Bytes of images kept now.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Backs the first slots of a size with memory, a piece per call.</summary>
    /// <param name="size">Bytes of a slot.</param>
    /// <param name="bytes">How much should be backed.</param>
    /// <returns>False when it is already.</returns>
    /// <remarks>Thread: any, one at a time; the executor may use the pool meanwhile. Blocks: some milliseconds.</remarks>
    public bool Populate(int size, long bytes)
    {
        ref long populated = ref _populated[Kind(size)];
        if (Math.Min(bytes, Capacity) < populated + PopulatedBytes) return false;
        _memory[Kind(size)].Populate((nuint)populated, PopulatedBytes);
        populated += PopulatedBytes;
        return true;
    }

    /// <summary>Takes a slot.</summary>
    /// <returns>Its number, or 0 when the pool is full.</returns>
    public uint Take(int size)
    {
        if (UsedBytes + size > Capacity) return 0;
        int kind = Kind(size);
        UsedBytes += size;
        return _freeCount[kind] == 0 ? ++_used[kind] : ((uint*)_free[kind].Pointer)[--_freeCount[kind]];
    }

    /// <summary>Gives a slot back.</summary>
    public void Release(int size, uint slot)
    {
        int kind = Kind(size);
        Invariant.Check(slot - 1 < _used[kind] && _freeCount[kind] < _used[kind]);
        ((uint*)_free[kind].Pointer)[_freeCount[kind]++] = slot;
        UsedBytes -= size;
    }

    /// <summary>The image.</summary>
    public Span<byte> Image(int size, uint slot)
    {
        Invariant.Check(slot - 1 < _used[Kind(size)]);
        return new Span<byte>(_memory[Kind(size)].Pointer + ((nuint)slot * (uint)size), size);
    }

    /// <summary>Brings an image near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int size, uint slot)
    {
        if (!Sse.IsSupported) return;
        byte* image = _memory[Kind(size)].Pointer + ((nuint)slot * (uint)size);
        Sse.Prefetch0(image);
        if (size > CacheLine) Sse.Prefetch0(image + CacheLine);
    }

    public void Dispose()
    {
        foreach (ReservedMemory memory in _memory) memory.Dispose();
        foreach (ReservedMemory free in _free) free.Dispose();
    }

    private static int Kind(int size) => size switch
    {
        64 => 0,
        128 => 1,
        256 => 2,
        _ => 3,
    };
}
