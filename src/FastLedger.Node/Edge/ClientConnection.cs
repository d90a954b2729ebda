// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network;
using FastLedger.Node.Cluster;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Node.Edge;

/// <summary>
/// One client: reads its frames, checks its batches and puts them into the ingress ring; sends what the commit stage releases.
/// </summary>
/// <remarks>
/// Thread: the reader's own continuations; sending from any thread under a lock. Alloc: none per frame once established. Blocks: no.
/// </remarks>
internal sealed partial class ClientConnection
{
    private const int FullRingPauseMs = 1;

    private readonly ITransportConnection _transport;
    private readonly ServerSession _session;
    private readonly Hash256 _chainId;
    private readonly StageRings _rings;
    private readonly StageTimes _times;
    private readonly StatusBoard _board;
    private readonly Lock _sessionLock = new();
    private readonly int _maxUnsentBytes;
    private readonly CancellationToken _coreStopped;
    private readonly Action<ConnectionId> _onEstablished;
    private TaskCompletionSource<(ResultCode Code, ulong Value)>? _handshakeStep;

    public ClientConnection(
        ConnectionId id, ITransportConnection transport, ServerSession session, Hash256 chainId, StageRings rings, StageTimes times, StatusBoard board, int maxUnsentBytes,
        Action<ConnectionId> onEstablished, CancellationToken coreStopped)
    {
        Id = id;
        _transport = transport;
        _session = session;
        _chainId = chainId;
        _rings = rings;
        _times = times;
        _board = board;
        _maxUnsentBytes = maxUnsentBytes;
        _coreStopped = coreStopped;
        _onEstablished = onEstablished;
        _onFlushed = OnFlushed;
    }

    public ConnectionId Id { get; }

