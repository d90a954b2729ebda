// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Protocol.Tests;

// An open conversation: heartbeats, limits, batches, queries, farewells.
public sealed partial class ServerSessionTests
{
    [Fact]
    public void Silence_for_twice_the_interval_ends_the_conversation_and_not_a_moment_sooner()
    {
        BringTo(ServerSessionState.Established);
        Receive(new Sequence { NextSeqNum = 4 }, 100 * Second);
        Assert.Equal(ServerAction.SendHeartbeat, _session.Tick(105 * Second));
        Assert.Equal(1UL, _session.TakeSeqNum(105 * Second));
        Assert.Equal(3UL, _session.Heartbeat.NextSeqNum);
        Assert.Equal(ServerAction.None, _session.Tick(110 * Second - 1));
        Assert.Equal(ServerAction.Terminate, _session.Tick(110 * Second));
        Assert.Equal(ResultCode.HeartbeatLapsed, _session.LastTerminate.Code);
        Assert.Equal(ServerAction.None, _session.Tick(200 * Second));
    }

    [Fact]
    public void A_handshake_that_takes_too_long_ends_however_busy_the_peer_looks()
    {
        Receive(new Negotiate { PublicKey = _key.PublicKey }, 9 * Second);
        _session.CompleteLookUp(0);
        Receive(new Sequence { NextSeqNum = 3 }, 9 * Second);
        Assert.Equal(ServerAction.None, _session.Tick(10 * Second - 1));
        Assert.Equal(ServerAction.Terminate, _session.Tick(10 * Second));
        Assert.Equal(ResultCode.HeartbeatLapsed, _session.LastTerminate.Code);
    }

    [Theory]
    [InlineData(0U, 60_000U)]
    [InlineData(1U, 100U)]
    [InlineData(777U, 777U)]
    [InlineData(1_000_000U, 60_000U)]
    public void The_heartbeat_interval_is_granted_within_limits(uint asked, uint granted)
    {
        Receive(new Negotiate { PublicKey = _key.PublicKey });
        _session.CompleteLookUp(4);
        Receive(Establish(4, keepAliveMs: asked));
        Assert.Equal(granted, _session.CompleteOpen(1).KeepAliveMs);
    }

    [Fact]
    public void A_sound_batch_passes_with_its_head()
    {
        BringTo(ServerSessionState.Established);
        Assert.Equal(ServerAction.Batch, Receive(Bytes.Batch(_key, 4, 3, 10, ++_seqNum, ResultMode.All)));
        Assert.Equal((4U, (ushort)3, 10UL, 12UL, ResultMode.All),
            (_session.Batch.Session, _session.Batch.Count, _session.Batch.FirstNumber, _session.Batch.LastNumber, _session.Batch.ResultMode));
        Assert.Equal(1, _session.BatchesInFlight);
        Assert.Equal(ServerAction.Batch, Receive(Bytes.Batch(_key, 4, ProtocolLimits.MaxBatchCommands, 13, ++_seqNum)));
    }

    [Fact]
    public void Batches_beyond_the_limit_are_rejected_until_one_is_answered()
    {
        BringTo(ServerSessionState.Established);
        Assert.Equal(ServerAction.Batch, Receive(Bytes.Batch(_key, 4, 1, 1, ++_seqNum)));
        Assert.Equal(ServerAction.Batch, Receive(Bytes.Batch(_key, 4, 1, 2, ++_seqNum)));
        Assert.Equal(ServerAction.Reject, Receive(Bytes.Batch(_key, 4, 1, 3, ++_seqNum)));
        Assert.Equal((ResultCode.TooManyInFlight, 3UL), (_session.LastReject.Code, _session.LastReject.Reference));
        _session.BatchAnswered();
        Assert.Equal(ServerAction.Batch, Receive(Bytes.Batch(_key, 4, 1, 4, ++_seqNum)));
        Reject reject = _session.RejectBatch(Bytes.Frame(default(Sequence), 9).Header, ResultCode.BadSignature);
        Assert.Equal((ResultCode.BadSignature, 4UL, 9UL), (reject.Code, reject.Reference, reject.RefSeqNum));
        Assert.Equal(1, _session.BatchesInFlight);
    }

    public static TheoryData<string, ResultCode> BadBatches => new()
    {
        { "session", ResultCode.UnknownSession },
        { "count", ResultCode.MessageMalformed },
        { "mode", ResultCode.MessageMalformed },
        { "reserved", ResultCode.ReservedFieldNotZero },
        { "first zero", ResultCode.NumberNotIncreasing },
        { "last below first", ResultCode.NumberNotIncreasing },
        { "entry size", ResultCode.MessageMalformed },
        { "nested groups", ResultCode.MessageMalformed },
        { "block length", ResultCode.MessageMalformed },
        { "trailing bytes", ResultCode.MessageMalformed },
        { "cut short", ResultCode.MessageMalformed },
        { "empty", ResultCode.BatchSize },
        { "no body", ResultCode.MessageMalformed },
    };

