// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Events;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Proofs;

namespace FastLedger.Node.Pipeline;

// Proofs against the state root of the last block. What commands wrote since then is in no root yet, but queries run between blocks.
internal sealed partial class ExecutionStage
{
    private readonly Hash256[] _proofPath = new Hash256[MerkleProof.MaxPathLength];
    private readonly Hash256[] _consistencyPath = new Hash256[MerkleProof.MaxPathLength];
    private readonly byte[] _proof = new byte[Math.Max(StateProof.MaxBytes, EventProof.MaxBytes)];

    private void AnswerStateProof(in IngressHead head, in StateProofQuery query)
    {
        int pathLength = _ledger.Tree.Prove(query.Table, query.Record, _proofPath, out ReadOnlySpan<byte> record);
        if (pathLength < 0)
        {
            RejectQuery(head, query.RequestId, ResultCode.NotFound);
            return;
        }

        int bytes = StateProof.LengthOf(record.Length, _ledger.Tree.Image.Length, pathLength);
        StateProof.Write(_proof.AsSpan(0, bytes), query.Table, query.Record, record, _ledger.Tree.Image, _proofPath.AsSpan(0, pathLength));
        if (!TryBegin<StateProofAnswerHead, ProofPiece>(head, Pieces(bytes), out FrameWriter writer, out ByteRing.Entry entry, out int length)) return;
        writer.Begin(new StateProofAnswerHead
        {
            RequestId = query.RequestId,
            Height = _ledger.Height,
            TimestampNs = _ledger.TimestampNs,
            StateRoot = _ledger.Tree.Root,
            Table = query.Table,
            Record = query.Record,
            ProofBytes = (uint)bytes,
            AsOfSequence = AsOf,
        });
        CopyProof(writer.Group<ProofPiece>(Pieces(bytes)), bytes);
        Finish(head, writer, entry, length, CertifiedHeight);
    }

    private void AnswerEventProof(in IngressHead head, in EventProofQuery query)
    {
        EventLog log = _ledger.Agreements.Events;
        ulong events = log.Tree.Count;
        if (query.Event > events || query.OldEvents > events || (query.Event == 0 && query.OldEvents == 0))
        {
            RejectQuery(head, query.RequestId, ResultCode.NotFound);
            return;
        }

        int inclusion = query.Event == 0 ? 0 : log.Tree.ProveInclusion(query.Event - 1, events, _proofPath);
        int consistency = log.Tree.ProveConsistency(query.OldEvents, events, _consistencyPath);
        int bytes = EventProof.LengthOf(query.Event != 0, inclusion, consistency);
        ReadOnlySpan<byte> content = query.Event == 0 ? default : log.Events.Bytes((uint)query.Event);
        EventProof.Write(_proof.AsSpan(0, bytes), query.Event, content, query.OldEvents, events, _proofPath.AsSpan(0, inclusion), _consistencyPath.AsSpan(0, consistency));
        if (!TryBegin<EventProofAnswerHead, ProofPiece>(head, Pieces(bytes), out FrameWriter writer, out ByteRing.Entry entry, out int length)) return;
        writer.Begin(new EventProofAnswerHead
        {
            RequestId = query.RequestId,
            Height = _ledger.Height,
            Event = query.Event,
            OldEvents = query.OldEvents,
            Events = events,
            LogRoot = log.Record.Root,
            ProofBytes = (uint)bytes,
            AsOfSequence = AsOf,
        });
        CopyProof(writer.Group<ProofPiece>(Pieces(bytes)), bytes);
        Finish(head, writer, entry, length, CertifiedHeight);
    }

    /// <summary>Proofs leave behind the certificate of the state that they lead to, once this process has executed a block.</summary>
    private ulong CertifiedHeight => _blocks == 0 ? 0 : _ledger.Height;

    private static int Pieces(int bytes) => (bytes + ProofPiece.Size - 1) / ProofPiece.Size;

    private void CopyProof(Span<ProofPiece> pieces, int bytes)
    {
        pieces.Clear();
        _proof.AsSpan(0, bytes).CopyTo(MemoryMarshal.AsBytes(pieces));
    }
}
