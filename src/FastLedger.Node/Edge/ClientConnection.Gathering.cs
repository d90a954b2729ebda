// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Edge;

// Batches that arrived together are hashed one by one and have their signatures checked together: eight cost little more than one. Nothing
// waits for more to arrive: what the receive buffer holds is gathered, then checked.
internal sealed partial class ClientConnection
{
    private const int MaxGathered = 32;
    private const int MaxGatheredBytes = 64 << 10;
    private const int SlotBytes = 128;

    // Made with the first batch: who has no session gets none of it.
    private Gathered[] _gathered = [];
    private SignedMessage[] _signed = [];
    private bool[] _valid = [];

    /// <summary>The bytes that the gathered signatures are over, and the session's key behind them.</summary>
    private byte[] _messages = [];

    private int _gatheredCount;
    private int _gatheredBytes;

    /// <summary>Copies a batch into the ring and hashes it.</summary>
    /// <returns>False when the ring is full; what was gathered before is checked and published then.</returns>
    private bool TryGather(in Frame frame)
    {
        long start = Stopwatch.GetTimestamp();
        if (_messages.Length == 0) MakeRoom();
        CommandBatchHead batch = _session.Batch;
        int bodyBytes = (int)frame.Body.Length;
        int bodyOffset = IngressHead.BodyOffset(batch.Count);
        if (!_rings.Batches.TryClaim(bodyOffset + bodyBytes, out ByteRing.Entry entry))
        {
            CheckGathered();
            return false;
        }

        Span<byte> payload = entry.Payload;
        Span<byte> body = payload[bodyOffset..];
        frame.Body.CopyTo(body);
        ResultCode code = BatchVerifier.Prepare(
            body, _chainId, IngressHead.Hashes(payload, batch.Count), out Hash256 digest, _messages.AsSpan(_gatheredCount * SlotBytes, SignedMessages.BatchBytes));
        if (code != ResultCode.Ok)
        {
            ByteRing.Abandon(entry);
            SendMessage(_session.RejectBatch(frame.Header, code));
        }
        else
        {
            IngressHead.In(payload) = new IngressHead { Kind = IngressKind.Batch, Session = _session.Session, Connection = Id, Count = batch.Count, Digest = digest, Key = _session.PublicKey };
            _gathered[_gatheredCount++] = new Gathered(entry, frame.Header, batch.FirstNumber, bodyOffset);
            _gatheredBytes += bodyBytes;
        }

        _times.Add(Stage.Ingress, start);
        if (_gatheredCount == MaxGathered || _gatheredBytes >= MaxGatheredBytes) CheckGathered();
        return true;
    }

    private void MakeRoom()
    {
        _gathered = new Gathered[MaxGathered];
        _signed = new SignedMessage[MaxGathered];
        _valid = new bool[MaxGathered];
        _messages = new byte[(MaxGathered * SlotBytes) + Hash256.Size];
    }

    /// <summary>Checks the gathered signatures, publishes the batches whose signature is good and refuses the others.</summary>
    private unsafe void CheckGathered()
    {
        if (_gatheredCount == 0) return;
        long start = Stopwatch.GetTimestamp();
        Hash256 key = _session.PublicKey;
        key.Bytes.CopyTo(_messages.AsSpan(MaxGathered * SlotBytes));
        fixed (byte* messages = _messages)
        {
            for (int i = 0; i < _gatheredCount; i++)
            {
                // The ring's memory never moves.
                byte* signature = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_gathered[i].Entry.Payload[_gathered[i].BodyOffset..]));
                _signed[i] = new SignedMessage(messages + (MaxGathered * SlotBytes), messages + (i * SlotBytes), SignedMessages.BatchBytes, signature);
            }

            Ed25519.VerifyBatch(_signed.AsSpan(0, _gatheredCount), _valid.AsSpan(0, _gatheredCount));
        }

        for (int i = 0; i < _gatheredCount; i++)
        {
            ref Gathered batch = ref _gathered[i];
            if (_valid[i]) ByteRing.Publish(batch.Entry);
            else
            {
                ByteRing.Abandon(batch.Entry);
                SendMessage(_session.RejectBatch(batch.Header, batch.FirstNumber, ResultCode.BadSignature));
            }
        }

        _gatheredCount = 0;
        _gatheredBytes = 0;
        _rings.ConsensusBell.Ring();
        _times.Add(Stage.Ingress, start);
    }

    /// <summary>A connection that ends between gathering and checking leaves nothing claimed: the core would wait for it.</summary>
    private void AbandonGathered()
    {
        for (int i = 0; i < _gatheredCount; i++) ByteRing.Abandon(_gathered[i].Entry);
        _gatheredCount = 0;
    }

    private readonly record struct Gathered(ByteRing.Entry Entry, FrameHeader Header, ulong FirstNumber, int BodyOffset);
}
