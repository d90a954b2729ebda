// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Node.Cluster;
using FastLedger.Primitives;

namespace FastLedger.Node.Pipeline;

// The batch behind the one that executes: what it needs is read meanwhile.
internal sealed partial class ExecutionStage
{
    private ulong _behindBlock; // where the next ordered block will stand

    /// <summary>Asks for the pages of this batch and of the one behind it, when memory is bounded and the batch is known.</summary>
    /// <param name="batch">Executes next.</param>
    /// <param name="rest">What follows in its bundle.</param>
    /// <param name="following">The bundles behind it in the block.</param>
    private void ExpectAround(in BundledBatch batch, ReadOnlySpan<byte> rest, ReadOnlySpan<StoredBatch> following)
    {
        if (_ledger.Tree.Residency is null) return;
        _execution.Expect(batch);
        ulong position = _behindBlock;
        if (rest.IsEmpty && following.IsEmpty && _ordered.TryRead(ref position, out ByteRing.Entry block)) following = Bundles(block.Payload);
        for (; rest.IsEmpty && !following.IsEmpty; following = following[1..]) rest = following[0].Bundle;
        if (!rest.IsEmpty && Bundle.TryTake(ref rest, out BundledBatch next)) _execution.Expect(next);
    }

    private static ReadOnlySpan<StoredBatch> Bundles(ReadOnlySpan<byte> order) =>
        MemoryMarshal.Cast<byte, StoredBatch>(order.Slice(OrderedBlock.Size, MemoryMarshal.AsRef<OrderedBlock>(order).Batches * Unsafe.SizeOf<StoredBatch>()));
}
