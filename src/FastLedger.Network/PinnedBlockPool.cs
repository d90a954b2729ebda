// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Threading;

namespace FastLedger.Network;

/// <summary>Blocks of one size on the pinned object heap, so that the kernel can be given their address without pinning anything.</summary>
/// <remarks>Thread: any. Alloc: until as many blocks exist as were ever in use at once. Blocks: a short lock.</remarks>
internal sealed class PinnedBlockPool : MemoryPool<byte>
{
    private readonly Lock _lock = new();
    private readonly Block[] _free;
    private readonly int _blockBytes;
    private int _freeCount;

    /// <param name="blockBytes">Size of every block.</param>
    /// <param name="retainedBlocks">Idle blocks kept; blocks above that go back to the collector.</param>
    public PinnedBlockPool(int blockBytes, int retainedBlocks)
    {
        _blockBytes = blockBytes;
        _free = new Block[retainedBlocks];
    }

    public override int MaxBufferSize => _blockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, _blockBytes);
        lock (_lock)
        {
            if (_freeCount > 0) return _free[--_freeCount];
        }

        return new Block(this, _blockBytes);
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            if (_freeCount < _free.Length) _free[_freeCount++] = block;
        }
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(PinnedBlockPool pool, int bytes) : IMemoryOwner<byte>
    {
        // Backed by an array: sends of several segments ask for one.
        public Memory<byte> Memory { get; } =
            MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(bytes, pinned: true), 0, bytes);

        public void Dispose() => pool.Return(this);
    }
}
