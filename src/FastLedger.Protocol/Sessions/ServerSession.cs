// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Threading;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Sessions;

/// <summary>
/// The server's side of one connection: decides for every frame what is to be done. It does no I/O, has no clock and knows no ledger;
/// whoever owns the connection does what the <see cref="ServerAction"/> says.
/// </summary>
/// <remarks>
/// Times are nanoseconds of a clock that never goes back. Thread: the connection's reader calls everything, except that
/// <see cref="Send{T}"/>, <see cref="TakeSeqNum"/> and <see cref="Heartbeat"/> belong to whoever holds the connection's writer,
/// <see cref="BatchAnswered"/> may be called by any thread, and <see cref="Tick"/> and <see cref="End"/> by any thread that does not run
/// beside <see cref="Receive"/>. Once the conversation has ended, everything is accepted and nothing happens. Alloc: none after
/// construction. Blocks: no.
/// </remarks>
public sealed partial class ServerSession
{
    private readonly ServerSessionOptions _options;
    private readonly Hash256 _challenge;
    private Heartbeat _heartbeat;
    private Hash256 _publicKey;
    private Establish _establish;
    private CommandBatchHead _batch;
    private ClusterStatusQuery _statusQuery;
    private HandOverQuery _handOverQuery;
    private ValidatorsQuery _validatorsQuery;
    private readonly long _handshakeDeadlineNs;
    private int _state;
    private int _inFlight;

    /// <summary>Starts a conversation.</summary>
    /// <param name="options">What the server grants.</param>
    /// <param name="challenge">Random bytes of this connection, never used before.</param>
    /// <param name="nowNs">The time.</param>
    public ServerSession(ServerSessionOptions options, in Hash256 challenge, long nowNs)
    {
        _options = options;
        _challenge = challenge;
        _heartbeat = new Heartbeat(nowNs, 0);
        _handshakeDeadlineNs = nowNs + options.HandshakeTimeoutMs * 1_000_000L;
    }

    /// <summary>Where the conversation stands.</summary>
    public ServerSessionState State => (ServerSessionState)Volatile.Read(ref _state);

    /// <summary>Key that the client negotiates with.</summary>
    public Hash256 PublicKey => _publicKey;

    /// <summary>Session number, once it is known; 0 before.</summary>
    public uint Session { get; private set; }

    /// <summary>Order events that the client wants.</summary>
    public EventMode EventMode => _establish.EventMode;

    /// <summary>Heartbeat interval granted, in milliseconds.</summary>
    public uint KeepAliveMs { get; private set; }

    /// <summary>Schema version granted.</summary>
    public ushort Version { get; private set; } = Schema.Version;

    /// <summary>Longest frame to accept now; give it to <see cref="FrameReader.TryRead"/>.</summary>
    public int MaxFrameBytes =>
        State == ServerSessionState.Established ? ProtocolLimits.MaxFrameBytes : ProtocolLimits.MaxHandshakeFrameBytes;

    /// <summary>Head of the batch that the last <see cref="ServerAction.Batch"/> was about.</summary>
    public ref readonly CommandBatchHead Batch => ref _batch;

    /// <summary>What the last <see cref="ServerAction.ClusterStatus"/> was about.</summary>
    public ref readonly ClusterStatusQuery StatusQuery => ref _statusQuery;

    /// <summary>What the last <see cref="ServerAction.HandOver"/> was about.</summary>
    public ref readonly HandOverQuery HandOverQuery => ref _handOverQuery;

    /// <summary>What the last <see cref="ServerAction.Validators"/> was about.</summary>
    public ref readonly ValidatorsQuery ValidatorsQuery => ref _validatorsQuery;

    /// <summary>Batches that wait for their answers.</summary>
    public int BatchesInFlight => Volatile.Read(ref _inFlight);

    /// <summary>What to send after <see cref="ServerAction.Reject"/> and <see cref="ServerAction.RejectAndClose"/>.</summary>
    public Reject LastReject { get; private set; }

    /// <summary>What to send after <see cref="ServerAction.Terminate"/>.</summary>
    public Terminate LastTerminate { get; private set; }

