// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using FastLedger.Node.Edge;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;

namespace FastLedger.Node.Cluster;

// Answers leave behind the certificate of their block, and behind the sync of this turn.
internal sealed partial class ConsensusStage
{
    /// <summary>Answers wait so long for a certificate; then the client is sent away, to ask another replica or again.</summary>
    private const ulong LongestWaitNs = 5_000_000_000;

    private ulong _waitingHeight;
    private ulong _waitingUntilNs;

    private bool DeliverIsDue()
    {
        ulong position = _rings.Egress.Position;
        return _rings.Egress.TryRead(ref position, out ByteRing.Entry entry) && MayLeave(EgressHead.In(entry.Payload).Height);
    }

    private bool MayLeave(ulong height) =>
        height == 0 || _certificates.Has(height) || (height == _waitingHeight && MonotonicNs() >= _waitingUntilNs);

    private bool Deliver()
    {
        long start = Stopwatch.GetTimestamp();
        bool any = false;
        ulong position = _rings.Egress.Position;
        while (_rings.Egress.TryRead(ref position, out ByteRing.Entry entry))
        {
            ref EgressHead head = ref EgressHead.In(entry.Payload);
            if (!MayLeave(head.Height))
            {
                ExpectCertificate(head.Height);
                break;
            }

            Deliver(head, entry.Payload);
            _rings.Egress.Release(position);
            any = true;
        }

        if (any) _times.Add(Stage.Egress, start);
        return any;
    }

    private void ExpectCertificate(ulong height)
    {
        if (_waitingHeight != height)
        {
            _waitingHeight = height;
            _waitingUntilNs = MonotonicNs() + LongestWaitNs;
        }

        if (_askAtNs == ulong.MaxValue) _askAtNs = MonotonicNs() + AskIntervalNs;
    }

    private void Deliver(in EgressHead head, Span<byte> payload)
    {
        ClientConnection? connection = _connections.Find(head.Connection);
        if (connection is null) return;
        ReadOnlySpan<byte> frames = payload.Slice(EgressHead.Size, head.FrameBytes);
        switch (head.Kind)
        {
            case EgressKind.BatchResult or EgressKind.Frame when head.Height > 0:
                ReadOnlySpan<byte> certificate = _certificates.Frame(head.Height);
                if (certificate.IsEmpty) connection.End(ResultCode.Overloaded);
                else connection.SendCertified(head.Height, certificate, frames, head.Kind == EgressKind.BatchResult);
                break;
            case EgressKind.Frame:
                connection.Send(frames);
                break;
            case EgressKind.Handshake:
                connection.CompleteHandshakeStep(head.Code, head.Value);
                break;
            default:
                connection.End(head.Code);
                break;
        }
    }
}
