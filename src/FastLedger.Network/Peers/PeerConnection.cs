// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Diagnostics;
using System.IO;
using System.IO.Pipelines;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Peers;

namespace FastLedger.Network.Peers;

/// <summary>One connection with a peer, from its handshake to its end.</summary>
/// <remarks>
/// Thread: reading happens on its own continuations, sending on the thread pool. Alloc: none per frame. Blocks: no.
/// </remarks>
internal sealed partial class PeerConnection
{
    private const int StallMs = 1;

    private readonly PeerNetwork _network;
    private readonly PeerSession _session;
    private readonly ITransportConnection _transport;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action? _onProven;
    private Peer? _peer;
    private byte[] _scratch = [];
    private volatile bool _open;
    private volatile bool _ended;
    private bool _graceful;

    public PeerConnection(PeerNetwork network, PeerSession session, ITransportConnection transport, Action? onProven = null)
    {
        _network = network;
        _onProven = onProven;
        _session = session;
        _transport = transport;
        Id = network.NextConnectionId();
        _onFlushed = OnFlushed;
    }

    /// <summary>Distinguishes the connections of a process; never 0.</summary>
    public ulong Id { get; }

    /// <summary>Messages pass.</summary>
    public bool IsOpen => _open && !_ended;

    /// <summary>Messages passed at some time.</summary>
    public bool WasOpen => _open;

    /// <summary>How the conversation went, for counting.</summary>
    public PeerSession Session => _session;

    /// <summary>Completes after the last call to the receiver.</summary>
    public Task Completion => _completion.Task;

    /// <summary>A clock that never goes back.</summary>
    public static long NowNs() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Serves the connection until either side ends it.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (_session.HasHandshake) await WriteHandshakeAsync().ConfigureAwait(false);
            bool goOn = true;
            while (goOn && !_ended)
            {
                ReadResult read = await _transport.Input.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> buffer = read.Buffer;
                _session.Hear(NowNs());
                while (goOn && !_ended && TryTake(ref buffer, out Frame frame, out PeerAction action))
                {
                    if (action == PeerAction.Deliver)
                    {
                        if (!TryDeliver(in frame)) await OfferAgainAsync(frame).ConfigureAwait(false);
                        continue;
                    }

                    goOn = await ActAsync(action).ConfigureAwait(false);
                }

                _transport.Input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (Exception e) when (PeerTransport.IsConnectionFault(e))
        {
            // The peer or the network broke the connection: that ends it and nothing else.
        }
        catch (Exception e)
        {
            _network.NoteFault(e);
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Lets time pass: heartbeats and lapses. Any thread.</summary>
    public void Tick(long nowNs)
    {
        switch (_session.Tick(nowNs))
        {
            case PeerAction.SendHeartbeat:
                _heartbeatDue = true;
                Ring();
                break;
            case PeerAction.Terminate:
                Abort(); // whoever is silent for so long does not hear either
                break;
        }
    }

    /// <summary>Ends the conversation for a reason of our own. Any thread.</summary>
    public void End(ResultCode code)
    {
        _session.End(code);
        _graceful = true;
        _ended = true;
        _transport.Input.CancelPendingRead();
    }

    /// <summary>Closes at once. Any thread.</summary>
    public void Abort()
    {
        _ended = true;
        _transport.Abort();
    }

    private bool TryTake(ref ReadOnlySequence<byte> buffer, out Frame frame, out PeerAction action)
    {
        if (FrameReader.TryRead(ref buffer, out frame, out ResultCode error, _session.MaxFrameBytes))
        {
            action = _session.Receive(in frame, NowNs());
            return true;
        }

        action = error == ResultCode.Ok ? PeerAction.None : _session.FramingFault(error);
        return action != PeerAction.None;
    }

    private bool TryDeliver(in Frame frame)
    {
        ReadOnlySequence<byte> body = PeerSession.BodyOf(in frame);
        ReadOnlySpan<byte> bytes = body.FirstSpan;
        if (!body.IsSingleSegment)
        {
            if (_scratch.Length == 0) _scratch = GC.AllocateUninitializedArray<byte>(ProtocolLimits.MaxPeerBodyBytes);
            body.CopyTo(_scratch);
            bytes = _scratch.AsSpan(0, (int)body.Length);
        }

        try
        {
            if (!_network.Receiver.TryReceive(_session.Peer, (ushort)frame.Header.TemplateId, bytes)) return false;
        }
        catch (Exception e)
        {
            Break(e);
            return true;
        }

        _peer!.NoteReceived(frame.Header.Length);
        return true;
    }

    /// <summary>The receiver threw: that is a bug, and this connection is not to be trusted any more.</summary>
    private void Break(Exception fault)
    {
        _ended = true;
        _network.NoteFault(fault);
    }

    private async ValueTask OfferAgainAsync(Frame frame)
    {
        _peer!.NoteStall();
        do
        {
            await Task.Delay(StallMs).ConfigureAwait(false);
            _session.Hear(NowNs()); // it is we who do not listen
        }
        while (!_ended && !TryDeliver(in frame));
    }

    /// <returns>False when the connection ends.</returns>
    private async ValueTask<bool> ActAsync(PeerAction action)
    {
        switch (action)
        {
            case PeerAction.None:
                return true;
            case PeerAction.Send:
                await WriteHandshakeAsync().ConfigureAwait(false);
                return true;
            case PeerAction.Open:
                return await OpenAsync().ConfigureAwait(false);
            case PeerAction.Terminate:
                _graceful = true;
                return false;
            default:
                Invariant.Check(action == PeerAction.Close);
                return false;
        }
    }

    private async ValueTask<bool> OpenAsync()
    {
        _onProven?.Invoke();
        _transport.Widen();
        _peer = await _network.AdoptAsync(this).ConfigureAwait(false);
        if (_peer is null) return false;
        if (_session.HasHandshake) await WriteHandshakeAsync().ConfigureAwait(false);
        StartSending();
        _open = true;
        try
        {
            _network.Receiver.OnConnected(_session.Peer);
        }
        catch (Exception e)
        {
            Break(e);
        }

        return true;
    }

    private ValueTask<FlushResult> WriteHandshakeAsync()
    {
        _session.WriteHandshake(_transport.Output, NowNs());
        return _transport.Output.FlushAsync();
    }

    private async Task CloseAsync()
    {
        _ended = true;
        if (!_graceful) _transport.Abort();
        try
        {
            if (_open) await StopSendingAsync().ConfigureAwait(false);
            else if (_graceful) await SayLastWordsAsync().ConfigureAwait(false);
            if (_graceful) await _transport.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (PeerTransport.IsConnectionFault(e))
        {
            _transport.Abort(); // it broke before we could close it
        }
        catch (Exception e)
        {
            _transport.Abort();
            _network.NoteFault(e);
        }

        // The pipes give their blocks back; what is unsent is lost. Each connection has an exception of its own: one that is thrown again
        // and again keeps a stack trace that grows with every throw.
        await _transport.Output.CompleteAsync(new IOException("The connection was closed.")).ConfigureAwait(false);
        await _transport.Input.CompleteAsync().ConfigureAwait(false);
        try
        {
            if (_open) _network.Receiver.OnDisconnected(_session.Peer);
        }
        catch (Exception e)
        {
            _network.NoteFault(e);
        }

        _peer?.Release(this);
        _completion.SetResult();
    }

    private async ValueTask SayLastWordsAsync()
    {
        FrameWriter.Write(_transport.Output, _session.LastTerminate, _session.TakeSeqNum(NowNs()), 0);
        await _transport.Output.FlushAsync().ConfigureAwait(false);
    }
}
