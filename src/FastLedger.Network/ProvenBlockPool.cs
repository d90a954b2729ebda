// SPDX-License-Identifier: Apache-2.0
using System.Buffers;

namespace FastLedger.Network;

/// <summary>Blocks for the pipes of one connection: small ones until the other side proved itself, large ones from then on.</summary>
/// <remarks>Thread: any. Alloc: as the pools behind it. Blocks: as the pools behind it.</remarks>
internal sealed class ProvenBlockPool(MemoryPool<byte> small, MemoryPool<byte> large) : MemoryPool<byte>
{
    private volatile bool _proven;

    public override int MaxBufferSize => large.MaxBufferSize;

    /// <summary>The other side proved itself.</summary>
    public void Widen() => _proven = true;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
        _proven || minBufferSize > small.MaxBufferSize ? large.Rent(minBufferSize) : small.Rent(minBufferSize);

    protected override void Dispose(bool disposing)
    {
    }
}