    /// <summary>Serves the client until either side ends the connection.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            bool open = true;
            while (open)
            {
                ReadResult read = await _transport.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
                ReadOnlySequence<byte> buffer = read.Buffer;
                while (open)
                {
                    ServerAction action = Take(ref buffer, out Frame frame, out bool more);
                    if (more && action == ServerAction.Batch)
                    {
                        while (!TryGather(frame)) await Task.Delay(FullRingPauseMs, cancellationToken).ConfigureAwait(false);
                        continue;
                    }

                    CheckGathered();
                    if (!more) break;
                    if (action == ServerAction.Query)
                    {
                        while (!TryAcceptQuery(frame)) await Task.Delay(FullRingPauseMs, cancellationToken).ConfigureAwait(false);
                    }
                    else open = await ActAsync(action, cancellationToken).ConfigureAwait(false);
                }

                _transport.Input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted || _ended) break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException || SocketTransport.IsConnectionFault(e))
        {
            // The peer is gone or the replica stops: both end this connection and nothing else.
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Lets time pass: heartbeats and lapses.</summary>
    public void Tick(long nowNs)
    {
        ServerAction action;
        lock (_sessionLock) action = _session.Tick(nowNs);
        if (action == ServerAction.SendHeartbeat) SendHeartbeat();
        else if (action == ServerAction.Terminate) Finish(_session.LastTerminate);
    }

    /// <summary>Ends the conversation for a reason of the replica's own. Any thread.</summary>
    public void End(ResultCode code)
    {
        Terminate message;
        lock (_sessionLock) message = _session.End(code);
        Finish(message);
    }

    /// <summary>Ends the conversation as <see cref="End"/> does, unless it has not got beyond questions that need no session. Any thread.</summary>
    public void EndSession(ResultCode code)
    {
        if (_session.State != ServerSessionState.Connected) End(code);
    }

    /// <summary>The core answered a step of the handshake. Any thread.</summary>
    public void CompleteHandshakeStep(ResultCode code, ulong value) => Interlocked.Exchange(ref _handshakeStep, null)?.SetResult((code, value));

    internal static long NowNs() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    private ServerAction Take(ref ReadOnlySequence<byte> buffer, out Frame frame, out bool more)
    {
        lock (_sessionLock)
        {
            more = true;
            if (FrameReader.TryRead(ref buffer, out frame, out ResultCode error, _session.MaxFrameBytes)) return _session.Receive(frame, NowNs());
            if (error != ResultCode.Ok) return _session.FramingFault(error);
            more = false;
            return ServerAction.None;
        }
    }

    private bool TryAcceptQuery(in Frame frame)
    {
        if (!_rings.Queries.TryClaim(IngressHead.Size + (int)frame.Body.Length, out ByteRing.Entry entry)) return false;
        frame.Body.CopyTo(entry.Payload[IngressHead.Size..]);
        IngressHead.In(entry.Payload) = new IngressHead
        {
            Kind = IngressKind.Query,
            Session = _session.Session,
            Connection = Id,
            Template = frame.Header.TemplateId,
            SeqNum = frame.Header.SeqNum,
        };
        ByteRing.Publish(entry);
        _rings.ExecutionBell.Ring();
        return true;
    }

    /// <returns>False when the connection ends.</returns>
    private async ValueTask<bool> ActAsync(ServerAction action, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (action)
            {
                case ServerAction.None:
                    return true;
                case ServerAction.LookUpKey:
                    (_, ulong session) = await AskAsync(new IngressHead { Kind = IngressKind.LookUp, Digest = _session.PublicKey }, cancellationToken).ConfigureAwait(false);
                    SendMessage(_session.CompleteLookUp((uint)session));
                    return true;
                case ServerAction.Register:
                    var registration = _session.Registration;
                    (ResultCode code, ulong number) = await AskAsync(
                        new IngressHead
                        {
                            Kind = IngressKind.Register,
                            Digest = registration.Key,
                            Signature = new Signature { R = registration.SignatureR, S = registration.SignatureS },
                        },
                        cancellationToken).ConfigureAwait(false);
                    action = _session.CompleteRegistration(code, (uint)number);
                    continue;
                case ServerAction.OpenSession:
                    (_, ulong next) = await AskAsync(
                        new IngressHead { Kind = IngressKind.Open, Session = _session.Session, EventMode = _session.EventMode }, cancellationToken).ConfigureAwait(false);
                    SendMessage(_session.CompleteOpen(next));
                    _transport.Widen();
                    _onEstablished(Id);
                    return true;
                case ServerAction.ClusterStatus:
                    SendMessage(_board.Answer(_session.StatusQuery, ConsensusStage.MonotonicNs()));
                    return true;
                case ServerAction.HandOver:
                    SendHandOver(_session.HandOverQuery);
                    return true;
                case ServerAction.Validators:
                    SendValidators(_session.ValidatorsQuery);
                    return true;
                case ServerAction.Reject:
                    SendMessage(_session.LastReject);
                    return true;
                case ServerAction.RejectAndClose:
                    SendMessage(_session.LastReject);
                    return false;
                case ServerAction.Terminate:
                    SendMessage(_session.LastTerminate);
                    return false;
                default:
                    Invariant.Check(action == ServerAction.Close);
                    return false;
            }
        }
    }

    private async ValueTask<(ResultCode Code, ulong Value)> AskAsync(IngressHead question, CancellationToken cancellationToken)
    {
        var step = new TaskCompletionSource<(ResultCode, ulong)>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _handshakeStep, step);
        question.Connection = Id;
        while (!TryAsk(question)) await Task.Delay(FullRingPauseMs, cancellationToken).ConfigureAwait(false);
        return await step.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool TryAsk(in IngressHead question)
    {
        bool isOrdered = question.Kind == IngressKind.Register;
        if (!(isOrdered ? _rings.Batches : _rings.Queries).TryClaim(IngressHead.Size, out ByteRing.Entry entry)) return false;
        IngressHead.In(entry.Payload) = question;
        ByteRing.Publish(entry);
        (isOrdered ? _rings.ConsensusBell : _rings.ExecutionBell).Ring();
        return true;
    }

    private async ValueTask CloseAsync()
    {
        AbandonGathered();
        lock (_sendLock) _ended = true;
        if (_session.Session != 0)
        {
            var gone = new IngressHead { Kind = IngressKind.Closed, Session = _session.Session, Connection = Id };
            // A core that has stopped takes nothing any more, and needs no telling.
            while (!_coreStopped.IsCancellationRequested && !TryAsk(gone)) await Task.Delay(FullRingPauseMs).ConfigureAwait(false);
        }

        await _transport.DisposeAsync().ConfigureAwait(false);
    }
}
