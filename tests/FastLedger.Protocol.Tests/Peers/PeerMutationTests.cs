// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Protocol.Peers;
using Xunit.Abstractions;

namespace FastLedger.Protocol.Tests.Peers;

/// <summary>Random damage to handshakes and to what follows: never an exception, never a connection that both sides believe in.</summary>
public sealed class PeerMutationTests(ITestOutputHelper output)
{
    private static int Mutations => Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN") == "long" ? 1_000_000 : 5_000;

    [Fact]
    public void A_mutated_handshake_never_succeeds()
    {
        const int seed = 4_711;
        output.WriteLine($"seed {seed}, {Mutations} mutations");
        var random = new Random(seed);
        for (int i = 0; i < Mutations; i++)
        {
            int at = random.Next(4);
            bool changed = false;
            var pair = new PeerPair();
            pair.Shake((index, frame) =>
            {
                if (index != at) return frame;
                byte[] mutated = Mutate(random, frame);
                changed = !SameButForTheClock(mutated, frame);
                return mutated;
            });
            if (!changed) continue;
            PeerSession receiver = at % 2 == 0 ? pair.Accepter : pair.Dialer;
            Assert.True(receiver.State != PeerSessionState.Established, $"mutation {i} of message {at} went unnoticed");
        }
    }

    [Fact]
    public void Mutated_messages_end_the_conversation_or_are_delivered_within_their_frame()
    {
        const int seed = 815;
        output.WriteLine($"seed {seed}, {Mutations} mutations");
        var random = new Random(seed);
        byte[] body = new byte[200];
        random.NextBytes(body);
        int delivered = 0, ended = 0;
        PeerPair? pair = null;
        for (int i = 0; i < Mutations; i++)
        {
            if (pair is null || pair.Accepter.State == PeerSessionState.Ended)
            {
                pair = new PeerPair();
                pair.Shake();
            }

            byte[] frame = Mutate(random, PeerSessionTests.Message(3, 150, body[..random.Next(body.Length)]));
            PeerAction action = PeerPair.Give(pair.Accepter, frame);
            Assert.Contains(action, new[] { PeerAction.None, PeerAction.Deliver, PeerAction.Terminate, PeerAction.Close });
            delivered += action == PeerAction.Deliver ? 1 : 0;
            ended += action == PeerAction.Terminate ? 1 : 0;
            if (action != PeerAction.None) pair = null;
        }

        output.WriteLine($"{delivered} delivered, {ended} ended the conversation");
        Assert.True(delivered > 0 && ended > 0);
    }

    private static byte[] Mutate(Random random, byte[] frame)
    {
        List<byte> bytes = [.. frame];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] = (byte)(random.Next(2) * 255); break;
                case 3: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)); break;
                case 4: bytes.InsertRange(at, new byte[random.Next(1, 9)]); break;
                default: (bytes[at], bytes[^1]) = (bytes[^1], bytes[at]); break;
            }

            if (bytes.Count == 0) break;
        }

        return [.. bytes];
    }

    private static bool SameButForTheClock(byte[] left, byte[] right) =>
        left.Length >= right.Length && left.AsSpan(0, 24).SequenceEqual(right.AsSpan(0, 24))
        && left.AsSpan(32, right.Length - 32).SequenceEqual(right.AsSpan(32));
}
