// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.StateSync;
using Xunit.Abstractions;

namespace FastLedger.Protocol.Tests.StateSync;

/// <summary>Sessions' results and later epochs come with a state, and whoever lies about them is found out.</summary>
public sealed class StateWindowTests(ITestOutputHelper output)
{
    private const int HeadBytes = 32;

    [Fact]
    public void Windows_of_all_lengths_arrive_byte_for_byte()
    {
        NaiveState state = StateWith(1, 3, 4, 5, 255, 256, 257, 4095, 4096, 4097, 20_000);
        SyncHarness harness = HarnessFor(state);
        harness.AddHonest(0, new HeldStates(state));
        harness.AddHonest(1, new HeldStates(state));
        Assert.Equal(StateSyncState.Complete, harness.Run());
        AssertHoldsWindows(harness, state);
        Assert.Empty(harness.Aside);
    }

    [Fact]
    public void Of_a_long_window_only_the_retained_links_are_fetched()
    {
        ulong count = LinkChain.Length + (3 * LinkChain.LinkLength) + 7;
        NaiveState state = StateWith(count);
        SyncHarness harness = HarnessFor(state);
        harness.AddHonest(0, new HeldStates(state));
        Assert.Equal(StateSyncState.Complete, harness.Run());
        AssertHoldsWindows(harness, state);
        Assert.Equal(LinkChain.Oldest(count) / LinkChain.LinkLength, harness.Links[1].Keys.First());
        Assert.Equal(4ul, harness.Links[1].Keys.First());
    }

    [Fact]
    public void Every_changed_byte_of_a_window_is_found_out_and_the_window_comes_from_another_server()
    {
        const int seed = 7;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int turn = 0; turn < 60; turn++)
        {
            NaiveState state = StateWith((ulong)random.Next(1, 1500), (ulong)random.Next(1, 9000));
            SyncHarness harness = HarnessFor(state);
            var held = new HeldStates(state);
            int changes = 0;
            harness.Add(0, q =>
            {
                (ushort template, byte[] bytes, long delay) = harness.Honest(held, q, SyncHarness.Ms);
                if (template == (ushort)TemplateId.StateWindow)
                {
                    bytes[HeadBytes + random.Next(bytes.Length - HeadBytes)] ^= (byte)(1 << random.Next(8));
                    changes++;
                }

                return (template, bytes, delay);
            });
            harness.AddHonest(1, held, 2 * SyncHarness.Ms);
            Assert.Equal(StateSyncState.Complete, harness.Run());
            AssertHoldsWindows(harness, state);
            Assert.Equal(changes > 0, harness.Client.IsStruck(0));
            if (changes > 0) Assert.Contains((0, StateSyncFault.FalseWindow), harness.Aside);
        }
    }

    [Theory]
    [InlineData(StateSyncFault.FalseManifest)]
    [InlineData(StateSyncFault.FalseRecords)]
    [InlineData(StateSyncFault.Malformed)]
    [InlineData(StateSyncFault.Stale)]
    [InlineData(StateSyncFault.Silent)]
    [InlineData(StateSyncFault.Slow)]
    public void Two_of_three_servers_that_do_wrong_are_named_and_the_third_is_enough(StateSyncFault fault)
    {
        NaiveState state = StateWith(9000, 700);
        var stale = NaiveState.Random(new Random(2), 3, (128, 40));
        SyncHarness harness = HarnessFor(state);
        var held = new HeldStates(state);
        for (int liar = 0; liar < 2; liar++)
        {
            harness.Add(liar, q =>
            {
                if (fault == StateSyncFault.Stale) return harness.Honest(new HeldStates(stale), q, SyncHarness.Ms);
                (ushort template, byte[] bytes, long delay) = harness.Honest(held, q, SyncHarness.Ms);
                bool isPart = template is (ushort)TemplateId.StateChunk or (ushort)TemplateId.StateWindow;
                switch (fault)
                {
                    case StateSyncFault.FalseManifest when template == (ushort)TemplateId.StateManifest:
                        bytes[MemoryMarshal.Read<StateManifest>(bytes).BlockBytes > 0 ? ^1 : 20] ^= 1;
                        break;
                    case StateSyncFault.FalseRecords when isPart:
                        bytes[^1] ^= 1;
                        break;
                    case StateSyncFault.Malformed when isPart:
                        bytes = bytes[..^1];
                        break;
                    case StateSyncFault.Silent when isPart:
                        return null;
                    case StateSyncFault.Slow when isPart:
                        delay = 1500 * SyncHarness.Ms;
                        break;
                }

                return (template, bytes, delay);
            });
        }

        harness.AddHonest(2, held, 3 * SyncHarness.Ms);
        Assert.Equal(StateSyncState.Complete, harness.Run());
        harness.AssertHolds(state);
        AssertHoldsWindows(harness, state);
        Assert.Contains(harness.Aside, aside => aside.Fault == fault);
        Assert.All(harness.Aside, aside => Assert.NotEqual(2, aside.Node));
    }

    [Fact]
    public void A_state_of_a_later_epoch_is_believed_when_every_epoch_before_has_proved_its_end()
    {
        NaiveState state = NaiveState.Random(new Random(3), 3 * NaiveState.HeightsPerEpoch, (64, 90));
        SyncHarness harness = HarnessFor(state);
        harness.Unknown.Add(state.Height);
        var held = new HeldStates(state);
        harness.Add(0, q =>
        {
            (ushort template, byte[] bytes, long delay) = harness.Honest(held, q, SyncHarness.Ms);
            if (template == (ushort)TemplateId.StateEpoch) bytes[^1] ^= 1;
            return (template, bytes, delay);
        });
        harness.AddHonest(1, held, 5 * SyncHarness.Ms);
        Assert.Equal(StateSyncState.Complete, harness.Run());
        harness.AssertHolds(state);
        Assert.Equal(3ul, harness.Epoch);
        Assert.Contains((0, StateSyncFault.FalseEpoch), harness.Aside);
    }

    private static NaiveState StateWith(params ulong[] commands)
    {
        var random = new Random(11);
        NaiveState state = NaiveState.Random(random, 100_000, (128, 5000), (64, 70));
        for (int i = 0; i < commands.Length; i++) state.Chains[(uint)i + 1] = new NaiveChain(random, commands[i]);
        return state;
    }

    private static SyncHarness HarnessFor(NaiveState state)
    {
        var harness = new SyncHarness();
        foreach ((uint session, NaiveChain chain) in state.Chains) harness.SessionWindows.Add(new SessionWindow(session, chain.Count, chain.Root));
        return harness;
    }

    private static void AssertHoldsWindows(SyncHarness harness, NaiveState state)
    {
        Assert.Equal(state.Chains.Count, harness.Links.Count);
        foreach ((uint session, NaiveChain chain) in state.Chains)
        {
            ulong first = chain.Count <= 1 << 17 ? 0 : (chain.Count - (1 << 17) + 255) / 256;
            Assert.Equal(Enumerable.Range((int)first, (int)((chain.Count + 255) / 256 - first)).Select(n => (ulong)n), harness.Links[session].Keys);
            foreach ((ulong link, byte[] bytes) in harness.Links[session]) Assert.Equal(chain.Link(link), bytes);
        }
    }
}
