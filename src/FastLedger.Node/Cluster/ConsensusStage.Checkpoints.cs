// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Consensus.Effects;
using FastLedger.Node.Checkpoints;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

// What a checkpoint needs of consensus: the core's records in short, and from where on the journal is needed.
internal sealed partial class ConsensusStage
{
    /// <summary>The block of this height was executed just now, and the checkpoint of its state is being written.</summary>
    private void AnchorCheckpoint(ulong height)
    {
        ulong last = _journal.NextIndex - 1;
        ReadOnlySpan<ulong> executed = _store.Executed[.._store.Authors];
        ulong first = _archive.Index.FirstNeeded(height, executed, _store.Window, last + 1);
        _checkpoints!.Provide(new CheckpointAnchor(height, first, last, first == 0 ? [] : Snapshot(), executed.ToArray()));
    }

    private byte[] Snapshot()
    {
        EffectBuffer effects = _core.WriteSnapshot();
        byte[] snapshot = new byte[effects.UsedBytes + (4 * effects.Count)];
        Span<byte> rest = snapshot;
        for (int i = 0; i < effects.Count; i++)
        {
            Invariant.Check(effects[i].Kind is EffectKind.Persist or EffectKind.Note);
            ReadOnlySpan<byte> record = effects.Bytes(effects[i]);
            BinaryPrimitives.WriteInt32LittleEndian(rest, record.Length);
            record.CopyTo(rest[4..]);
            rest = rest[(4 + record.Length)..];
        }

        return snapshot[..^rest.Length];
    }
}
