// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Faults;
using FastLedger.Network.Peers;
using FastLedger.Protocol.Peers;

namespace FastLedger.Network.Tests.Peers;

/// <summary>Links that break, stall, delay and heal.</summary>
public sealed class PeerFaultTests
{
    public static TheoryData<PeerEncryption> Encryptions => PeerNetworkTests.Encryptions;

    [Theory]
    [MemberData(nameof(Encryptions))]
    public async Task A_cut_connection_is_made_anew_and_both_sides_are_told(PeerEncryption encryption)
    {
        await using var fixture = new PeerFixture(2, encryption);
        await using FaultProxy proxy = await ConnectThroughAsync(fixture);
        for (int i = 0; i < 5; i++)
        {
            proxy.Cut();
            foreach (RecordingReceiver receiver in fixture.Receivers)
            {
                Assert.False((await receiver.NextChangeAsync()).Connected);
                Assert.True((await receiver.NextChangeAsync()).Connected);
            }

            await ExchangeAsync(fixture, (byte)i);
        }

        Assert.Equal(6, fixture.Networks[0].Statistics(1).Connects);
        Assert.Empty(fixture.Faults);
    }

    [Fact]
    public async Task Silence_is_noticed_by_both_sides_and_healing_by_the_dialler()
    {
        await using var fixture = new PeerFixture(2, change: WithShortHeartbeats);
        await using FaultProxy proxy = await ConnectThroughAsync(fixture);
        proxy.Set(LinkFaults.Stalled);
        foreach (RecordingReceiver receiver in fixture.Receivers) Assert.False((await receiver.NextChangeAsync()).Connected);
        Assert.False(fixture.Networks[0].IsConnected(1));
        proxy.Heal();
        foreach (RecordingReceiver receiver in fixture.Receivers) Assert.True((await receiver.NextChangeAsync()).Connected);
        await ExchangeAsync(fixture, 1);
    }

    [Fact]
    public async Task A_link_that_is_dead_in_one_direction_is_dead()
    {
        await using var fixture = new PeerFixture(2, change: WithShortHeartbeats);
        await using FaultProxy proxy = await ConnectThroughAsync(fixture);
        proxy.Set(LinkFaults.Stalled, LinkFaults.None);
        foreach (RecordingReceiver receiver in fixture.Receivers) Assert.False((await receiver.NextChangeAsync()).Connected);
    }

    [Theory]
    [MemberData(nameof(Encryptions))]
    public async Task Heartbeats_keep_an_idle_connection(PeerEncryption encryption)
    {
        await using PeerFixture fixture = await new PeerFixture(2, encryption, WithShortHeartbeats).ConnectAsync();
        await Eventually.FalseAsync(() => fixture.Networks.Any((n) => n.Statistics(n == fixture.Networks[0] ? 1 : 0).FramesSent < 10));
        Assert.Equal(1, fixture.Networks[0].Statistics(1).Connects);
        Assert.True(fixture.Networks[0].IsConnected(1));
    }

    [Fact]
    public async Task A_receiver_without_room_is_not_taken_for_dead()
    {
        await using PeerFixture fixture = await new PeerFixture(2, change: WithShortHeartbeats).ConnectAsync();
        fixture.Receivers[1].IsFull = true;
        Assert.True(fixture.Networks[0].TrySend(1, PeerPriority.Control, 150, [1]));
        long heartbeats = fixture.Networks[0].Statistics(1).FramesSent + 10;
        await Eventually.FalseAsync(() => fixture.Networks[0].Statistics(1).FramesSent < heartbeats);
        fixture.Receivers[1].IsFull = false;
        Assert.Equal([1], (await fixture.Receivers[1].NextAsync()).Body);
        Assert.Equal(1, fixture.Networks[0].Statistics(1).Connects);
    }

    [Fact]
    public async Task Delay_and_jitter_lose_nothing_and_keep_order()
    {
        await using var fixture = new PeerFixture(2);
        await using FaultProxy proxy = await ConnectThroughAsync(fixture);
        proxy.Set(new LinkFaults(DelayMs: 5, JitterMs: 5), new LinkFaults(BytesPerSecond: 1 << 20));
        for (int i = 0; i < 200; i++)
        {
            Assert.True(fixture.Networks[0].TrySend(1, PeerPriority.Consensus, 150, BitConverter.GetBytes(i)));
            Assert.True(fixture.Networks[1].TrySend(0, PeerPriority.Bulk, 150, BitConverter.GetBytes(i)));
        }

        foreach (RecordingReceiver receiver in fixture.Receivers)
            Assert.Equal(Enumerable.Range(0, 200), (await receiver.TakeAsync(200)).Select(m => BitConverter.ToInt32(m.Body)));
    }

