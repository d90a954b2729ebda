// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Sessions;

/// <summary>
/// The client's side of one connection: decides for every frame what is to be done. It does no I/O and has no clock.
/// </summary>
/// <remarks>
/// Times are nanoseconds of a clock that never goes back. Thread: the connection's reader calls everything, except that
/// <see cref="Send{T}"/>, <see cref="TakeSeqNum"/> and <see cref="Heartbeat"/> belong to whoever holds the connection's writer.
/// Alloc: none after construction. Blocks: no.
/// </remarks>
public sealed class ClientSession
{
    private const uint HandshakeIntervalMs = 5_000;

    private readonly Hash256 _publicKey;
    private readonly Hash256 _expectedChain;
    private Heartbeat _heartbeat;
    private NegotiateResponse _response;
    private EstablishAck _ack;

    /// <summary>Starts a conversation; send <see cref="Negotiate"/> first.</summary>
    /// <param name="publicKey">The client's key.</param>
    /// <param name="expectedChain">Chain that the server must name; zero for any.</param>
    /// <param name="nowNs">The time.</param>
    public ClientSession(in Hash256 publicKey, in Hash256 expectedChain, long nowNs)
    {
        _publicKey = publicKey;
        _expectedChain = expectedChain;
        _heartbeat = new Heartbeat(nowNs, HandshakeIntervalMs * 1_000_000L);
    }

    /// <summary>Where the conversation stands.</summary>
    public ClientSessionState State { get; private set; }

    /// <summary>The first message of the conversation.</summary>
    public Negotiate Negotiate => new() { PublicKey = _publicKey };

    /// <summary>What the server said about itself.</summary>
    public ref readonly NegotiateResponse Response => ref _response;

    /// <summary>What the server granted.</summary>
    public ref readonly EstablishAck Ack => ref _ack;

    /// <summary>The last message that the server refused.</summary>
    public Reject LastReject { get; private set; }

    /// <summary>Why the conversation ended.</summary>
    public Terminate LastTerminate { get; private set; }

    /// <summary>The heartbeat to send now.</summary>
    public Sequence Heartbeat => new() { NextSeqNum = _heartbeat.NextSeqNum + 1 };

    /// <summary>The signed answer to the server's challenge.</summary>
    /// <param name="key">The private half of the client's key.</param>
    /// <param name="keepAliveMs">Heartbeat interval wanted; 0 for the longest.</param>
    /// <param name="eventMode">Order events wanted.</param>
    public Establish Establish(SigningKey key, uint keepAliveMs, EventMode eventMode)
    {
        Invariant.Check(State == ClientSessionState.Establishing);
        var establish = new Establish
        {
            Session = _response.Session,
            KeepAliveMs = keepAliveMs,
            EventMode = eventMode,
            MaxVersion = Schema.Version,
        };
        Span<byte> message = stackalloc byte[SignedMessages.EstablishBytes];
        SignedMessages.Establish(message, in _response.ChainId, in _response.Challenge, in _publicKey);
        key.Sign(message, establish.Signature.Bytes);
        if (_response.Session == 0)
        {
            message = message[..SignedMessages.RegisterBytes];
            SignedMessages.Register(message, in _response.ChainId, in _publicKey);
            key.Sign(message, establish.RegistrationSignature.Bytes);
        }

        return establish;
    }

    /// <summary>Numbers a frame that is about to be sent: frames leave in the order of their numbers.</summary>
    public ulong TakeSeqNum(long nowNs) => _heartbeat.TakeSeqNum(nowNs);

    /// <summary>Appends a message without groups to the connection's output.</summary>
    public void Send<T>(IBufferWriter<byte> output, in T message, long nowNs) where T : unmanaged, IMessage =>
        FrameWriter.Write(output, in message, TakeSeqNum(nowNs), (ulong)nowNs);

