// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Node.Cluster;

// A replica that begins with nothing, in a cluster that has forgotten its beginning.
internal sealed partial class ConsensusStage
{
    private UInt128 _peersWithoutBeginning;

    /// <summary>Told, with the first height that a peer still has, when this replica has nothing and cannot get the ledger's first blocks.</summary>
    public Action<ulong>? StateNeeded { get; init; }

    /// <summary>
    /// A peer says that it has no blocks below a height. For a replica that executed anything it changes nothing. For one without a ledger it is
    /// believed when the core saw a proof that the cluster is past that height, or when more peers say so than can be faulty.
    /// </summary>
    private void OnBlocksBegin(int node, ReadOnlySpan<byte> message)
    {
        if (message.Length != Unsafe.SizeOf<BlocksBegin>() || _core.CommittedHeight != 0 || _executedHeight != 0 || _core.Validators.IndexOfNode(node) < 0) return;
        BlocksBegin begin = MemoryMarshal.Read<BlocksBegin>(message);
        if (begin.Height < 2) return;
        _peersWithoutBeginning |= UInt128.One << node;
        if (_core.ProvenHeight >= begin.Height || UInt128.PopCount(_peersWithoutBeginning) > (UInt128)_core.Validators.FaultBound) StateNeeded?.Invoke(begin.Height);
    }
}
