// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading;
using FastLedger.Network;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Node.Edge;

// Frames out. A client that does not read is given a bounded amount of memory, then it is cut off.
internal sealed partial class ClientConnection
{
    private const int LargestMessage = 512;

    private readonly Lock _sendLock = new();
    private readonly Action _onFlushed;
    private ValueTaskAwaiter<FlushResult> _flush;
    private bool _flushing;
    private bool _unflushed;
    private int _unsentBytes;
    private volatile bool _ended;
    private ulong _certifiedHeight;

    /// <summary>Sends finished frames, one after the other, under this connection's next numbers. Any thread.</summary>
    public void Send(ReadOnlySpan<byte> frames)
    {
        lock (_sendLock)
        {
            if (_ended) return;
            try
            {
                Write(frames);
                Flush(frames.Length);
            }
            catch (Exception e) when (SocketTransport.IsConnectionFault(e))
            {
                _ended = true; // the peer is gone; the reader notices it too
            }
        }
    }

    /// <summary>Sends what a certified block gave, behind the block's certificate if this connection did not get it yet. Consensus thread.</summary>
    /// <param name="height">The block.</param>
    /// <param name="certificate">Its certificate, a finished frame.</param>
    /// <param name="frames">Finished frames.</param>
    /// <param name="answersBatch">They answer a batch.</param>
    public void SendCertified(ulong height, ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> frames, bool answersBatch)
    {
        if (answersBatch) _session.BatchAnswered();
        lock (_sendLock)
        {
            if (_ended) return;
            try
            {
                int length = frames.Length;
                if (_certifiedHeight != height)
                {
                    _certifiedHeight = height;
                    Write(certificate);
                    length += certificate.Length;
                }

                Write(frames);
                Flush(length);
            }
            catch (Exception e) when (SocketTransport.IsConnectionFault(e))
            {
                _ended = true;
            }
        }
    }

    private void Write(ReadOnlySpan<byte> frames)
    {
        long nowNs = NowNs();
        Span<byte> header = stackalloc byte[Protocol.ProtocolLimits.HeaderBytes];
        while (!frames.IsEmpty)
        {
            int length = (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(frames);
            frames[..header.Length].CopyTo(header);
            FrameWriter.Restamp(header, _session.TakeSeqNum(nowNs), (ulong)nowNs, FrameFlags.None);
            _transport.Output.Write(header);
            _transport.Output.Write(frames[header.Length..length]);
            frames = frames[length..];
        }
    }

    private void SendMessage<T>(in T message) where T : unmanaged, IMessage
    {
        Span<byte> frame = stackalloc byte[LargestMessage];
        int length = FrameWriter.Write(frame, message, 0, 0);
        Send(frame[..length]);
    }

    private void SendHeartbeat()
    {
        lock (_sendLock)
        {
            if (_ended) return;
            try
            {
                _session.Send(_transport.Output, _session.Heartbeat, NowNs());
                Flush(FrameWriter.LengthOf<Sequence>());
            }
            catch (Exception e) when (SocketTransport.IsConnectionFault(e))
            {
                _ended = true;
            }
        }
    }

    /// <summary>Sends the last message, then closes.</summary>
    private void Finish(in Terminate message)
    {
        SendMessage(message);
        lock (_sendLock) _ended = true;
        _transport.Input.CancelPendingRead();
    }

    private void Flush(int bytes)
    {
        _unsentBytes += bytes;
        if (_flushing)
        {
            _unflushed = true;
            if (_unsentBytes <= _maxUnsentBytes) return;
            _ended = true;
            _transport.Abort();
            return;
        }

        BeginFlush();
    }

    private void BeginFlush()
    {
        _unflushed = false;
#pragma warning disable CA2012 // Its result is taken when it has completed: at once, or in OnFlushed.
        _flush = _transport.Output.FlushAsync().GetAwaiter();
#pragma warning restore CA2012
        if (_flush.IsCompleted)
        {
            Finished(_flush.GetResult());
            return;
        }

        _flushing = true;
        _flush.UnsafeOnCompleted(_onFlushed);
    }

    private void OnFlushed()
    {
        lock (_sendLock)
        {
            _flushing = false;
            try
            {
                Finished(_flush.GetResult());
                if (_unflushed && !_ended) BeginFlush();
            }
            catch (Exception e) when (SocketTransport.IsConnectionFault(e))
            {
                _ended = true;
            }
        }
    }

    private void Finished(FlushResult result)
    {
        _unsentBytes = 0;
        if (result.IsCompleted) _ended = true;
    }
}
