// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Linq;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Tests;

/// <summary>Test material: keys, pieces of buffers, batches.</summary>
internal static class Bytes
{
    public static Hash256 ChainId { get; } = Counting(0x40);

    public static Hash256 Challenge { get; } = Counting(0x80);

    public static SigningKey Key(byte start = 0) => SigningKey.FromSeed(Counting(start).Bytes);

    /// <summary>32 bytes that count upwards.</summary>
    public static Hash256 Counting(byte start) => new([.. Enumerable.Range(start, 32).Select(i => (byte)i)]);

    /// <summary>The pieces as one buffer.</summary>
    public static ReadOnlySequence<byte> Sequence(params ReadOnlyMemory<byte>[] pieces)
    {
        var first = new Segment(pieces[0], null);
        Segment last = first;
        foreach (ReadOnlyMemory<byte> piece in pieces.Skip(1)) last = new Segment(piece, last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>A signed batch of transfers as a frame.</summary>
    public static byte[] Batch(SigningKey key, uint session, int count, ulong firstNumber, ulong seqNum, ResultMode mode = ResultMode.FailuresOnly)
    {
        byte[] frame = new byte[FrameWriter.LengthOf<CommandBatchHead, Command>(count)];
        var writer = new FrameWriter(frame);
        writer.Begin(new CommandBatchHead
        {
            Session = session,
            Count = (ushort)count,
            ResultMode = mode,
            FirstNumber = firstNumber,
            LastNumber = firstNumber + (ulong)count - 1,
        });
        Span<TransferCommand> commands = writer.Group<TransferCommand>(count);
        for (int i = 0; i < count; i++)
        {
            commands[i] = new TransferCommand
            {
                Opcode = Opcode.Transfer,
                Number = firstNumber + (ulong)i,
                DebitAccount = 1,
                CreditAccount = 2,
                Amount = (UInt128)(i + 1),
            };
        }

        writer.Complete(seqNum, 0);
        if (count > 0) BatchVerifier.Sign(frame.AsSpan(ProtocolLimits.HeaderBytes), ChainId, key, new Hash256[count]);
        return frame;
    }

    /// <summary>The one frame in <paramref name="bytes"/>.</summary>
    public static Frame Frame(byte[] bytes)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.True(FrameReader.TryRead(ref buffer, out Frame frame, out ResultCode error), error.ToString());
        return frame;
    }

    /// <summary>A message without groups as a frame.</summary>
    public static Frame Frame<T>(in T message, ulong seqNum) where T : unmanaged, IMessage => Frame(FrameBytes(in message, seqNum));

    public static byte[] FrameBytes<T>(in T message, ulong seqNum) where T : unmanaged, IMessage
    {
        byte[] bytes = new byte[FrameWriter.LengthOf<T>()];
        FrameWriter.Write(bytes, in message, seqNum, 0);
        return bytes;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
