// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Tests;

public sealed class FramingTests
{
    private const ulong T = GoldenFrames.TimeNs;

    [Fact]
    public void Frames_are_written_byte_for_byte_as_the_golden_ones()
    {
        using SigningKey key = Bytes.Key();
        Assert.Equal(GoldenFrames.PublicKey, key.PublicKey.ToString());
        Assert.Equal(GoldenFrames.Negotiate, Hex(new Negotiate { PublicKey = key.PublicKey }, 1));
        Assert.Equal(GoldenFrames.Sequence, Hex(new Sequence { NextSeqNum = 8 }, 7));
        Assert.Equal(GoldenFrames.Terminate, Hex(new Terminate { Code = ResultCode.HeartbeatLapsed }, 3));
        var reject = new Reject { Code = ResultCode.BadSignature, RefTemplateId = 20, RefSeqNum = 9, Reference = 77 };
        Assert.Equal(GoldenFrames.Reject, Hex(in reject, 4));

        var establish = new Establish { KeepAliveMs = 5000, EventMode = EventMode.MakerAndTaker, MaxVersion = 1 };
        byte[] message = new byte[SignedMessages.EstablishBytes];
        SignedMessages.Establish(message, Bytes.ChainId, Bytes.Challenge, key.PublicKey);
        key.Sign(message, establish.Signature.Bytes);
        message = new byte[SignedMessages.RegisterBytes];
        SignedMessages.Register(message, Bytes.ChainId, key.PublicKey);
        key.Sign(message, establish.RegistrationSignature.Bytes);
        Assert.Equal(GoldenFrames.Establish, Hex(in establish, 2));
    }

    [Fact]
    public void A_batch_is_hashed_and_signed_as_the_golden_one()
    {
        using SigningKey key = Bytes.Key();
        byte[] golden = Convert.FromHexString(GoldenFrames.CommandBatch);
        var head = new CommandBatchHead { Session = 3, Count = 2, ResultMode = ResultMode.All, FirstNumber = 41, LastNumber = 42 };
        byte[] frame = new byte[golden.Length];
        var writer = new FrameWriter(frame);
        writer.Begin(in head);
        Span<TransferCommand> commands = writer.Group<TransferCommand>(2);
        commands[0] = new TransferCommand
        {
            Opcode = Opcode.Transfer,
            Flags = CommandFlags.Linked,
            Code = 5,
            Number = 41,
            DebitAccount = 1001,
            CreditAccount = 1002,
            Amount = UInt128.Parse("100000000000000000000"),
            UserData128 = 0x1122,
            Reference = Bytes.Counting(0),
        };
        commands[1] = new TransferCommand
        {
            Opcode = Opcode.Transfer,
            Code = 5,
            Number = 42,
            DebitAccount = 1002,
            CreditAccount = 1003,
            Amount = 7,
            UserData128 = 0x1122,
        };
        Assert.Equal(frame.Length, writer.Complete(5, T, FrameFlags.PossibleResend));
        Span<byte> body = frame.AsSpan(ProtocolLimits.HeaderBytes);
        Hash256[] hashes = new Hash256[2];
        BatchVerifier.Sign(body, Bytes.ChainId, key, hashes);
        Assert.Equal(GoldenFrames.CommandBatch, Convert.ToHexStringLower(frame));
        Assert.Equal(ResultCode.Ok, BatchVerifier.Verify(body, Bytes.ChainId, key.PublicKey, hashes, out Hash256 digest));
        Assert.Equal(GoldenFrames.BatchDigest, digest.ToString());
    }

    [Fact]
    public void The_golden_result_is_read_field_by_field()
    {
        Frame frame = Read(GoldenFrames.BatchResult);
        Assert.Equal((TemplateId.BatchResult, 6UL, T), (frame.Header.TemplateId, frame.Header.SeqNum, frame.Header.SendingTimeNs));
        Assert.True(frame.TryRead(out BatchResultHead head));
        Assert.Equal((3U, 2U, 41UL, 42UL), (head.Session, head.Count, head.FirstNumber, head.LastNumber));
        Assert.Equal((900UL, 12UL, (long)T, 1U), (head.FirstSequence, head.Height, head.TimestampNs, head.OkCount));
        Assert.True(frame.TryReadGroup<CommandResult>(out ReadOnlySequence<byte> results, out int count));
        Assert.Equal(1, count);
        CommandResult result = MemoryMarshal.Read<CommandResult>(results.FirstSpan);
        Assert.Equal((ResultCode.ExceedsBalance, 1U, 901UL, (UInt128)99), (result.Code, result.Index, result.Sequence, result.Value));
        Assert.False(frame.TryRead(out OrderEventsHead _));
        Assert.False(frame.TryReadGroup<OrderEvent>(out _, out _));
    }

    [Fact]
    public void A_frame_may_be_split_at_every_byte()
    {
        byte[] bytes = Convert.FromHexString(GoldenFrames.BatchResult + GoldenFrames.Sequence);
        int first = GoldenFrames.BatchResult.Length / 2;
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            // What has arrived so far, as one piece.
            var part = new ReadOnlySequence<byte>(bytes, 0, cut);
            Assert.Equal(cut >= first, FrameReader.TryRead(ref part, out _, out ResultCode error));
            Assert.Equal(ResultCode.Ok, error);
            Assert.Equal(cut >= first ? cut - first : cut, part.Length);

            // Everything, in two pieces.
            ReadOnlySequence<byte> pieces = Bytes.Sequence(bytes.AsMemory(0, cut), bytes.AsMemory(cut));
            CheckBoth(pieces);
        }

