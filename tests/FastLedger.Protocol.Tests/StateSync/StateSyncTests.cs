// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using FastLedger.Primitives;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Protocol.Tests.StateSync;

public sealed class StateSyncTests
{
    private const long Ms = SyncHarness.Ms;

    // Below, at and above a chunk (4,096, 2,048 and 1,024 records) and the powers of two around it.
    public static TheoryData<int, int> Sizes
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int count in new[] { 1, 2, 3, 5, 1023, 1024, 1025, 2048, 2049 }) data.Add(256, count);
            foreach (int count in new[] { 1, 2, 2047, 2048, 2049, 4096, 4097, 9000 }) data.Add(128, count);
            foreach (int count in new[] { 2, 4095, 4096, 4097, 8192, 8193, 20_000 }) data.Add(64, count);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_table_of_any_size_arrives(int recordSize, int count)
    {
        var state = NaiveState.Random(new Random(count), 7, (recordSize, count));
        var harness = new SyncHarness();
        harness.AddHonest(1, new HeldStates(state));
        harness.Run();
        harness.AssertHolds(state);
        Assert.Equal((ulong)((count + (StateGeometry.ChunkBytes / recordSize) - 1) / (StateGeometry.ChunkBytes / recordSize)), harness.Client.TotalChunks);
    }

    [Fact]
    public void Several_tables_come_from_several_servers_at_a_time()
    {
        var state = NaiveState.Random(new Random(1), 40, (64, 30_000), (128, 1), (256, 9_000), (128, 50_000));
        var harness = new SyncHarness();
        var served = new int[5];
        for (int node = 1; node < 5; node++)
        {
            int who = node;
            var held = new HeldStates(state);
            harness.Add(who, q =>
            {
                served[who]++;
                return harness.Honest(held, q, who * 10 * Ms);
            });
        }

        harness.Run();
        harness.AssertHolds(state);
        Assert.Equal(harness.Client.TotalChunks, (ulong)harness.Writes);
        Assert.All(served[1..], s => Assert.True(s > 1));
        Assert.True(served[1] > served[4], "whoever answers sooner is asked more");
        Assert.Equal(0, harness.Client.StruckServers);
    }

    [Fact]
    public void The_newest_certified_state_is_chosen()
    {
        var old = NaiveState.Random(new Random(1), 100, (64, 10));
        var young = NaiveState.Random(new Random(2), 200, (64, 12));
        var younger = NaiveState.Random(new Random(3), 300, (64, 14));
        var harness = new SyncHarness { Unknown = { 300 } };
        harness.AddHonest(1, new HeldStates(old));
        harness.AddHonest(2, new HeldStates(young), 300 * Ms);
        harness.AddHonest(3, new HeldStates(younger));
        harness.Run();
        harness.AssertHolds(young);
        Assert.Equal(0, harness.Client.StruckServers);
    }

    [Fact]
    public void A_state_that_is_too_old_is_not_taken_and_a_later_one_is_waited_for()
    {
        var held = new HeldStates(NaiveState.Random(new Random(1), 100, (64, 10)));
        var harness = new SyncHarness(new StateSyncOptions { LeastHeight = 150 });
        harness.AddHonest(1, held);
        harness.AddHonest(2, new HeldStates());
        harness.Add(3, _ => null);
        Assert.Equal(StateSyncState.Seeking, harness.Run(60_000 * Ms));
        held.States.Add(NaiveState.Random(new Random(1), 150, (64, 10)));
        harness.Run();
        harness.AssertHolds(held.States[1]);
    }

    [Fact]
    public void A_replica_that_cannot_hold_the_state_says_so()
    {
        var harness = new SyncHarness { Capacity = 9 };
        harness.AddHonest(1, new HeldStates(NaiveState.Random(new Random(1), 100, (64, 10))));
        Assert.Equal(StateSyncState.Unfit, harness.Run());
    }

    [Fact]
    public void A_state_that_the_servers_dropped_is_given_up_for_a_newer_one()
    {
        var random = new Random(5);
        var first = NaiveState.Random(random, 100, (64, 200_000));
        var second = NaiveState.Random(random, 200, (64, 70_000));
        var harness = new SyncHarness();
        HeldStates[] held = [new(first), new(first), new(first)];
        for (int i = 0; i < 3; i++) harness.AddHonest(i, held[i]);
        harness.Run(stop: () => harness.Writes == 5);
        foreach (HeldStates states in held)
        {
            states.States.Clear();
            states.States.Add(second);
        }

        harness.Run();
        harness.AssertHolds(second);
        Assert.Equal(2, harness.Begins);
        Assert.Equal(0, harness.Client.StruckServers);
    }

    [Fact]
    public void A_server_that_went_is_replaced_and_one_that_returns_is_asked_again()
    {
        var state = NaiveState.Random(new Random(5), 100, (64, 60_000));
        var harness = new SyncHarness();
        harness.AddHonest(1, new HeldStates(state), 20 * Ms);
        harness.AddHonest(2, new HeldStates(state), 20 * Ms);
        harness.Run(stop: () => harness.Writes == 2);
        harness.Client.Disconnect(1);
        harness.Run(stop: () => harness.Writes == 4);
        harness.Client.Disconnect(2);
        harness.Run(harness.NowNs + (10_000 * Ms));
        Assert.NotEqual(StateSyncState.Complete, harness.Client.State);
        harness.Client.Connect(1);
        harness.Run();
        harness.AssertHolds(state);
        Assert.Equal(1, harness.Begins);
    }

    [Fact]
    public void A_query_that_found_no_room_is_asked_again()
    {
        var state = NaiveState.Random(new Random(5), 100, (64, 20_000));
        var harness = new SyncHarness();
        harness.AddHonest(1, new HeldStates(state));
        int withdrawn = 0;
        while (withdrawn < 20)
        {
            harness.NowNs += 2 * Ms;
            if (!harness.Client.TryNext(harness.NowNs, out StateSyncQuery query)) continue;
            harness.Client.Withdraw(in query, harness.NowNs);
            withdrawn++;
        }

        harness.Run();
        harness.AssertHolds(state);
        Assert.Equal(0, harness.Client.Timeouts);
    }

    [Fact]
    public void A_process_that_stopped_goes_on_where_it_was()
    {
        var state = NaiveState.Random(new Random(5), 100, (64, 60_000), (256, 3_000));
        var kept = new KeptAnswers();
        var harness = new SyncHarness();
        harness.Client.Keeper = kept;
        harness.AddHonest(1, new HeldStates(state));
        harness.Run(stop: () => harness.Writes == 7);
        Assert.Equal(8, kept.Answers.Count); // the manifest, and the chunks

        // Without the manifest nothing is believed, and a damaged one is none.
        harness.Client = new StateSyncClient(new StateSyncOptions(), harness, harness);
        foreach ((ushort template, byte[] answer) in kept.Answers.Skip(1)) Assert.False(harness.Client.TryRecall(template, answer, harness.NowNs));
        foreach (byte[] damaged in Damaged(kept.Answers[0].Bytes, step: 1)) Assert.False(harness.Client.TryRecall(kept.Answers[0].Template, damaged, harness.NowNs));
        foreach ((ushort template, byte[] answer) in kept.Answers)
        {
            if (harness.Client.Height > 0)
                foreach (byte[] damaged in Damaged(answer, step: 7919)) Assert.False(harness.Client.TryRecall(template, damaged, harness.NowNs));
            Assert.True(harness.Client.TryRecall(template, answer, harness.NowNs));
            Assert.False(harness.Client.TryRecall(template, answer, harness.NowNs)); // it is there
        }

        Assert.Equal(7UL, harness.Client.WrittenChunks);
        harness.NowNs += 3600_000 * SyncHarness.Ms / 2; // nobody was there for long: that is no reason to begin anew
        Assert.False(harness.Client.TryNext(harness.NowNs, out _));
        harness.Client.Connect(1);
        harness.Run();
        harness.AssertHolds(state);
        Assert.Equal(harness.Client.TotalChunks + 7, (ulong)harness.Writes);
        Assert.Equal(2, harness.Begins);
    }

    /// <summary>An answer with a byte changed, and cut off; but for the number of the query that it answered, which means nothing any more.</summary>
    private static IEnumerable<byte[]> Damaged(byte[] answer, int step)
    {
        for (int i = sizeof(ulong); i < answer.Length; i += step)
        {
            byte[] damaged = [.. answer];
            damaged[i] ^= 1;
            yield return damaged;
            yield return answer[..i];
        }
    }

    private sealed class KeptAnswers : IStateKeeper
    {
        public List<(ushort Template, byte[] Bytes)> Answers { get; } = [];

        public void Keep(ushort templateId, ReadOnlySpan<byte> answer) => Answers.Add((templateId, answer.ToArray()));
    }

    [Fact]
    public void Answering_allocates_nothing()
    {
        var state = NaiveState.Random(new Random(5), 100, (64, 20_000));
        byte[] answer = new byte[StateSyncServer.MaxAnswerBytes];
        StateSyncQuery query = StateSyncQuery.Part(1, FastLedger.Protocol.Messages.TemplateId.StateChunkQuery, new StateChunkQuery { RequestId = 1, Height = 100, Table = 1, Chunk = 2 });
        var verifier = new ChunkVerifier();
        var sync = new StateSyncServer(new SingleState(state));
        for (int i = 0; i < 50; i++) Turn();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) Turn();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Turn()
        {
            StateServing serving;
            int length;
            do serving = sync.Answer(query.Template, query.Message, answer, out _, out length);
            while (serving == StateServing.Later);
            if (!StateEncoding.TryReadChunk(answer.AsSpan(0, length), out StateChunk _, out ReadOnlySpan<Hash256> siblings, out ReadOnlySpan<byte> records)
                || !verifier.Verify(state.Tables[0], 2, records, siblings)) throw new InvalidOperationException("refused");
        }
    }

    private sealed class SingleState(NaiveState state) : IStateSources
    {
        public IStateSource? Newest => state;

        public IStateSource? At(ulong height) => height == state.Height ? state : null;

        public ReadOnlySpan<byte> EpochEnd(ulong epoch) => default;
    }
}