    /// <summary>The heartbeat to send now.</summary>
    public Sequence Heartbeat => new() { NextSeqNum = _heartbeat.NextSeqNum + 1 };

    /// <summary>The command that registers the client's key, without a number.</summary>
    public RegisterSessionCommand Registration => new()
    {
        Opcode = Opcode.RegisterSession,
        Key = _publicKey,
        SignatureR = _establish.RegistrationSignature.R,
        SignatureS = _establish.RegistrationSignature.S,
    };

    /// <summary>Numbers a frame that is about to be sent: frames leave in the order of their numbers.</summary>
    public ulong TakeSeqNum(long nowNs) => _heartbeat.TakeSeqNum(nowNs);

    /// <summary>Appends a message without groups to the connection's output.</summary>
    public void Send<T>(IBufferWriter<byte> output, in T message, long nowNs) where T : unmanaged, IMessage =>
        FrameWriter.Write(output, in message, TakeSeqNum(nowNs), (ulong)nowNs);

    /// <summary>Decides about a frame.</summary>
    public ServerAction Receive(in Frame frame, long nowNs)
    {
        if (State == ServerSessionState.Ended) return ServerAction.None;
        FrameHeader header = frame.Header;
        if (header.SchemaId != Schema.Id) return Terminate(ResultCode.UnknownSchema, in header);
        if (!_heartbeat.Receive(header.SeqNum, nowNs)) return Terminate(ResultCode.SequenceBroken, in header);
        switch (header.TemplateId)
        {
            case TemplateId.CommandBatch: return ReceiveBatch(in frame);
            case TemplateId.Negotiate: return ReceiveNegotiate(in frame);
            case TemplateId.Establish: return ReceiveEstablish(in frame);
            case TemplateId.Sequence: return ReceiveSequence(in frame);
            case TemplateId.Terminate:
                Volatile.Write(ref _state, (int)ServerSessionState.Ended);
                return ServerAction.Close;
            case TemplateId.AccountQuery: return ReceiveQuery<AccountQuery>(in frame);
            case TemplateId.StatementQuery: return ReceiveQuery<StatementQuery>(in frame);
            case TemplateId.OrderQuery: return ReceiveQuery<OrderQuery>(in frame);
            case TemplateId.DepthQuery: return ReceiveQuery<DepthQuery>(in frame);
            case TemplateId.InstrumentQuery: return ReceiveQuery<InstrumentQuery>(in frame);
            case TemplateId.AssetQuery: return ReceiveQuery<AssetQuery>(in frame);
            case TemplateId.SessionQuery: return ReceiveQuery<SessionQuery>(in frame);
            case TemplateId.StatusQuery: return ReceiveQuery<StatusQuery>(in frame);
            case TemplateId.PaymentQuery: return ReceiveQuery<PaymentQuery>(in frame);
            case TemplateId.MemberQuery: return ReceiveQuery<MemberQuery>(in frame);
            case TemplateId.PaymentSystemQuery: return ReceiveQuery<PaymentSystemQuery>(in frame);
            case TemplateId.CycleQuery: return ReceiveQuery<CycleQuery>(in frame);
            case TemplateId.ExchangeQuery: return ReceiveQuery<ExchangeQuery>(in frame);
            case TemplateId.ExchangePairQuery: return ReceiveQuery<ExchangePairQuery>(in frame);
            case TemplateId.CounterpartyQuery: return ReceiveQuery<CounterpartyQuery>(in frame);
            case TemplateId.ClearingMemberQuery: return ReceiveQuery<ClearingMemberQuery>(in frame);
            case TemplateId.ContractQuery: return ReceiveQuery<ContractQuery>(in frame);
            case TemplateId.DefaultQuery: return ReceiveQuery<DefaultQuery>(in frame);
            case TemplateId.BusinessDayQuery: return ReceiveQuery<BusinessDayQuery>(in frame);
            case TemplateId.PolicyQuery: return ReceiveQuery<PolicyQuery>(in frame);
            case TemplateId.ProposalQuery: return ReceiveQuery<ProposalQuery>(in frame);
            case TemplateId.AccountRuleQuery: return ReceiveQuery<AccountRuleQuery>(in frame);
            case TemplateId.PendingTransferQuery: return ReceiveQuery<PendingTransferQuery>(in frame);
            case TemplateId.ObjectClassQuery: return ReceiveQuery<ObjectClassQuery>(in frame);
            case TemplateId.ObjectQuery: return ReceiveQuery<ObjectQuery>(in frame);
            case TemplateId.ObjectHistoryQuery: return ReceiveQuery<ObjectHistoryQuery>(in frame);
            case TemplateId.EventQuery: return ReceiveQuery<EventQuery>(in frame);
            case TemplateId.SplitQuery: return ReceiveQuery<SplitQuery>(in frame);
            case TemplateId.DistributionQuery: return ReceiveQuery<DistributionQuery>(in frame);
            case TemplateId.RoundQuery: return ReceiveQuery<RoundQuery>(in frame);
            case TemplateId.BidQuery: return ReceiveQuery<BidQuery>(in frame);
            case TemplateId.OutcomeQuery: return ReceiveQuery<OutcomeQuery>(in frame);
            case TemplateId.StateProofQuery: return ReceiveQuery<StateProofQuery>(in frame);
            case TemplateId.EventProofQuery: return ReceiveQuery<EventProofQuery>(in frame);
            case TemplateId.TableRootsQuery: return ReceiveQuery<TableRootsQuery>(in frame);
            case TemplateId.ClusterStatusQuery: return ReceiveStatusQuery(in frame);
            case TemplateId.HandOverQuery:
                return frame.TryRead(out _handOverQuery) ? ServerAction.HandOver : Terminate(ResultCode.MessageMalformed, in header);
            case TemplateId.ValidatorsQuery:
                return frame.TryRead(out _validatorsQuery) ? ServerAction.Validators : Terminate(ResultCode.MessageMalformed, in header);
            case TemplateId.NegotiateResponse:
            case TemplateId.EstablishAck:
            case TemplateId.Reject:
            case TemplateId.BatchResult:
            case TemplateId.OrderEvents:
            case TemplateId.AccountAnswer:
            case TemplateId.StatementAnswer:
            case TemplateId.OrderAnswer:
            case TemplateId.DepthAnswer:
            case TemplateId.InstrumentAnswer:
            case TemplateId.AssetAnswer:
            case TemplateId.SessionAnswer:
            case TemplateId.StatusAnswer:
            case TemplateId.PaymentAnswer:
            case TemplateId.ExchangeAnswer:
            case TemplateId.ExchangePairAnswer:
            case TemplateId.MemberAnswer:
            case TemplateId.PaymentSystemAnswer:
            case TemplateId.CycleAnswer:
            case TemplateId.CounterpartyAnswer:
            case TemplateId.ClearingMemberAnswer:
            case TemplateId.ContractAnswer:
            case TemplateId.DefaultAnswer:
            case TemplateId.BusinessDayAnswer:
            case TemplateId.PolicyAnswer:
            case TemplateId.ProposalAnswer:
            case TemplateId.AccountRuleAnswer:
            case TemplateId.PendingTransferAnswer:
            case TemplateId.ObjectClassAnswer:
            case TemplateId.ObjectAnswer:
            case TemplateId.ObjectHistoryAnswer:
            case TemplateId.EventAnswer:
            case TemplateId.SplitAnswer:
            case TemplateId.DistributionAnswer:
            case TemplateId.RoundAnswer:
            case TemplateId.BidAnswer:
            case TemplateId.OutcomeAnswer:
            case TemplateId.StateProofAnswer:
            case TemplateId.EventProofAnswer:
            case TemplateId.TableRootsAnswer:
            case >= TemplateId.PeerHello and <= Peers.PeerSession.LastMessage:
                return Terminate(ResultCode.UnexpectedMessage, in header);
            default:
                return State == ServerSessionState.Established
                    ? Reject(ResultCode.UnknownTemplate, in header, 0)
                    : Terminate(ResultCode.UnknownTemplate, in header);
        }
    }

