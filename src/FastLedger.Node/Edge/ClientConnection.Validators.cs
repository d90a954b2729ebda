// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Edge;

// Who validates, for whoever asks: without a session, because an answer can be verified only by whoever knows that.
internal sealed partial class ClientConnection
{
    private void SendHandOver(in HandOverQuery query)
    {
        ReadOnlySpan<byte> handOver = _board.HandOverOf(query.Epoch).Span;
        int pieces = (handOver.Length + ProofPiece.Size - 1) / ProofPiece.Size;
        byte[] frame = new byte[FrameWriter.LengthOf<HandOverAnswerHead, ProofPiece>(pieces)];
        var writer = new FrameWriter(frame);
        writer.Begin(new HandOverAnswerHead
        {
            RequestId = query.RequestId,
            Epoch = handOver.IsEmpty ? 0 : query.Epoch,
            NewestEpoch = _board.NewestHandOver,
            HandOverBytes = (uint)handOver.Length,
        });
        handOver.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(writer.Group<ProofPiece>(pieces)));
        Send(frame.AsSpan(0, writer.Complete(0, 0)));
    }

    private void SendValidators(in ValidatorsQuery query)
    {
        ReadOnlySpan<ValidatorEntry> entries = _board.Validators(out ulong epoch, out bool isChanging);
        byte[] frame = new byte[FrameWriter.LengthOf<ValidatorsAnswerHead, ValidatorEntry>(entries.Length)];
        var writer = new FrameWriter(frame);
        writer.Begin(new ValidatorsAnswerHead { RequestId = query.RequestId, Epoch = epoch, IsChanging = isChanging ? 1u : 0u, Node = (uint)_board.Self });
        writer.Group(entries);
        Send(frame.AsSpan(0, writer.Complete(0, 0)));
    }
}
