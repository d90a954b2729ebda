// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Client;

/// <summary>The reading half: one loop per connection.</summary>
public sealed partial class LedgerClient
{
    private OrderEvent[] _events = [];

    private async Task ReceiveAsync(Link link)
    {
        PipeReader input = link.Connection.Input;
        while (true)
        {
            if (!input.TryRead(out ReadResult result)) result = await input.ReadAsync().ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            bool goOn = ReceiveFrames(link, ref buffer);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (!goOn || result.IsCompleted || result.IsCanceled) return;
        }
    }

    private bool ReceiveFrames(Link link, ref ReadOnlySequence<byte> buffer)
    {
        ResultCode error;
        while (FrameReader.TryRead(ref buffer, out Frame frame, out error))
            if (!Receive(link, in frame)) return false;
        return error == ResultCode.Ok || Terminate(link, error);
    }

    /// <returns>False when the connection is at its end.</returns>
    private bool Receive(Link link, in Frame frame)
    {
        ClientSession session = link.Session;
        switch (session.Receive(in frame, MonotonicClock.NowNs))
        {
            case ClientAction.BatchResult:
                ResultCode code = ReceiveResult(in frame);
                return code == ResultCode.Ok || Terminate(link, code);
            case ClientAction.StateCertificate:
                KeepCertificate(in frame);
                return _verification is null || _verification.TryTakeCertificate(in frame) || Terminate(link, ResultCode.Uncertified);
            case ClientAction.ReceiptProof:
                return (KeepReceipt(in frame) && (_verification is null || _verification.TryTakeProof(in frame))) || Terminate(link, ResultCode.Uncertified);
            case ClientAction.HandOver:
                return ReceiveHandOver(link, in frame) || Terminate(link, ResultCode.Uncertified);
            case ClientAction.OrderEvents:
                return (ReceiveEvents(in frame) || Terminate(link, ResultCode.MessageMalformed)) && _ended is null;
            case ClientAction.Answer:
                return ReceiveAnswer(in frame) || Terminate(link, ResultCode.MessageMalformed);
            case ClientAction.Rejected:
                ReceiveReject(session.LastReject);
                return true;
            case ClientAction.Establish:
                SendEstablish(link);
                return true;
            case ClientAction.Established:
                OnEstablished(link);
                return true;
            case ClientAction.Refused:
                EndIfFinal(session.LastReject.Code);
                return false;
            case ClientAction.Close:
                EndIfFinal(session.LastTerminate.Code);
                return false;
            case ClientAction.Terminate:
                EndIfFinal(session.LastTerminate.Code);
                return Terminate(link, session.LastTerminate.Code);
            default:
                return true;
        }
    }

    private void SendEstablish(Link link)
    {
        EventMode mode = _options.OrderEvents is null ? EventMode.None
            : _options.ReceiveTakerEvents ? EventMode.MakerAndTaker : EventMode.Maker;
        Establish establish = link.Session.Establish(_options.Key, (uint)_options.KeepAlive.TotalMilliseconds, mode);
        lock (_sendLock) link.Send(in establish);
    }

    private ResultCode ReceiveResult(in Frame frame)
    {
        if (!frame.TryRead(out BatchResultHead head)) return ResultCode.MessageMalformed;
        if (!frame.TryReadGroup<CommandResult>(out ReadOnlySequence<byte> results, out int count)) return ResultCode.MessageMalformed;

        // Answers come in order, so this is the oldest batch; only refused ones may stand before it.
        long place = Volatile.Read(ref _head);
        CommandBatch? batch = null;
        while (place < Volatile.Read(ref _sent) && (batch = _ring[place & (RingSize - 1)]) is null) place++;
        if (batch is null || head.FirstNumber != batch.FirstNumber || head.LastNumber != batch.LastNumber) return ResultCode.MessageMalformed;
        if (head.Session != Session || head.Count != batch.Count || head.OkCount > head.Count || count > batch.Count) return ResultCode.MessageMalformed;
        results.CopyTo(batch.PrepareResults(count));

        // A replica that cannot prove its answer gets no further chance on this connection: the batch is sent to another one.
        if (_verification is { } verification && !verification.IsProven(batch, in head, batch.Results)) return ResultCode.Uncertified;
        if (batch.WantsEvidence) TakeEvidence(batch, in head);
        Retire(place);
        batch.Answer(in head);
        return ResultCode.Ok;
    }

    private void ReceiveReject(in Reject reject)
    {
        if (reject.RefTemplateId != (ushort)TemplateId.CommandBatch)
        {
            TakeQuery(reject.Reference)?.Fail(new LedgerRejectedException(reject.Code));
            return;
        }

        for (long place = Volatile.Read(ref _head); place < Volatile.Read(ref _sent); place++)
        {
            if (_ring[place & (RingSize - 1)] is not { } batch || batch.FirstNumber != reject.Reference) continue;
            Retire(place);
            batch.Refuse(reject.Code);
            return;
        }
    }

    private bool ReceiveEvents(in Frame frame)
    {
        if (!frame.TryRead(out OrderEventsHead _)) return false;
        if (!frame.TryReadGroup<OrderEvent>(out ReadOnlySequence<byte> events, out int count)) return false;
        if (_options.OrderEvents is not { } handler || count == 0) return true;
        ReadOnlySpan<OrderEvent> span;
        if (events.IsSingleSegment)
        {
            span = MemoryMarshal.Cast<byte, OrderEvent>(events.FirstSpan);
        }
        else
        {
            if (_events.Length < count) _events = new OrderEvent[Math.Max(count, 2 * _events.Length)];
            events.CopyTo(MemoryMarshal.AsBytes(_events.AsSpan(0, count)));
            span = _events.AsSpan(0, count);
        }

        try
        {
            handler(span);
        }
        catch (Exception fault)
        {
            // Events cannot be asked for again, so going on as if they had been handled would hide the loss.
            End(new LedgerConnectionException(ResultCode.Ok, "The handler of order events threw", fault));
        }

        return true;
    }

    private bool Terminate(Link link, ResultCode code)
    {
        _lastFault = new LedgerConnectionException(code, $"The server broke the protocol: {code} ({(uint)code})");
        lock (_sendLock)
        {
            if (link.Writable) link.Send(link.Session.End(code));
        }

        return false;
    }
}