    /// <summary>Decides about a frame.</summary>
    public ClientAction Receive(in Frame frame, long nowNs)
    {
        if (State == ClientSessionState.Ended) return ClientAction.None;
        FrameHeader header = frame.Header;
        if (header.SchemaId != Schema.Id) return Terminate(ResultCode.UnknownSchema, in header);
        if (!_heartbeat.Receive(header.SeqNum, nowNs)) return Terminate(ResultCode.SequenceBroken, in header);
        bool established = State == ClientSessionState.Established;
        switch (header.TemplateId)
        {
            case TemplateId.BatchResult when established: return ClientAction.BatchResult;
            case TemplateId.OrderEvents when established: return ClientAction.OrderEvents;
            case TemplateId.StateCertificate when established: return ClientAction.StateCertificate;
            case TemplateId.ReceiptProof when established: return ClientAction.ReceiptProof;
            case TemplateId.HandOverAnswer when established: return ClientAction.HandOver;
            case TemplateId.NegotiateResponse when State == ClientSessionState.Negotiating: return ReceiveResponse(in frame);
            case TemplateId.EstablishAck when State == ClientSessionState.Establishing: return ReceiveAck(in frame);
            case TemplateId.Reject:
                if (!frame.TryRead(out Reject reject)) return Terminate(ResultCode.MessageMalformed, in header);
                LastReject = reject;
                if (established) return ClientAction.Rejected;
                State = ClientSessionState.Ended;
                return ClientAction.Refused;
            case TemplateId.Sequence:
                if (!frame.TryRead(out Sequence sequence)) return Terminate(ResultCode.MessageMalformed, in header);
                return sequence.NextSeqNum == header.SeqNum + 1 ? ClientAction.None : Terminate(ResultCode.SequenceBroken, in header);
            case TemplateId.Terminate:
                if (!frame.TryRead(out Terminate terminate)) return Terminate(ResultCode.MessageMalformed, in header);
                LastTerminate = terminate;
                State = ClientSessionState.Ended;
                return ClientAction.Close;
            case TemplateId.AccountAnswer or TemplateId.StatementAnswer or TemplateId.OrderAnswer or TemplateId.DepthAnswer
                or TemplateId.InstrumentAnswer or TemplateId.AssetAnswer or TemplateId.SessionAnswer or TemplateId.StatusAnswer
                or TemplateId.PaymentAnswer or TemplateId.MemberAnswer or TemplateId.PaymentSystemAnswer or TemplateId.CycleAnswer
                or TemplateId.TableRootsAnswer
                or TemplateId.ExchangeAnswer or TemplateId.ExchangePairAnswer
                or TemplateId.CounterpartyAnswer or TemplateId.ClearingMemberAnswer or TemplateId.ContractAnswer or TemplateId.DefaultAnswer
                or TemplateId.BusinessDayAnswer
                when established:
                return ClientAction.Answer;
            case >= TemplateId.PolicyAnswer and <= TemplateId.EventProofAnswer when established && ((int)header.TemplateId & 1) != 0:
                return ClientAction.Answer;
            default:
                return Terminate(ResultCode.UnexpectedMessage, in header);
        }
    }

    /// <summary>Ends the conversation because of a fault that <see cref="FrameReader"/> found, or that the message's content shows.</summary>
    public ClientAction Fault(ResultCode error) => Terminate(error, default);

    /// <summary>Ends the conversation in good order.</summary>
    /// <returns>What to send before closing.</returns>
    public Terminate End(ResultCode code)
    {
        Terminate(code, default);
        return LastTerminate;
    }

    /// <summary>Lets time pass: a heartbeat may be due, or the server silent for too long.</summary>
    public ClientAction Tick(long nowNs)
    {
        if (State == ClientSessionState.Ended) return ClientAction.None;
        if (_heartbeat.Lapsed(nowNs)) return Terminate(ResultCode.HeartbeatLapsed, default);
        return State == ClientSessionState.Established && _heartbeat.Due(nowNs) ? ClientAction.SendHeartbeat : ClientAction.None;
    }

    private ClientAction ReceiveResponse(in Frame frame)
    {
        FrameHeader header = frame.Header;
        if (!frame.TryRead(out _response)) return Terminate(ResultCode.MessageMalformed, in header);
        if (!_expectedChain.IsZero && _response.ChainId != _expectedChain) return Terminate(ResultCode.WrongChain, in header);
        if (_response.MaxVersion < Schema.OldestVersion) return Terminate(ResultCode.UnsupportedVersion, in header);
        State = ClientSessionState.Establishing;
        return ClientAction.Establish;
    }

    private ClientAction ReceiveAck(in Frame frame)
    {
        FrameHeader header = frame.Header;
        if (!frame.TryRead(out _ack) || _ack.Session == 0 || _ack.KeepAliveMs == 0 || _ack.MaxBatchesInFlight == 0)
            return Terminate(ResultCode.MessageMalformed, in header);
        if (_ack.Version is < Schema.OldestVersion or > Schema.Version) return Terminate(ResultCode.UnsupportedVersion, in header);
        _heartbeat.SetInterval(_ack.KeepAliveMs);
        State = ClientSessionState.Established;
        return ClientAction.Established;
    }

    private ClientAction Terminate(ResultCode code, in FrameHeader header)
    {
        LastTerminate = new Terminate { Code = code, RefTemplateId = (ushort)header.TemplateId, RefSeqNum = header.SeqNum };
        State = ClientSessionState.Ended;
        return ClientAction.Terminate;
    }
}
