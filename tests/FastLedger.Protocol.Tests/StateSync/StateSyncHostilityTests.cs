// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using CsCheck;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.StateSync;
using Xunit.Abstractions;

namespace FastLedger.Protocol.Tests.StateSync;

/// <summary>Servers that lie, drop, delay and change their minds; damaged bytes.</summary>
public sealed class StateSyncHostilityTests(ITestOutputHelper output)
{
    private const long Ms = SyncHarness.Ms;

    private static bool IsLong => Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN") == "long";

    [Fact]
    public void Every_changed_byte_of_a_small_chunk_is_refused()
    {
        foreach ((int size, int count) in new[] { (64, 1), (64, 2), (64, 9), (128, 5), (256, 3) })
        {
            NaiveState state = NaiveState.Random(new Random(size + count), 7, (size, count));
            byte[] good = ChunkOf(state, 0);
            for (int at = 0; at < good.Length; at++)
                foreach (byte change in new byte[] { 1, 0x80, 0xFF }) AssertRefused(state, 0, good, at, change);
        }
    }

    [Fact]
    public void Changed_bytes_of_a_whole_chunk_are_refused()
    {
        NaiveState state = NaiveState.Random(new Random(3), 7, (128, 9_001));
        var random = new Random(11);
        for (ulong chunk = 0; chunk < 5; chunk++)
        {
            byte[] good = ChunkOf(state, chunk);
            int step = IsLong ? 1 : 997; // 5 × 262,000 bytes, each hashed with its whole chunk
            for (int at = 0; at < good.Length; at += at < 200 ? 1 : step) AssertRefused(state, chunk, good, at, (byte)random.Next(1, 256));
        }
    }

    [Fact]
    public void Records_are_worth_nothing_in_another_place()
    {
        NaiveState state = NaiveState.Random(new Random(3), 7, (128, 20_000));
        var verifier = new ChunkVerifier();
        for (ulong have = 0; have < 10; have++)
        {
            Assert.True(StateEncoding.TryReadChunk(ChunkOf(state, have), out _, out ReadOnlySpan<Hash256> siblings, out ReadOnlySpan<byte> records));
            for (ulong want = 0; want < 12; want++) Assert.Equal(have == want, verifier.Verify(state.Tables[0], want, records, siblings));
            Assert.False(verifier.Verify(state.Tables[0], have, records[..^128], siblings));
            Assert.False(verifier.Verify(state.Tables[0], have, records, siblings[..^1]));
            StateTableEntry longer = state.Tables[0];
            longer.Count += 1;
            Assert.Equal(have < 9, verifier.Verify(longer, have, records, siblings)); // the list of tables binds the count: it is part of the state root
        }
    }

    [Fact]
    public void Liars_never_prevent_joining_while_one_honest_server_answers()
    {
        // Seeds are printed by CsCheck when it fails.
        Gen.Int[0, int.MaxValue].Sample(seed => JoinAmongLiars(seed), iter: IsLong ? 20_000 : 60, threads: 1);
    }

    [Fact]
    public void Mutated_answers_change_nothing_and_break_nothing()
    {
        const int seed = 1_234;
        int mutations = IsLong ? 1_000_000 : 5_000;
        output.WriteLine($"seed {seed}, {mutations} mutations");
        var random = new Random(seed);
        NaiveState state = NaiveState.Random(random, 7, (64, 20), (256, 3));
        var held = new HeldStates(state);
        int struck = 0, completed = 0;
        for (int i = 0; i < mutations; i++)
        {
            var harness = new SyncHarness(new StateSyncOptions { TimeoutMs = 10, ChoiceMs = 1 });
            int at = random.Next(3), answered = 0;
            byte[] original = [], mutated = [];
            harness.Add(1, q =>
            {
                (ushort template, byte[] bytes, long delay) = harness.Honest(held, q, Ms);
                if (answered++ != at) return (template, bytes, delay);
                original = bytes;
                mutated = Mutate(random, bytes);
                return (random.Next(50) == 0 ? (ushort)random.Next(144, 190) : template, mutated, delay);
            });
            harness.Run(1_000 * Ms);
            if (harness.Client.State == StateSyncState.Complete)
            {
                completed++;
                Assert.Equal(state.Records, harness.Written);
                Assert.Equal(state.StateRoot, harness.Client.StateRoot);
            }

            struck += harness.Client.StruckServers;
        }

        output.WriteLine($"{struck} struck, {completed} completed all the same");
        Assert.True(struck > mutations / 2);
    }

    [Fact]
    public void Mutated_queries_are_answered_in_bounds_or_refused()
    {
        const int seed = 77;
        int mutations = IsLong ? 1_000_000 : 20_000;
        output.WriteLine($"seed {seed}, {mutations} mutations");
        var random = new Random(seed);
        NaiveState state = NaiveState.Random(random, 7, (64, 20), (256, 3));
        var server = new StateSyncServer(new HeldStates(state));
        byte[] answer = new byte[StateSyncServer.MaxAnswerBytes];
        var counts = new Dictionary<StateServing, int>();
        for (int i = 0; i < mutations; i++)
        {
            StateSyncQuery query = random.Next(2) == 0
                ? StateSyncQuery.Manifest(1, (ulong)i)
                : StateSyncQuery.Part(1, TemplateId.StateChunkQuery, new StateChunkQuery { RequestId = (ulong)i, Height = 7, Table = 1, Chunk = 0 });
            byte[] mutated = Mutate(random, query.Message.ToArray());
            StateServing serving = server.Answer(query.Template, mutated, answer, out ushort template, out int length);
            counts[serving] = counts.GetValueOrDefault(serving) + 1;
            if (serving != StateServing.Send) continue;
            Assert.InRange(length, 8, answer.Length);
            Assert.True((TemplateId)template is TemplateId.StateManifest or TemplateId.StateChunk or TemplateId.StateRefusal);
        }

        foreach ((StateServing serving, int count) in counts) output.WriteLine($"{serving}: {count}");
        Assert.Equal(3, counts.Count);
    }