    [Theory]
    [MemberData(nameof(BadBatches))]
    public void A_bad_batch_is_rejected_with_its_code_and_the_session_goes_on(string fault, ResultCode code)
    {
        BringTo(ServerSessionState.Established);
        byte[] bytes = Bytes.Batch(_key, 4, fault == "empty" ? 0 : 3, 10, ++_seqNum);
        Span<byte> body = bytes.AsSpan(32);
        switch (fault)
        {
            case "session": body[64]++; break;
            case "count": body[68]++; break;
            case "mode": body[70] = 2; break;
            case "reserved": body[71] = 1; break;
            case "first zero": body[72..80].Clear(); break;
            case "last below first": body[80] = 9; break;
            case "entry size": body[88] = 64; break;
            case "nested groups": body[92] = 1; break;
            case "block length": bytes[6] += 8; break;
            case "trailing bytes": bytes = Resize(bytes, 8); break;
            case "cut short": bytes = Resize(bytes, -8); break;
            case "empty": body[80] = 10; break;
            case "no body":
                bytes = Resize(bytes, 32 - bytes.Length);
                bytes[6] = 0;
                break;
        }

        Assert.Equal(ServerAction.Reject, Receive(bytes));
        Assert.Equal((code, (ushort)TemplateId.CommandBatch, _seqNum), (_session.LastReject.Code, _session.LastReject.RefTemplateId, _session.LastReject.RefSeqNum));
        Assert.Equal(0, _session.BatchesInFlight);
        Assert.Equal(ServerAction.Batch, Receive(Bytes.Batch(_key, 4, 3, 10, ++_seqNum)));
    }

    [Fact]
    public void Every_query_passes_and_its_refusal_repeats_the_request_id()
    {
        BringTo(ServerSessionState.Established);
        Check(new AccountQuery { RequestId = 1 });
        Check(new StatementQuery { RequestId = 2 });
        Check(new OrderQuery { RequestId = 3 });
        Check(new DepthQuery { RequestId = 4 });
        Check(new InstrumentQuery { RequestId = 5 });
        Check(new AssetQuery { RequestId = 6 });
        Check(new SessionQuery { RequestId = 7 });
        Check(new StatusQuery { RequestId = 8 });

        void Check<T>(T query) where T : unmanaged, IQuery
        {
            Frame frame = Bytes.Frame(in query, ++_seqNum);
            Assert.Equal(ServerAction.Query, _session.Receive(in frame, 0));
            Reject reject = ServerSession.RejectQuery(in frame, ResultCode.NotFound);
            ulong requestId = BinaryPrimitives.ReadUInt64LittleEndian(frame.Body.FirstSpan);
            Assert.Equal((ResultCode.NotFound, (ushort)T.TemplateId, _seqNum, requestId), (reject.Code, reject.RefTemplateId, reject.RefSeqNum, reject.Reference));

            byte[] bytes = Resize(Bytes.FrameBytes(in query, ++_seqNum), 8);
            Assert.Equal(ServerAction.Reject, _session.Receive(Bytes.Frame(bytes), 0));
            Assert.Equal(ResultCode.MessageMalformed, _session.LastReject.Code);
            Assert.Equal(requestId, _session.LastReject.Reference);
        }
    }

    [Fact]
    public void The_peers_farewell_closes_the_connection()
    {
        BringTo(ServerSessionState.Established);
        Assert.Equal(ServerAction.Close, Receive(new Terminate { Code = ResultCode.Finished }));
        Assert.Equal(ServerAction.None, _session.Receive(Bytes.Frame(default(StatusQuery), 99), 0));
    }

    [Fact]
    public void A_takeover_tells_the_older_connection_why()
    {
        BringTo(ServerSessionState.Established);
        Assert.Equal(ResultCode.SessionTakenOver, _session.End(ResultCode.SessionTakenOver).Code);
        Assert.Equal(ServerAction.None, Receive(default(StatusQuery)));
    }

    [Theory]
    [InlineData(ServerSessionState.LookingUp)]
    [InlineData(ServerSessionState.Registering)]
    [InlineData(ServerSessionState.Opening)]
    public void A_handshake_step_that_completes_after_the_end_changes_nothing(ServerSessionState state)
    {
        BringTo(state);
        _session.End(ResultCode.Finished);
        if (state == ServerSessionState.LookingUp) _session.CompleteLookUp(4);
        if (state == ServerSessionState.Registering) Assert.Equal(ServerAction.Close, _session.CompleteRegistration(ResultCode.Ok, 4));
        if (state == ServerSessionState.Opening) _session.CompleteOpen(1);
        Assert.Equal(ServerAction.Close, _session.Refuse(ResultCode.NotReady));
        Assert.Equal(ServerSessionState.Ended, _session.State);
        Assert.Equal(ServerAction.None, Receive(default(StatusQuery)));
    }

    [Fact]
    public void A_framing_fault_is_named_in_the_farewell()
    {
        Assert.Equal(ServerAction.Terminate, _session.FramingFault(ResultCode.FrameTooLong));
        Assert.Equal(ResultCode.FrameTooLong, _session.LastTerminate.Code);
    }

    [Fact]
    public void Long_frames_pass_only_once_the_session_is_open()
    {
        Assert.Equal(ProtocolLimits.MaxHandshakeFrameBytes, _session.MaxFrameBytes);
        BringTo(ServerSessionState.Established);
        Assert.Equal(ProtocolLimits.MaxFrameBytes, _session.MaxFrameBytes);
    }
}