        // Every byte a piece of its own.
        CheckBoth(Bytes.Sequence([.. Enumerable.Range(0, bytes.Length).Select(i => (ReadOnlyMemory<byte>)bytes.AsMemory(i, 1))]));

        static void CheckBoth(ReadOnlySequence<byte> pieces)
        {
            Assert.True(FrameReader.TryRead(ref pieces, out Frame result, out _));
            Assert.True(result.TryRead(out BatchResultHead head));
            Assert.Equal(42UL, head.LastNumber);
            Assert.True(result.TryReadGroup<CommandResult>(out ReadOnlySequence<byte> entries, out int count));
            Assert.Equal((1, 32L), (count, entries.Length));
            Assert.True(FrameReader.TryRead(ref pieces, out Frame sequence, out _));
            Assert.True(sequence.TryRead(out Sequence heartbeat));
            Assert.Equal(8UL, heartbeat.NextSeqNum);
            Assert.True(pieces.IsEmpty);
            Assert.False(FrameReader.TryRead(ref pieces, out _, out ResultCode error));
            Assert.Equal(ResultCode.Ok, error);
        }
    }

    [Fact]
    public void Many_frames_in_one_piece_come_out_one_by_one()
    {
        byte[] bytes = Convert.FromHexString(string.Concat(Enumerable.Repeat(GoldenFrames.Negotiate + GoldenFrames.Terminate, 50)));
        var buffer = new ReadOnlySequence<byte>(bytes);
        List<TemplateId> seen = [];
        while (FrameReader.TryRead(ref buffer, out Frame frame, out _)) seen.Add(frame.Header.TemplateId);
        Assert.Equal(Enumerable.Repeat(new[] { TemplateId.Negotiate, TemplateId.Terminate }, 50).SelectMany(x => x), seen);
    }

    [Theory]
    [InlineData(0U, ResultCode.FrameMalformed)]
    [InlineData(5U, ResultCode.FrameMalformed)]
    [InlineData(31U, ResultCode.FrameMalformed)]
    [InlineData(33U, ResultCode.FrameMalformed)]
    [InlineData((uint)ProtocolLimits.MaxFrameBytes + 1, ResultCode.FrameMalformed)]
    [InlineData((uint)ProtocolLimits.MaxFrameBytes + 8, ResultCode.FrameTooLong)]
    [InlineData(0x7FFFFFF8U, ResultCode.FrameTooLong)]
    [InlineData(0xFFFFFFF8U, ResultCode.FrameTooLong)]
    [InlineData((uint)ProtocolLimits.MaxFrameBytes, ResultCode.Ok)]
    [InlineData(32U, ResultCode.Ok)]
    public void A_length_is_judged_as_soon_as_its_four_bytes_are_there(uint length, ResultCode expected)
    {
        byte[] bytes = new byte[31];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), FrameHeader.SbeLittleEndian);
        for (int have = 4; have <= bytes.Length; have++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, have);
            Assert.False(FrameReader.TryRead(ref buffer, out _, out ResultCode error));
            Assert.Equal(expected, error);
        }
    }

    [Fact]
    public void An_unknown_peer_may_not_send_long_frames()
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, ProtocolLimits.MaxHandshakeFrameBytes + 8);
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.False(FrameReader.TryRead(ref buffer, out _, out ResultCode error, ProtocolLimits.MaxHandshakeFrameBytes));
        Assert.Equal(ResultCode.FrameTooLong, error);
    }

    [Theory]
    [InlineData(0x5BE0)]
    [InlineData(0x50EB)]
    [InlineData(0)]
    public void Another_encoding_type_is_malformed(int encoding)
    {
        byte[] bytes = Convert.FromHexString(GoldenFrames.Sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), (ushort)encoding);
        for (int have = 6; have <= bytes.Length; have++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, have);
            Assert.False(FrameReader.TryRead(ref buffer, out _, out ResultCode error));
            Assert.Equal(ResultCode.FrameMalformed, error);
        }
    }

    [Fact]
    public void A_block_longer_than_the_body_is_malformed()
    {
        byte[] bytes = Convert.FromHexString(GoldenFrames.Sequence);
        bytes[6] = 9;
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.False(FrameReader.TryRead(ref buffer, out _, out ResultCode error));
        Assert.Equal(ResultCode.FrameMalformed, error);
    }

    [Fact]
    public void A_longer_block_of_a_newer_version_is_read_up_to_what_is_known()
    {
        byte[] bytes = [.. Convert.FromHexString(GoldenFrames.Sequence), .. new byte[8]];
        bytes[0] += 8;
        bytes[6] += 8;
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.True(FrameReader.TryRead(ref buffer, out Frame frame, out _));
        Assert.True(frame.TryRead(out Sequence sequence));
        Assert.Equal(8UL, sequence.NextSeqNum);
    }

    private static string Hex<T>(in T message, ulong seqNum) where T : unmanaged, IMessage
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, in message, seqNum, GoldenFrames.TimeNs);
        return Convert.ToHexStringLower(output.WrittenSpan);
    }

    private static Frame Read(string hex)
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.True(FrameReader.TryRead(ref buffer, out Frame frame, out ResultCode error));
        Assert.Equal(ResultCode.Ok, error);
        return frame;
    }
}
