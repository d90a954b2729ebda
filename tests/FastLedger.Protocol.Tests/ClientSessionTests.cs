// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Protocol.Tests;

public sealed class ClientSessionTests : IDisposable
{
    private const long Second = 1_000_000_000;

    private readonly SigningKey _key = Bytes.Key();
    private readonly ClientSession _session;
    private ulong _seqNum;

    public ClientSessionTests() => _session = new ClientSession(_key.PublicKey, default, 0);

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(0U)]
    [InlineData(4U)]
    public void Two_sessions_agree_with_each_other(uint known)
    {
        var server = new ServerSession(new ServerSessionOptions { ChainId = Bytes.ChainId }, Bytes.Challenge, 0);
        Assert.Equal(ServerAction.LookUpKey, server.Receive(Bytes.Frame(_session.Negotiate, _session.TakeSeqNum(0)), 0));
        Assert.Equal(ClientAction.Establish, _session.Receive(Bytes.Frame(server.CompleteLookUp(known), server.TakeSeqNum(0)), 0));
        Establish establish = _session.Establish(_key, 3000, EventMode.Maker);
        ServerAction next = server.Receive(Bytes.Frame(in establish, _session.TakeSeqNum(0)), 0);
        if (known == 0)
        {
            Assert.Equal(ServerAction.Register, next);
            next = server.CompleteRegistration(ResultCode.Ok, 4);
        }

        Assert.Equal(ServerAction.OpenSession, next);
        Assert.Equal(ClientAction.Established, _session.Receive(Bytes.Frame(server.CompleteOpen(9), server.TakeSeqNum(0)), 0));
        Assert.Equal((4U, 9UL, 3000U), (_session.Ack.Session, _session.Ack.NextCommandNumber, _session.Ack.KeepAliveMs));
        Assert.Equal(ServerAction.None, server.Receive(Bytes.Frame(_session.Heartbeat, _session.TakeSeqNum(0)), 0));
        Assert.Equal(ClientAction.None, _session.Receive(Bytes.Frame(server.Heartbeat, server.TakeSeqNum(0)), 0));
        Assert.Equal(ServerAction.Close, server.Receive(Bytes.Frame(_session.End(ResultCode.Finished), _session.TakeSeqNum(0)), 0));
    }

    [Fact]
    public void A_server_of_another_chain_is_left()
    {
        var session = new ClientSession(_key.PublicKey, Bytes.Counting(9), 0);
        Assert.Equal(ClientAction.Terminate, session.Receive(Bytes.Frame(new NegotiateResponse { ChainId = Bytes.ChainId, MaxVersion = 1 }, 1), 0));
        Assert.Equal(ResultCode.WrongChain, session.LastTerminate.Code);
    }

    [Fact]
    public void A_server_without_a_common_version_is_left()
    {
        Assert.Equal(ClientAction.Terminate, Receive(new NegotiateResponse { ChainId = Bytes.ChainId }));
        Assert.Equal(ResultCode.UnsupportedVersion, _session.LastTerminate.Code);
    }

    [Theory]
    [InlineData(0U, 16U, 5000U, 1, ResultCode.MessageMalformed)]
    [InlineData(4U, 0U, 5000U, 1, ResultCode.MessageMalformed)]
    [InlineData(4U, 16U, 0U, 1, ResultCode.MessageMalformed)]
    [InlineData(4U, 16U, 5000U, 0, ResultCode.UnsupportedVersion)]
    [InlineData(4U, 16U, 5000U, 2, ResultCode.UnsupportedVersion)]
    public void An_acknowledgement_that_makes_no_sense_ends_the_conversation(uint session, uint window, uint keepAliveMs, int version, ResultCode code)
    {
        Receive(new NegotiateResponse { MaxVersion = 1 });
        var ack = new EstablishAck { Session = session, MaxBatchesInFlight = window, KeepAliveMs = keepAliveMs, Version = (ushort)version };
        Assert.Equal(ClientAction.Terminate, Receive(in ack));
        Assert.Equal(code, _session.LastTerminate.Code);
    }

    [Fact]
    public void A_reject_refuses_the_session_before_it_is_open_and_one_message_afterwards()
    {
        var other = new ClientSession(_key.PublicKey, default, 0);
        Assert.Equal(ClientAction.Refused, other.Receive(Bytes.Frame(new Reject { Code = ResultCode.SessionLimit }, 1), 0));
        Assert.Equal((ResultCode.SessionLimit, ClientSessionState.Ended), (other.LastReject.Code, other.State));
        Open();
        Assert.Equal(ClientAction.Rejected, Receive(new Reject { Code = ResultCode.NotFound, Reference = 5 }));
        Assert.Equal((5UL, ClientSessionState.Established), (_session.LastReject.Reference, _session.State));
    }

    [Fact]
    public void A_farewell_closes_the_connection_with_its_reason()
    {
        Open();
        Assert.Equal(ClientAction.Close, Receive(new Terminate { Code = ResultCode.SlowConsumer }));
        Assert.Equal(ResultCode.SlowConsumer, _session.LastTerminate.Code);
        Assert.Equal(ClientAction.None, Receive(default(Sequence)));
    }

    [Theory]
    [InlineData(TemplateId.BatchResult, ClientAction.BatchResult)]
    [InlineData(TemplateId.OrderEvents, ClientAction.OrderEvents)]
    [InlineData(TemplateId.AccountAnswer, ClientAction.Answer)]
    [InlineData(TemplateId.StatusAnswer, ClientAction.Answer)]
    [InlineData(TemplateId.CommandBatch, ClientAction.Terminate)]
    [InlineData(TemplateId.Negotiate, ClientAction.Terminate)]
    [InlineData(TemplateId.NegotiateResponse, ClientAction.Terminate)]
    [InlineData((TemplateId)99, ClientAction.Terminate)]
    public void A_frame_means_what_the_state_lets_it_mean(TemplateId template, ClientAction action)
    {
        byte[] bytes = Bytes.FrameBytes(default(StatusQuery), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)template);
        if (template != TemplateId.NegotiateResponse)
        {
            var early = new ClientSession(_key.PublicKey, default, 0);
            Assert.Equal(ClientAction.Terminate, early.Receive(Bytes.Frame(bytes), 0));
            Assert.Equal(ResultCode.UnexpectedMessage, early.LastTerminate.Code);
        }

        Open();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), ++_seqNum);
        Assert.Equal(action, _session.Receive(Bytes.Frame(bytes), 0));
    }

    [Fact]
    public void A_gap_in_the_frame_numbers_ends_the_conversation()
    {
        Open();
        _seqNum++;
        Assert.Equal(ClientAction.Terminate, Receive(default(Sequence)));
        Assert.Equal(ResultCode.SequenceBroken, _session.LastTerminate.Code);
    }

    [Fact]
    public void Another_schema_ends_the_conversation()
    {
        byte[] bytes = Bytes.FrameBytes(default(NegotiateResponse), 1);
        bytes[10]++;
        Assert.Equal(ClientAction.Terminate, _session.Receive(Bytes.Frame(bytes), 0));
        Assert.Equal(ResultCode.UnknownSchema, _session.LastTerminate.Code);
    }

    [Fact]
    public void Silence_of_the_server_ends_the_conversation()
    {
        Assert.Equal(ClientAction.None, _session.Tick(10 * Second - 1));
        Open();
        Assert.Equal(ClientAction.SendHeartbeat, _session.Tick(5 * Second));
        _session.TakeSeqNum(5 * Second);
        Assert.Equal(ClientAction.None, _session.Tick(10 * Second - 1));
        Assert.Equal(ClientAction.Terminate, _session.Tick(10 * Second));
        Assert.Equal(ResultCode.HeartbeatLapsed, _session.LastTerminate.Code);
    }

    [Fact]
    public void A_server_that_never_answers_the_handshake_is_left()
    {
        Assert.Equal(ClientAction.Terminate, _session.Tick(10 * Second));
        Assert.Equal(ResultCode.HeartbeatLapsed, _session.LastTerminate.Code);
    }

    private void Open()
    {
        Receive(new NegotiateResponse { MaxVersion = 1 });
        Assert.Equal(ClientAction.Established, Receive(new EstablishAck { Session = 4, MaxBatchesInFlight = 16, KeepAliveMs = 5000, Version = 1 }));
    }

    private ClientAction Receive<T>(in T message) where T : unmanaged, IMessage => _session.Receive(Bytes.Frame(in message, ++_seqNum), 0);
}
