// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.Tests;

/// <summary>The messages about validators, as they arrive from a server that sends anything.</summary>
public sealed class ValidatorMessageTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public void Mutated_answers_are_read_or_refused_and_never_throw()
    {
        const int seed = 181;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int read = 0, refused = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] frame = i % 2 == 0 ? HandOver(random.Next(40)) : Validators(random.Next(8));
            for (int changes = random.Next(1, 6); changes > 0; changes--) frame[random.Next(frame.Length)] = (byte)random.Next(256);
            if (random.Next(8) == 0) frame = frame[..random.Next(frame.Length)];
            var buffer = new ReadOnlySequence<byte>(frame);
            if (!FrameReader.TryRead(ref buffer, out Frame found, out _))
            {
                refused++;
                continue;
            }

            bool sound = i % 2 == 0
                ? found.TryRead(out HandOverAnswerHead _) && found.TryReadGroup<ProofPiece>(out _, out _)
                : found.TryRead(out ValidatorsAnswerHead _) && found.TryReadGroup<ValidatorEntry>(out _, out _);
            if (sound) read++;
            else refused++;
        }

        output.WriteLine($"{read} read, {refused} refused");
        Assert.True(read > 1_000 && refused > 1_000);
    }

    private static byte[] HandOver(int pieces)
    {
        byte[] frame = new byte[FrameWriter.LengthOf<HandOverAnswerHead, ProofPiece>(pieces)];
        var writer = new FrameWriter(frame);
        writer.Begin(new HandOverAnswerHead { RequestId = 1, Epoch = 1, NewestEpoch = 2, HandOverBytes = (uint)(pieces * ProofPiece.Size) });
        writer.Group<ProofPiece>(pieces).Clear();
        writer.Complete(1, 1);
        return frame;
    }

    private static byte[] Validators(int count)
    {
        byte[] frame = new byte[FrameWriter.LengthOf<ValidatorsAnswerHead, ValidatorEntry>(count)];
        var writer = new FrameWriter(frame);
        writer.Begin(new ValidatorsAnswerHead { RequestId = 1, Epoch = 1 });
        writer.Group<ValidatorEntry>(count).Clear();
        writer.Complete(1, 1);
        return frame;
    }
}