    [Theory]
    [MemberData(nameof(Encryptions))]
    public async Task A_replica_that_comes_back_elsewhere_is_found(PeerEncryption encryption)
    {
        await using PeerFixture fixture = await new PeerFixture(3, encryption).ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await fixture.Networks[i].DisposeAsync();
            fixture.Restart(i, encryption);
            for (int peer = 0; peer < 2; peer++) Assert.True((await fixture.Receivers[i].NextChangeAsync()).Connected);
            for (int other = 0; other < 3; other++)
            {
                if (other == i) continue;
                Assert.Equal((i, false), await fixture.Receivers[other].NextChangeAsync());
                Assert.Equal((i, true), await fixture.Receivers[other].NextChangeAsync());
            }
        }

        Assert.Empty(fixture.Faults);
    }

    [Fact]
    public async Task Whoever_leaves_the_set_or_changes_its_key_is_disconnected()
    {
        await using PeerFixture fixture = await new PeerFixture(3).ConnectAsync();
        List<PeerAddress> all = fixture.Addresses;
        fixture.Networks[0].SetPeers([.. all.Where(a => a.Node != 1)]);
        Assert.Equal((1, false), await fixture.Receivers[0].NextChangeAsync());
        Assert.False(fixture.Networks[0].IsConnected(1));
        Assert.False(fixture.Networks[0].TrySend(1, PeerPriority.Control, 150, [1]));
        Assert.True(fixture.Networks[0].IsConnected(2));
        fixture.Networks[0].SetPeers(all);
        Assert.Equal((1, true), await fixture.Receivers[0].NextChangeAsync());

        using var stranger = PeerFixture.Key(9);
        fixture.Networks[2].SetPeers([.. all.Select(a => a.Node == 1 ? a with { PublicKey = stranger.PublicKey } : a)]);
        Assert.Equal((1, false), await fixture.Receivers[2].NextChangeAsync());
        await Eventually.FalseAsync(() => fixture.Networks[2].NetworkStatistics.Refused == 0);
        Assert.False(fixture.Networks[2].IsConnected(1));
        fixture.Networks[2].SetPeers(all);
        Assert.Equal((1, true), await fixture.Receivers[2].NextChangeAsync());
    }

    [Theory]
    [InlineData(0)] // dials both others
    [InlineData(1)]
    [InlineData(2)] // is dialled by both
    public async Task A_replica_between_two_keys_is_known_under_either(int rotating)
    {
        using var next = PeerFixture.Key(9);
        await using PeerFixture fixture = await new PeerFixture(3, change: options => options.Self == rotating ? WithOtherKey(options, next) : options).ConnectAsync();
        List<PeerAddress> all = fixture.Addresses, rotated = [.. all.Select(a => a.Node == rotating ? a with { PublicKey = next.PublicKey } : a)];
        foreach (int other in Enumerable.Range(0, 3).Where(n => n != rotating))
        {
            // The others change their minds one after the other, as replicas enter an epoch.
            fixture.Networks[other].SetPeers(rotated);
            Assert.Equal((rotating, false), await fixture.Receivers[other].NextChangeAsync());
            Assert.Equal((rotating, true), await fixture.Receivers[other].NextChangeAsync());
        }

        Assert.Empty(fixture.Faults);
    }

    private static PeerNetworkOptions WithOtherKey(PeerNetworkOptions options, SigningKey other) => new()
    {
        Self = options.Self,
        ChainId = options.ChainId,
        SigningKey = options.SigningKey,
        OtherKeys = [other],
        Listen = options.Listen,
        Encryption = options.Encryption,
        OnFault = options.OnFault,
    };

    private static PeerNetworkOptions WithShortHeartbeats(PeerNetworkOptions options) => new()
    {
        Self = options.Self,
        ChainId = options.ChainId,
        SigningKey = options.SigningKey,
        Listen = options.Listen,
        Encryption = options.Encryption,
        OnFault = options.OnFault,
        HeartbeatMs = 100,
        HandshakeTimeoutMs = 300,
    };

    /// <summary>Connects two replicas through a proxy.</summary>
    private static async Task<FaultProxy> ConnectThroughAsync(PeerFixture fixture)
    {
        var proxy = new FaultProxy(fixture.Networks[1].EndPoint);
        fixture.Networks[0].SetPeers([fixture.Addresses[1] with { EndPoint = proxy.EndPoint }]);
        fixture.Networks[1].SetPeers([fixture.Addresses[0]]);
        foreach (PeerNetwork network in fixture.Networks) network.Start();
        foreach (RecordingReceiver receiver in fixture.Receivers) Assert.True((await receiver.NextChangeAsync()).Connected);
        return proxy;
    }

    private static async Task ExchangeAsync(PeerFixture fixture, byte content)
    {
        Assert.True(fixture.Networks[0].TrySend(1, PeerPriority.Control, 150, [content]));
        Assert.True(fixture.Networks[1].TrySend(0, PeerPriority.Control, 150, [content]));
        foreach (RecordingReceiver receiver in fixture.Receivers) Assert.Equal([content], (await receiver.NextAsync()).Body);
    }
}
