// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Protocol.Tests;

public sealed partial class ServerSessionTests : IDisposable
{
    private const long Second = 1_000_000_000;

    private readonly SigningKey _key = Bytes.Key();
    private readonly ServerSession _session = new(
        new ServerSessionOptions { ChainId = Bytes.ChainId, MaxBatchesInFlight = 2 }, Bytes.Challenge, 0);

    private ulong _seqNum;

    public void Dispose() => _key.Dispose();

    [Fact]
    public void A_new_key_registers_and_opens_its_session()
    {
        Assert.Equal(ServerAction.LookUpKey, Receive(new Negotiate { PublicKey = _key.PublicKey }));
        Assert.Equal(_key.PublicKey, _session.PublicKey);
        NegotiateResponse response = _session.CompleteLookUp(0);
        Assert.Equal((Bytes.ChainId, Bytes.Challenge, 0U, 2U), (response.ChainId, response.Challenge, response.Session, response.MaxBatchesInFlight));
        Assert.Equal(ServerAction.Register, Receive(Establish(0)));
        RegisterSessionCommand command = _session.Registration;
        Assert.Equal((Opcode.RegisterSession, _key.PublicKey), (command.Opcode, command.Key));
        Assert.Equal(ServerAction.OpenSession, _session.CompleteRegistration(ResultCode.Ok, 5));
        Assert.Equal(ServerSessionState.Opening, _session.State);
        EstablishAck ack = _session.CompleteOpen(1);
        Assert.Equal((5U, 1UL, 5000U, (ushort)1), (ack.Session, ack.NextCommandNumber, ack.KeepAliveMs, ack.Version));
        Assert.Equal(ServerSessionState.Established, _session.State);
        Assert.Equal(EventMode.Maker, _session.EventMode);
    }

    [Fact]
    public void The_registration_command_carries_the_signature_of_the_key()
    {
        Receive(new Negotiate { PublicKey = _key.PublicKey });
        _session.CompleteLookUp(0);
        Receive(Establish(0));
        RegisterSessionCommand command = _session.Registration;
        Span<byte> message = stackalloc byte[SignedMessages.RegisterBytes];
        SignedMessages.Register(message, Bytes.ChainId, _key.PublicKey);
        Assert.True(Ed25519.Verify(command.Key.Bytes, message, [.. command.SignatureR.Bytes, .. command.SignatureS.Bytes]));
    }

    [Fact]
    public void A_key_that_somebody_registered_meanwhile_opens_the_same_session()
    {
        Receive(new Negotiate { PublicKey = _key.PublicKey });
        _session.CompleteLookUp(0);
        Receive(Establish(0));
        Assert.Equal(ServerAction.OpenSession, _session.CompleteRegistration(ResultCode.SessionExists, 9));
        Assert.Equal(9U, _session.CompleteOpen(77).Session);
    }

    [Theory]
    [InlineData(0U)]
    [InlineData(4U)]
    public void A_known_key_opens_its_session_without_registering(uint asked)
    {
        Receive(new Negotiate { PublicKey = _key.PublicKey });
        Assert.Equal(4U, _session.CompleteLookUp(4).Session);
        Assert.Equal(ServerAction.OpenSession, Receive(Establish(asked)));
        Assert.Equal((4U, 100UL), (_session.CompleteOpen(100).Session, 100UL));
    }

    public static TheoryData<string, ResultCode> BadEstablishes => new()
    {
        { "signature", ResultCode.BadSignature },
        { "registration signature", ResultCode.BadSignature },
        { "session", ResultCode.UnknownSession },
        { "event mode", ResultCode.MessageMalformed },
        { "reserved", ResultCode.ReservedFieldNotZero },
        { "max version", ResultCode.UnsupportedVersion },
        { "other chain", ResultCode.BadSignature },
        { "other challenge", ResultCode.BadSignature },
    };

    [Theory]
    [MemberData(nameof(BadEstablishes))]
    public void A_bad_establish_is_refused_with_its_code(string fault, ResultCode code)
    {
        Receive(new Negotiate { PublicKey = _key.PublicKey });
        _session.CompleteLookUp(0);
        Establish establish = fault switch
        {
            "other chain" => Establish(0, chain: Bytes.Counting(1)),
            "other challenge" => Establish(0, challenge: Bytes.Counting(1)),
            _ => Establish(0),
        };
        if (fault == "signature") establish.Signature.Bytes[5] ^= 1;
        if (fault == "registration signature") establish.RegistrationSignature.Bytes[5] ^= 1;
        if (fault == "session") establish.Session = 3;
        if (fault == "event mode") establish.EventMode = (EventMode)3;
        if (fault == "reserved") establish.Reserved1 = 1;
        if (fault == "max version") establish.MaxVersion = 0;
        Assert.Equal(ServerAction.RejectAndClose, Receive(in establish));
        Assert.Equal((code, (ushort)TemplateId.Establish, 2UL), (_session.LastReject.Code, _session.LastReject.RefTemplateId, _session.LastReject.RefSeqNum));
        Assert.Equal(ServerSessionState.Ended, _session.State);
        Assert.Equal(ServerAction.None, Receive(Establish(0)));
    }

