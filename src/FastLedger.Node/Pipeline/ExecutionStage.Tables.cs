// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.State;

namespace FastLedger.Node.Pipeline;

// The roots of the tables as of the last block.
internal sealed partial class ExecutionStage
{
    private void AnswerTableRoots(in IngressHead head, in TableRootsQuery query)
    {
        ReadOnlySpan<Table> tables = _ledger.Tree.Tables;
        int length = FrameWriter.LengthOf<TableRootsAnswerHead, TableRoot>(tables.Length);
        if (!TryClaimEgress(EgressHead.Size + length, head.Connection, out ByteRing.Entry entry)) return;
        var writer = new FrameWriter(entry.Payload[EgressHead.Size..]);
        writer.Begin(new TableRootsAnswerHead
        {
            RequestId = query.RequestId,
            AsOfSequence = AsOf,
            Height = _ledger.Height,
            TimestampNs = _ledger.TimestampNs,
            StateRoot = _execution.StateRoot,
        });
        Span<TableRoot> roots = writer.Group<TableRoot>(tables.Length);
        for (int i = 0; i < tables.Length; i++)
        {
            Table table = tables[i];
            roots[i] = new TableRoot { Table = (uint)table.Id, RecordSize = (uint)table.RecordSize, Count = table.Count, Root = table.Root };
        }

        writer.Complete(0, 0);
        PublishFrame(entry, head.Connection, length, height: 0);
    }
}