    private static void JoinAmongLiars(int seed)
    {
        var random = new Random(seed);
        NaiveState old = NaiveState.Random(random, 50, (64, 3_000), (128, 5));
        NaiveState state = NaiveState.Random(random, 100, (64, random.Next(1, 12_000)), (128, random.Next(1, 6_000)), (256, random.Next(1, 1_100)));
        var honestStates = new HeldStates(old, state);
        var harness = new SyncHarness(new StateSyncOptions { LeastHeight = (ulong)random.Next(1, 101) });
        int servers = random.Next(2, 8), honest = random.Next(servers);
        for (int node = 0; node < servers; node++)
        {
            if (node == honest) harness.AddHonest(node, honestStates, random.Next(1, 100) * Ms);
            else harness.Add(node, Liar(harness, random, old, state));
        }

        harness.Run();
        Assert.True(
            harness.Client.State == StateSyncState.Complete,
            $"seed {seed}: {harness.Client.State} at {harness.Client.Height}, {harness.Client.WrittenChunks} of {harness.Client.TotalChunks}");
        harness.AssertHolds(harness.Client.Height == 50 ? old : state); // a liar may offer what is old, but certified
        Assert.False(harness.Client.IsStruck(honest));
    }

    /// <summary>One of many ways to be of no use.</summary>
    private static Func<StateSyncQuery, (ushort Template, byte[] Bytes, long DelayNs)?> Liar(SyncHarness harness, Random random, NaiveState old, NaiveState state)
    {
        var held = new HeldStates(old, state);
        var forged = NaiveState.Random(random, 500, (64, 100));
        int kind = random.Next(11), asked = 0;
        return query =>
        {
            asked++;
            (ushort template, byte[] bytes, long delay) = harness.Honest(held, query, random.Next(1, 100) * Ms);
            bool isManifest = template == (ushort)TemplateId.StateManifest;
            switch (kind)
            {
                case 0: return null; // silent from the start
                case 1: return isManifest ? (template, bytes, delay) : null; // promises and withholds
                case 2: return isManifest ? (template, bytes, delay) : (template, Mutate(random, bytes), delay);
                case 3: return (template, Mutate(random, bytes), delay);
                case 4: // a certified state that nobody else holds, of which it gives nothing out
                    return isManifest ? harness.Honest(new HeldStates(forged), query, delay) : harness.Honest(new HeldStates(), query, delay);
                case 9: // a forged state under a certificate for the true one
                    byte[] forgery = harness.Honest(new HeldStates(forged), StateSyncQuery.Manifest(1, query.RequestId), delay).Bytes;
                    state.Proof.CopyTo(forgery.AsSpan(forgery.Length - state.Proof.Length));
                    return ((ushort)TemplateId.StateManifest, forgery, delay);
                case 5: return harness.Honest(new HeldStates(old), query, delay); // what is old
                case 6: return harness.Honest(new HeldStates(), query, delay); // never has anything
                case 7: return (template, bytes, isManifest ? delay : 100_000 * Ms); // too slow for ever
                case 8: return asked % 3 == 0 ? (template, bytes, delay) : null; // now and then
                default: return (template, random.Next(4) == 0 ? [] : bytes[..random.Next(bytes.Length)], delay);
            }
        };
    }

    private static byte[] ChunkOf(NaiveState state, ulong chunk)
    {
        var harness = new SyncHarness();
        return harness.Honest(
            new HeldStates(state),
            StateSyncQuery.Part(1, TemplateId.StateChunkQuery, new StateChunkQuery { RequestId = 5, Height = state.Height, Table = state.Tables[0].Id, Chunk = chunk }),
            0).Bytes;
    }

    private static void AssertRefused(NaiveState state, ulong chunk, byte[] good, int at, byte change)
    {
        byte before = good[at];
        good[at] ^= change;
        bool accepted = StateEncoding.TryReadChunk(good, out StateChunk head, out ReadOnlySpan<Hash256> siblings, out ReadOnlySpan<byte> records)
            && head.RequestId == 5 && head.Height == state.Height && head.Table == state.Tables[0].Id && head.Chunk == chunk
            && new ChunkVerifier().Verify(state.Tables[0], chunk, records, siblings);
        good[at] = before;
        Assert.False(accepted, $"byte {at} of chunk {chunk}");
    }

    private static byte[] Mutate(Random random, byte[] message)
    {
        List<byte> bytes = [.. message];
        do
        {
            int at = random.Next(2) == 0 ? random.Next(Math.Min(bytes.Count, 80)) : random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, new byte[random.Next(1, 40)]); break;
                default: bytes[at] = 0xFF; break;
            }
        }
        while (bytes.Count > 0 && random.Next(3) == 0);
        return [.. bytes];
    }
}