    [Fact]
    public void A_key_of_zeros_is_no_key()
    {
        Assert.Equal(ServerAction.RejectAndClose, Receive(default(Negotiate)));
        Assert.Equal(ResultCode.InvalidKey, _session.LastReject.Code);
    }

    [Theory]
    [InlineData(ResultCode.SessionLimit)]
    [InlineData(ResultCode.TableFull)]
    public void A_registration_that_failed_is_refused_with_its_code(ResultCode code)
    {
        Receive(new Negotiate { PublicKey = _key.PublicKey });
        _session.CompleteLookUp(0);
        Receive(Establish(0));
        Assert.Equal(ServerAction.RejectAndClose, _session.CompleteRegistration(code, 0));
        Assert.Equal(code, _session.LastReject.Code);
    }

    [Fact]
    public void A_server_that_is_not_ready_refuses_the_handshake()
    {
        Receive(new Negotiate { PublicKey = _key.PublicKey });
        Assert.Equal(ServerAction.RejectAndClose, _session.Refuse(ResultCode.NotReady));
        Assert.Equal((ResultCode.NotReady, (ushort)TemplateId.Negotiate), (_session.LastReject.Code, _session.LastReject.RefTemplateId));
    }

    [Theory]
    [InlineData(TemplateId.Negotiate)]
    [InlineData(TemplateId.Establish)]
    public void A_version_below_the_oldest_one_is_refused(TemplateId template)
    {
        if (template == TemplateId.Establish)
        {
            Receive(new Negotiate { PublicKey = _key.PublicKey });
            _session.CompleteLookUp(0);
        }

        byte[] bytes = template == TemplateId.Negotiate
            ? Bytes.FrameBytes(new Negotiate { PublicKey = _key.PublicKey }, ++_seqNum)
            : Bytes.FrameBytes(Establish(0), ++_seqNum);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(12), 0);
        Assert.Equal(ServerAction.RejectAndClose, _session.Receive(Bytes.Frame(bytes), 0));
        Assert.Equal(ResultCode.UnsupportedVersion, _session.LastReject.Code);
    }

    [Fact]
    public void A_newer_client_may_knock()
    {
        byte[] bytes = Bytes.FrameBytes(new Negotiate { PublicKey = _key.PublicKey }, ++_seqNum);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(12), 9);
        Assert.Equal(ServerAction.LookUpKey, _session.Receive(Bytes.Frame(bytes), 0));
    }

    public static TheoryData<ServerSessionState, TemplateId> UnexpectedMessages()
    {
        var data = new TheoryData<ServerSessionState, TemplateId>();
        foreach (ServerSessionState state in Enum.GetValues<ServerSessionState>().Where(s => s != ServerSessionState.Ended))
            foreach (TemplateId template in Enum.GetValues<TemplateId>().Where(t => t != TemplateId.None))
            {
                bool expected = template switch
                {
                    TemplateId.Negotiate => state == ServerSessionState.Connected,
                    TemplateId.Establish => state == ServerSessionState.Negotiated,
                    TemplateId.Terminate => true,
                    TemplateId.Sequence => state != ServerSessionState.Connected,
                    TemplateId.CommandBatch => state == ServerSessionState.Established,
                    TemplateId.ClusterStatusQuery or TemplateId.HandOverQuery or TemplateId.ValidatorsQuery => true,
                    _ when (int)template >= 40 && (int)template % 2 == 0 => state == ServerSessionState.Established,
                    _ => false,
                };
                if (!expected) data.Add(state, template);
            }

        return data;
    }

    [Theory]
    [MemberData(nameof(UnexpectedMessages))]
    public void A_message_in_the_wrong_state_ends_the_conversation(ServerSessionState state, TemplateId template)
    {
        BringTo(state);
        byte[] bytes = new byte[ProtocolLimits.HeaderBytes + 256];
        Bytes.FrameBytes(default(StatusQuery), ++_seqNum).CopyTo(bytes, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), 256);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)template);
        Assert.Equal(ServerAction.Terminate, _session.Receive(Bytes.Frame(bytes), 0));
        Assert.Equal(
            (ResultCode.UnexpectedMessage, (ushort)template, _seqNum),
            (_session.LastTerminate.Code, _session.LastTerminate.RefTemplateId, _session.LastTerminate.RefSeqNum));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(56)]
    [InlineData(65535)]
    public void An_unknown_template_is_rejected_and_the_session_goes_on(int template)
    {
        BringTo(ServerSessionState.Established);
        byte[] bytes = Bytes.FrameBytes(default(StatusQuery), ++_seqNum);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)template);
        Assert.Equal(ServerAction.Reject, _session.Receive(Bytes.Frame(bytes), 0));
        Assert.Equal((ResultCode.UnknownTemplate, (ushort)template), (_session.LastReject.Code, _session.LastReject.RefTemplateId));
        Assert.Equal(ServerAction.Query, Receive(default(StatusQuery)));
    }

    [Fact]
    public void An_unknown_template_before_the_session_ends_the_conversation()
    {
        byte[] bytes = Bytes.FrameBytes(default(StatusQuery), ++_seqNum);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), 99);
        Assert.Equal(ServerAction.Terminate, _session.Receive(Bytes.Frame(bytes), 0));
        Assert.Equal(ResultCode.UnknownTemplate, _session.LastTerminate.Code);
    }

    [Theory]
    [InlineData(ServerSessionState.Connected)]
    [InlineData(ServerSessionState.Established)]
    public void Another_schema_ends_the_conversation(ServerSessionState state)
    {
        BringTo(state);
        byte[] bytes = Bytes.FrameBytes(default(Negotiate), ++_seqNum);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), 1980);
        Assert.Equal(ServerAction.Terminate, _session.Receive(Bytes.Frame(bytes), 0));
        Assert.Equal(ResultCode.UnknownSchema, _session.LastTerminate.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_version_that_was_not_granted_is_rejected(int version)
    {
        BringTo(ServerSessionState.Established);
        byte[] bytes = Bytes.FrameBytes(new StatusQuery { RequestId = 6 }, ++_seqNum);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(12), (ushort)version);
        Assert.Equal(ServerAction.Reject, _session.Receive(Bytes.Frame(bytes), 0));
        Assert.Equal((ResultCode.UnsupportedVersion, 6UL), (_session.LastReject.Code, _session.LastReject.Reference));
        bytes = Bytes.Batch(_key, 4, 1, 1, ++_seqNum);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(12), (ushort)version);
        Assert.Equal(ServerAction.Reject, _session.Receive(Bytes.Frame(bytes), 0));
        Assert.Equal(ResultCode.UnsupportedVersion, _session.LastReject.Code);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(4UL)]
    public void A_gap_or_a_repetition_in_the_frame_numbers_ends_the_conversation(ulong seqNum)
    {
        BringTo(ServerSessionState.Established);
        Assert.Equal(2UL, _seqNum);
        Assert.Equal(ServerAction.Terminate, _session.Receive(Bytes.Frame(new Sequence { NextSeqNum = seqNum + 1 }, seqNum), 0));
        Assert.Equal(ResultCode.SequenceBroken, _session.LastTerminate.Code);
    }

    [Fact]
    public void A_heartbeat_that_names_another_number_ends_the_conversation()
    {
        BringTo(ServerSessionState.Established);
        Assert.Equal(ServerAction.None, Receive(new Sequence { NextSeqNum = 4 }));
        Assert.Equal(ServerAction.Terminate, Receive(new Sequence { NextSeqNum = 9 }));
        Assert.Equal(ResultCode.SequenceBroken, _session.LastTerminate.Code);
    }

    private static byte[] Resize(byte[] frame, int by)
    {
        byte[] bytes = new byte[frame.Length + by];
        frame.AsSpan(0, Math.Min(frame.Length, bytes.Length)).CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)bytes.Length);
        return bytes;
    }

    private void BringTo(ServerSessionState state)
    {
        if (state == ServerSessionState.Connected) return;
        Receive(new Negotiate { PublicKey = _key.PublicKey });
        if (state == ServerSessionState.LookingUp) return;
        _session.CompleteLookUp(state == ServerSessionState.Registering ? 0U : 4U);
        if (state == ServerSessionState.Negotiated) return;
        Receive(Establish(0));
        if (state is ServerSessionState.Registering or ServerSessionState.Opening) return;
        _session.CompleteOpen(1);
    }

    private Establish Establish(uint session, Hash256? chain = null, Hash256? challenge = null, uint keepAliveMs = 5000)
    {
        var establish = new Establish { Session = session, KeepAliveMs = keepAliveMs, EventMode = EventMode.Maker, MaxVersion = 7 };
        Span<byte> message = stackalloc byte[SignedMessages.EstablishBytes];
        SignedMessages.Establish(message, chain ?? Bytes.ChainId, challenge ?? Bytes.Challenge, _key.PublicKey);
        _key.Sign(message, establish.Signature.Bytes);
        message = message[..SignedMessages.RegisterBytes];
        SignedMessages.Register(message, chain ?? Bytes.ChainId, _key.PublicKey);
        _key.Sign(message, establish.RegistrationSignature.Bytes);
        return establish;
    }

    private ServerAction Receive<T>(in T message, long nowNs = 0) where T : unmanaged, IMessage =>
        _session.Receive(Bytes.Frame(in message, ++_seqNum), nowNs);

    private ServerAction Receive(byte[] frame) => _session.Receive(Bytes.Frame(frame), 0);
}
