// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Protocol.Tests;

[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>What happens per batch allocates nothing, and hostile frames neither.</summary>
[Collection("Alone")]
public sealed class HotPathTests : IDisposable
{
    private readonly SigningKey _key = Bytes.Key();

    public void Dispose() => _key.Dispose();

    [Fact]
    public void Parsing_checking_and_answering_a_batch_allocates_nothing()
    {
        const int Count = 300;
        ServerSession session = Established();
        byte[] frame = Bytes.Batch(_key, 4, Count, 1, 0);
        ReadOnlySequence<byte> pieces = Bytes.Sequence(frame.AsMemory(0, 1000), frame.AsMemory(1000, 9), frame.AsMemory(1009));
        byte[] body = new byte[ProtocolLimits.MaxBatchBodyBytes];
        byte[] answer = new byte[ProtocolLimits.MaxFrameBytes];
        Hash256[] hashes = new Hash256[Count];
        CommandResult[] results = new CommandResult[Count];
        ulong seqNum = 2;
        for (int i = 0; i < 50; i++) Turn();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++) Turn();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Turn()
        {
            FrameWriter.Restamp(frame.AsSpan(0, 32), ++seqNum, 0, FrameFlags.None);
            ReadOnlySequence<byte> buffer = pieces;
            if (!FrameReader.TryRead(ref buffer, out Frame read, out _, session.MaxFrameBytes)) throw new InvalidOperationException("no frame");
            if (session.Receive(in read, 0) != ServerAction.Batch) throw new InvalidOperationException(session.LastReject.Code.ToString());
            Span<byte> copy = body.AsSpan(0, (int)read.Body.Length);
            read.Body.CopyTo(copy);
            if (BatchVerifier.Verify(copy, Bytes.ChainId, session.PublicKey, hashes, out _) != ResultCode.Ok) throw new InvalidOperationException("bad");
            var writer = new FrameWriter(answer);
            writer.Begin(new BatchResultHead { Session = 4, Count = Count });
            writer.Group<CommandResult>(results);
            writer.Complete(session.TakeSeqNum(0), 0);
            session.BatchAnswered();
        }
    }

    /// <summary>
    /// Mutated frames of every kind go through framing, session and batch checks: each gives a frame or a precise error, nothing throws,
    /// nothing is allocated, and no batch that was tampered with is accepted. FASTLEDGER_FUZZ_FRAMES and FASTLEDGER_FUZZ_SEED ask for more.
    /// </summary>
    [Fact]
    public void Mutated_frames_do_no_harm()
    {
        const int Frames = 50_000;
        int frames = int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_FUZZ_FRAMES"), out int asked) ? asked : Frames;
        ulong seed = ulong.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_FUZZ_SEED"), out ulong given) ? given : 88172645463325252;
        byte[][] originals =
        [
            Bytes.Batch(_key, 4, 1, 1, 0),
            Bytes.Batch(_key, 4, 3, 1, 0),
            Bytes.FrameBytes(default(AccountQuery), 0),
            Bytes.FrameBytes(default(StatementQuery), 0),
            Bytes.FrameBytes(default(DepthQuery), 0),
            Bytes.FrameBytes(default(SessionQuery), 0),
            Bytes.FrameBytes(new Sequence { NextSeqNum = 4 }, 0),
            Bytes.FrameBytes(default(Establish), 0),
            Bytes.FrameBytes(new Negotiate { PublicKey = _key.PublicKey }, 0),
            Bytes.FrameBytes(default(Terminate), 0),
        ];
        byte[] bytes = new byte[1024];
        byte[] body = new byte[1024];
        Hash256[] hashes = new Hash256[8];
        int[] errors = new int[10_000];
        ServerSession session = Established();
        ulong seqNum = 2, state = seed;
        int accepted = 0, sessions = 0;
        Turn(); // warms what has to be compiled
        long before = GC.GetAllocatedBytesForCurrentThread();
        long allowed = 0;
        for (int i = 0; i < frames; i++)
        {
            if (!Turn()) continue;
            long start = GC.GetAllocatedBytesForCurrentThread();
            session = Established();
            seqNum = 2;
            sessions++;
            allowed += GC.GetAllocatedBytesForCurrentThread() - start;
        }

        long grown = GC.GetAllocatedBytesForCurrentThread() - before - allowed;
        Assert.True(grown == 0, $"{grown} bytes allocated, seed {seed}");
        Assert.True(accepted == 0, $"{accepted} mutated batches accepted, seed {seed}");
        Assert.True(errors[(int)ResultCode.FrameMalformed] > 0 && errors[(int)ResultCode.FrameTooLong] > 0);
        Assert.True(errors[(int)ResultCode.UnknownTemplate] > 0 && errors[(int)ResultCode.UnknownSchema] > 0);
        Assert.True(errors[(int)ResultCode.UnsupportedVersion] > 0 && errors[(int)ResultCode.MessageMalformed] > 0);
        Assert.True(errors[(int)ResultCode.BadSignature] > 0 && errors[(int)ResultCode.UnexpectedMessage] > 0);

        // True when the conversation ended.
        bool Turn()
        {
            byte[] original = originals[Next(originals.Length)];
            original.CopyTo(bytes, 0);
            FrameWriter.Restamp(bytes, seqNum + 1, 0, FrameFlags.None);
            int length = original.Length;
            bool untouched = true;
            for (int mutations = 1 + Next(3); mutations > 0; mutations--)
            {
                // Half of the changes meet the header and the head, where the decisions are taken.
                int place = Next(2) == 0 ? Next(Math.Min(length, 128)) : Next(length);
                byte change = (byte)(1 << Next(8));
                if (Next(4) == 0) change = (byte)(1 + Next(255));
                bytes[place] ^= change;
                untouched &= place is >= 14 and < 32; // flags, number and time are not part of what is signed
            }

            if (Next(20) == 0) length = Next(length + 1);
            var buffer = new ReadOnlySequence<byte>(bytes, 0, length);
            if (!FrameReader.TryRead(ref buffer, out Frame frame, out ResultCode error, session.MaxFrameBytes))
            {
                errors[(int)error]++;
                return false;
            }

            switch (session.Receive(in frame, 0))
            {
                case ServerAction.Batch:
                    seqNum++;
                    Span<byte> copy = body.AsSpan(0, (int)frame.Body.Length);
                    frame.Body.CopyTo(copy);
                    int count = session.Batch.Count;
                    FrameHeader header = frame.Header;
                    ResultCode code = BatchVerifier.Verify(copy, Bytes.ChainId, session.PublicKey, hashes.AsSpan(0, count), out _);
                    errors[(int)code]++;
                    if (code == ResultCode.Ok)
                    {
                        // Changes that cancel each other out give the signed bytes again.
                        if (!untouched && !Same(copy, originals)) accepted++;
                        session.BatchAnswered();
                    }
                    else
                    {
                        session.RejectBatch(in header, code);
                    }

                    return false;
                case ServerAction.Reject:
                    seqNum++;
                    errors[(int)session.LastReject.Code]++;
                    return false;
                case ServerAction.Terminate:
                    errors[(int)session.LastTerminate.Code]++;
                    return true;
                case ServerAction.Close:
                    return true;
                default:
                    seqNum++;
                    return false;
            }
        }

        static bool Same(ReadOnlySpan<byte> body, byte[][] originals) =>
            body.SequenceEqual(originals[0].AsSpan(32)) || body.SequenceEqual(originals[1].AsSpan(32));

        int Next(int bound)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            return (int)(state % (ulong)bound);
        }
    }

    private ServerSession Established()
    {
        var session = new ServerSession(new ServerSessionOptions { ChainId = Bytes.ChainId }, Bytes.Challenge, 0);
        session.Receive(Bytes.Frame(new Negotiate { PublicKey = _key.PublicKey }, 1), 0);
        session.CompleteLookUp(4);
        var establish = new Establish { MaxVersion = 1 };
        Span<byte> message = stackalloc byte[SignedMessages.EstablishBytes];
        SignedMessages.Establish(message, Bytes.ChainId, Bytes.Challenge, _key.PublicKey);
        _key.Sign(message, establish.Signature.Bytes);
        Assert.Equal(ServerAction.OpenSession, session.Receive(Bytes.Frame(in establish, 2), 0));
        session.CompleteOpen(1);
        return session;
    }
}