    /// <summary>Ends the conversation because of a fault that <see cref="FrameReader"/> found.</summary>
    public ServerAction FramingFault(ResultCode error) => Terminate(error, default);

    /// <summary>Ends the conversation for a reason of the server's own: takeover, shutdown, overload.</summary>
    /// <returns>What to send before closing.</returns>
    public Terminate End(ResultCode code)
    {
        Terminate(code, default);
        return LastTerminate;
    }

    /// <summary>Lets time pass: a heartbeat may be due, or the client silent for too long.</summary>
    public ServerAction Tick(long nowNs)
    {
        if (State == ServerSessionState.Ended) return ServerAction.None;
        bool established = State == ServerSessionState.Established;
        if (established ? _heartbeat.Lapsed(nowNs) : nowNs >= _handshakeDeadlineNs) return Terminate(ResultCode.HeartbeatLapsed, default);
        return established && _heartbeat.Due(nowNs) ? ServerAction.SendHeartbeat : ServerAction.None;
    }

    private ServerAction ReceiveSequence(in Frame frame)
    {
        FrameHeader header = frame.Header;
        if (!frame.TryRead(out Sequence sequence)) return Terminate(ResultCode.MessageMalformed, in header);
        if (State is ServerSessionState.Connected) return Terminate(ResultCode.UnexpectedMessage, in header);
        return sequence.NextSeqNum == header.SeqNum + 1 ? ServerAction.None : Terminate(ResultCode.SequenceBroken, in header);
    }

