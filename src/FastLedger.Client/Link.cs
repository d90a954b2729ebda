// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastLedger.Network;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Client;

/// <summary>One connection and what is said on it.</summary>
/// <remarks>Thread: writing needs the client's send lock. Alloc: none after construction. Blocks: no.</remarks>
internal sealed class Link
{
    private readonly Action<Link> _drained;
    private readonly Action _onFlushed;
    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _flush;

    /// <param name="connection">The open connection.</param>
    /// <param name="session">The conversation.</param>
    /// <param name="drained">Called, without the lock, when a pipe that was full can be written to again.</param>
    public Link(ITransportConnection connection, ClientSession session, Action<Link> drained)
    {
        Connection = connection;
        Session = session;
        _drained = drained;
        _onFlushed = OnFlushed;
    }

    public ITransportConnection Connection { get; }

    public ClientSession Session { get; }

    /// <summary>Batches and queries may be sent.</summary>
    public bool Established { get; set; }

    /// <summary>The pipe is full; nothing may be written until it has drained.</summary>
    public bool Flushing { get; private set; }

    /// <summary>The connection failed while writing; its reader will notice.</summary>
    public bool Broken { get; private set; }

    /// <summary>Something may be written now.</summary>
    public bool Writable => !Flushing && !Broken;

    /// <summary>Sends a finished frame under the next number: one copy into the pipe, from which the socket takes it on this thread.</summary>
    public void Send(Span<byte> frame, FrameFlags flags)
    {
        long nowNs = MonotonicClock.NowNs;
        FrameWriter.Restamp(frame, Session.TakeSeqNum(nowNs), (ulong)nowNs, flags);
        try
        {
            Connection.Output.Write(frame);
            Flush();
        }
        catch (Exception fault) when (SocketTransport.IsConnectionFault(fault))
        {
            Broken = true;
        }
    }

    /// <summary>Sends a message without groups.</summary>
    public void Send<T>(in T message) where T : unmanaged, IMessage
    {
        Span<byte> frame = stackalloc byte[FrameWriter.LengthOf<T>()];
        FrameWriter.Write(frame, in message, 0, 0);
        Send(frame, FrameFlags.None);
    }

    private void Flush()
    {
#pragma warning disable CA2012 // consumed once: here when it is complete, in OnFlushed otherwise
        _flush = Connection.Output.FlushAsync().ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        if (_flush.IsCompleted)
        {
            _flush.GetResult();
            return;
        }

        Flushing = true;
        _flush.UnsafeOnCompleted(_onFlushed);
    }

    private void OnFlushed()
    {
        try
        {
            _flush.GetResult();
        }
        catch (Exception fault) when (SocketTransport.IsConnectionFault(fault))
        {
            Broken = true;
        }

        _drained(this);
    }

    /// <summary>The pipe has drained. The lock is held.</summary>
    public void Drained() => Flushing = false;
}
