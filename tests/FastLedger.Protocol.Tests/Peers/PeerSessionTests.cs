// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Peers;
using static FastLedger.Protocol.Tests.Peers.PeerPair;

namespace FastLedger.Protocol.Tests.Peers;

public sealed class PeerSessionTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void Four_messages_prove_both_sides_to_each_other()
    {
        var pair = new PeerPair();
        List<byte[]> frames = pair.Shake();
        Assert.Equal(4, frames.Count);
        Assert.Equal(PeerSessionState.Established, pair.Dialer.State);
        Assert.Equal(PeerSessionState.Established, pair.Accepter.State);
        Assert.Equal(AccepterNumber, pair.Dialer.Peer);
        Assert.Equal(DialerNumber, pair.Accepter.Peer);
        Assert.Equal(KeyOf(DialerNumber), pair.Accepter.PeerKey);
        Assert.All(frames, f => Assert.True(f.Length <= ProtocolLimits.MaxHandshakeFrameBytes));
        Assert.Equal(ProtocolLimits.MaxPeerFrameBytes, pair.Dialer.MaxFrameBytes);
    }

    [Fact]
    public void A_message_passes_only_after_the_handshake()
    {
        var pair = new PeerPair();
        Assert.Equal(PeerAction.Terminate, Give(pair.Accepter, Message(1, 150, new byte[5])));
        Assert.Equal(ResultCode.UnexpectedMessage, pair.Accepter.LastTerminate.Code);
        pair = new PeerPair();
        pair.Shake();
        byte[] body = [1, 2, 3, 4, 5];
        byte[] bytes = Message(3, 150, body);
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.True(FrameReader.TryRead(ref buffer, out Frame frame, out _, pair.Accepter.MaxFrameBytes));
        Assert.Equal(PeerAction.Deliver, pair.Accepter.Receive(in frame, 0));
        Assert.Equal(body, PeerSession.BodyOf(in frame).ToArray());
    }

    [Theory]
    [InlineData(139, 5u, 0u, ResultCode.UnexpectedMessage)]
    [InlineData(140, 5u, 0u, ResultCode.UnexpectedMessage)]
    [InlineData(200, 5u, 0u, ResultCode.UnexpectedMessage)]
    [InlineData(150, 9u, 0u, ResultCode.MessageMalformed)]
    [InlineData(150, 0u, 0u, ResultCode.MessageMalformed)]
    [InlineData(150, uint.MaxValue, 0u, ResultCode.MessageMalformed)]
    [InlineData(150, 5u, 1u, ResultCode.MessageMalformed)]
    public void A_message_that_is_none_ends_the_conversation(ushort template, uint bodyBytes, uint reserved, ResultCode expected)
    {
        var pair = new PeerPair();
        pair.Shake();
        byte[] bytes = Message(3, template, new byte[5]);
        BitConverter.TryWriteBytes(bytes.AsSpan(32), bodyBytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(36), reserved);
        Assert.Equal(PeerAction.Terminate, Give(pair.Accepter, bytes));
        Assert.Equal(expected, pair.Accepter.LastTerminate.Code);
    }

    [Fact]
    public void A_wrong_key_is_found_out_by_either_side()
    {
        var pair = new PeerPair { Dialer = Dial(keyOf: 3) };
        pair.Shake();
        Assert.Equal(ResultCode.BadSignature, pair.Accepter.LastTerminate.Code);
        Assert.NotEqual(PeerSessionState.Established, pair.Dialer.State);

        pair = new PeerPair { Accepter = PeerSession.Accept(OptionsOf(AccepterNumber, keyOf: 3), Nonce(2), default, 0) };
        pair.Shake();
        Assert.Equal(ResultCode.BadSignature, pair.Accepter.LastTerminate.Code); // it checks the dialler's proof for its own key
        Assert.NotEqual(PeerSessionState.Established, pair.Dialer.State);
    }

    [Fact]
    public void Another_chain_another_number_another_address_and_a_stranger_are_refused()
    {
        Assert.Equal(ResultCode.WrongChain, Refusal(Dial(chain: 8)));
        Assert.Equal(ResultCode.PeerMismatch, Refusal(Dial(to: 0)));
        Assert.Equal(ResultCode.PeerMismatch, Refusal(Dial(here: new PeerEndpoint(Here.Address, 4002))));
        Assert.Equal(ResultCode.PeerMismatch, Refusal(Dial(here: new PeerEndpoint(Here.Address + 1, Here.Port))));
        Assert.Equal(ResultCode.Unauthorized, Refusal(Dial(self: 3), OptionsOf(AccepterNumber)));
        Assert.Equal(ResultCode.Unauthorized, Refusal(Dial(self: 2, to: 1), OptionsOf(DialerNumber))); // the smaller number dials
        Assert.Equal(ResultCode.Unauthorized, Refusal(Dial(self: 1, to: 1), OptionsOf(DialerNumber))); // and nobody itself
    }

    [Fact]
    public void Different_certificates_on_the_two_ends_are_found_out()
    {
        var pair = new PeerPair { Accepter = PeerSession.Accept(OptionsOf(AccepterNumber), Nonce(2), Nonce(77), 0) };
        pair.Shake();
        Assert.Equal(ResultCode.BadSignature, pair.Accepter.LastTerminate.Code);
        pair = new PeerPair(Nonce(77));
        pair.Shake();
        Assert.Equal(PeerSessionState.Established, pair.Dialer.State);
    }

    [Fact]
    public void A_recorded_handshake_is_worth_nothing_in_another_connection()
    {
        List<byte[]> recorded = new PeerPair().Shake();
        PeerSession accepter = PeerSession.Accept(OptionsOf(AccepterNumber), Nonce(3), default, 0); // its nonce is new
        Assert.Equal(PeerAction.Send, Give(accepter, recorded[0]));
        Written(accepter);
        Assert.Equal(PeerAction.Terminate, Give(accepter, recorded[2]));
        Assert.Equal(ResultCode.BadSignature, accepter.LastTerminate.Code);

        PeerSession dialer = Dial(nonce: 4);
        Written(dialer);
        Assert.Equal(PeerAction.Send, Give(dialer, recorded[1]));
        Written(dialer);
        Assert.Equal(PeerAction.Terminate, Give(dialer, recorded[3]));
        Assert.Equal(ResultCode.BadSignature, dialer.LastTerminate.Code);
    }

    [Fact]
    public void What_one_sent_is_worth_nothing_when_it_comes_back()
    {
        PeerSession dialer = Dial();
        Assert.Equal(PeerAction.Terminate, Give(dialer, Written(dialer)));
        Assert.Equal(ResultCode.UnexpectedMessage, dialer.LastTerminate.Code);

        // The dialler's proof, dressed up as the accepter's.
        dialer = Dial();
        PeerSession accepter = PeerSession.Accept(OptionsOf(AccepterNumber), Nonce(2), default, 0);
        Give(accepter, Written(dialer));
        Give(dialer, Written(accepter));
        byte[] proof = Written(dialer);
        BitConverter.TryWriteBytes(proof.AsSpan(8), (ushort)TemplateId.PeerReady);
        BitConverter.TryWriteBytes(proof.AsSpan(16), 2UL);
        Assert.Equal(PeerAction.Terminate, Give(dialer, proof));
        Assert.Equal(ResultCode.BadSignature, dialer.LastTerminate.Code);
    }

    [Fact]
    public void Every_bit_of_the_handshake_matters()
    {
        List<byte[]> frames = new PeerPair().Shake();
        for (int index = 0; index < 4; index++)
        {
            for (int bit = 0; bit < frames[index].Length * 8; bit++)
            {
                if (bit / 8 is >= 24 and < 32) continue; // the sender's clock informs and decides nothing
                var pair = new PeerPair();
                (int at, int which) = (index, bit);
                pair.Shake((i, f) =>
                {
                    if (i == at) f[which / 8] ^= (byte)(1 << (which % 8));
                    return f;
                });
                PeerSession receiver = index % 2 == 0 ? pair.Accepter : pair.Dialer;
                Assert.True(receiver.State != PeerSessionState.Established, $"message {index}, bit {bit}");
                Assert.False(
                    pair.Dialer.State == PeerSessionState.Established && pair.Accepter.State == PeerSessionState.Established, $"message {index}, bit {bit}");
            }
        }
    }

    [Fact]
    public void A_cut_handshake_waits_and_then_lapses()
    {
        List<byte[]> frames = new PeerPair().Shake();
        for (int length = 0; length < frames[0].Length; length++)
        {
            PeerSession accepter = PeerSession.Accept(OptionsOf(AccepterNumber), Nonce(2), default, 0);
            Assert.Equal(PeerAction.None, Give(accepter, frames[0].AsMemory(0, length)));
            Assert.Equal(PeerAction.None, accepter.Tick((1000 * Ms) - 1));
            Assert.Equal(PeerAction.Terminate, accepter.Tick(1000 * Ms));
            Assert.Equal(ResultCode.HeartbeatLapsed, accepter.LastTerminate.Code);
        }
    }

    [Fact]
    public void Heartbeats_follow_silence_at_the_slower_sides_pace_and_silence_ends_the_conversation()
    {
        var pair = new PeerPair();
        pair.Shake();
        foreach (PeerSession session in new[] { pair.Dialer, pair.Accepter })
        {
            Assert.Equal(PeerAction.None, session.Tick((300 * Ms) - 1));
            Assert.Equal(PeerAction.SendHeartbeat, session.Tick(300 * Ms));
            session.Hear(100 * Ms);
            Assert.Equal(PeerAction.SendHeartbeat, session.Tick((700 * Ms) - 1));
            Assert.Equal(PeerAction.Terminate, session.Tick(700 * Ms));
            Assert.Equal(PeerAction.None, session.Tick(10_000 * Ms));
        }
    }

    [Fact]
    public void A_heartbeat_names_the_next_number_and_a_gap_ends_the_conversation()
    {
        var pair = new PeerPair();
        pair.Shake();
        byte[] heartbeat = new byte[FrameWriter.LengthOf<Sequence>()];
        Sequence message = pair.Dialer.Heartbeat;
        FrameWriter.Write(heartbeat, in message, pair.Dialer.TakeSeqNum(0), 0);
        Assert.Equal(PeerAction.None, Give(pair.Accepter, heartbeat));
        Assert.Equal(PeerAction.Terminate, Give(pair.Accepter, heartbeat));
        Assert.Equal(ResultCode.SequenceBroken, pair.Accepter.LastTerminate.Code);
    }

    [Fact]
    public void Either_side_may_say_why_it_leaves()
    {
        var pair = new PeerPair();
        pair.Shake();
        byte[] farewell = new byte[FrameWriter.LengthOf<Terminate>()];
        Terminate message = pair.Dialer.End(ResultCode.Finished);
        FrameWriter.Write(farewell, in message, pair.Dialer.TakeSeqNum(0), 0);
        Assert.Equal(PeerAction.Close, Give(pair.Accepter, farewell));
        Assert.Equal(ResultCode.Finished, pair.Accepter.PeerReason);
        Assert.Equal(PeerAction.None, Give(pair.Accepter, farewell));
    }

    internal static byte[] Message(ulong seqNum, ushort template, byte[] body)
    {
        byte[] bytes = new byte[(32 + 8 + body.Length + 7) & ~7];
        var header = new FrameHeader
        {
            Length = (uint)bytes.Length,
            EncodingType = FrameHeader.SbeLittleEndian,
            BlockLength = PeerMessageHead.Size,
            TemplateId = (TemplateId)template,
            SchemaId = Schema.Id,
            Version = Schema.Version,
            SeqNum = seqNum,
        };
        System.Runtime.InteropServices.MemoryMarshal.Write(bytes, in header);
        BitConverter.TryWriteBytes(bytes.AsSpan(32), (uint)body.Length);
        body.CopyTo(bytes.AsSpan(40));
        return bytes;
    }

    private static PeerSession Dial(
        int self = DialerNumber, int to = AccepterNumber, int keyOf = -1, byte chain = 9, byte nonce = 1, PeerEndpoint? here = null) =>
        PeerSession.Dial(OptionsOf(self, keyOf, chain), to, KeyOf(to), here ?? Here, Nonce(nonce), default, 0);

    private static ResultCode Refusal(PeerSession dialer, PeerSessionOptions? accepterOptions = null)
    {
        PeerSession accepter = PeerSession.Accept(accepterOptions ?? OptionsOf(AccepterNumber), Nonce(2), default, 0);
        Assert.Equal(PeerAction.Terminate, Give(accepter, Written(dialer)));
        return accepter.LastTerminate.Code;
    }
}