    private ServerAction ReceiveQuery<T>(in Frame frame) where T : unmanaged, IQuery
    {
        FrameHeader header = frame.Header;
        if (State != ServerSessionState.Established) return Terminate(ResultCode.UnexpectedMessage, in header);
        ulong requestId = 0;
        if (frame.Body.Length >= sizeof(ulong)) Frame.Copy(frame.Body, out requestId);
        if (!SupportsVersion(in header)) return Reject(ResultCode.UnsupportedVersion, in header, requestId);
        if (frame.TryRead(out T _) && frame.Body.Length == header.BlockLength) return ServerAction.Query;
        return Reject(ResultCode.MessageMalformed, in header, requestId);
    }

    /// <summary>A question about the replica itself needs no session.</summary>
    private ServerAction ReceiveStatusQuery(in Frame frame)
    {
        FrameHeader header = frame.Header;
        if (!frame.TryRead(out _statusQuery)) return Terminate(ResultCode.MessageMalformed, in header);
        return ServerAction.ClusterStatus;
    }

    /// <summary>Takes the handshake a step further.</summary>
    /// <returns>False when the conversation ended while the server was busy with the step: time, a takeover or a shutdown may end it from
    /// another thread at any moment, and nothing brings it back.</returns>
    private bool Advance(ServerSessionState from, ServerSessionState to)
    {
        var found = (ServerSessionState)Interlocked.CompareExchange(ref _state, (int)to, (int)from);
        Invariant.Check(found == from || found == ServerSessionState.Ended);
        return found == from;
    }

    private bool SupportsVersion(in FrameHeader header) => header.Version >= Schema.OldestVersion && header.Version <= Version;

    private ServerAction Reject(ResultCode code, in FrameHeader header, ulong reference)
    {
        LastReject = MakeReject(code, in header, reference);
        return ServerAction.Reject;
    }

    private ServerAction RejectAndClose(ResultCode code, in FrameHeader header)
    {
        LastReject = MakeReject(code, in header, 0);
        Volatile.Write(ref _state, (int)ServerSessionState.Ended);
        return ServerAction.RejectAndClose;
    }

    private ServerAction Terminate(ResultCode code, in FrameHeader header)
    {
        LastTerminate = new Terminate { Code = code, RefTemplateId = (ushort)header.TemplateId, RefSeqNum = header.SeqNum };
        Volatile.Write(ref _state, (int)ServerSessionState.Ended);
        return ServerAction.Terminate;
    }

    private static Reject MakeReject(ResultCode code, in FrameHeader header, ulong reference) => new()
    {
        Code = code,
        RefTemplateId = (ushort)header.TemplateId,
        RefSeqNum = header.SeqNum,
        Reference = reference,
    };
}
