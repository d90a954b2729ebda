// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Network.Peers;
using FastLedger.Protocol;
using FastLedger.Protocol.Peers;

namespace FastLedger.Network.Tests.Peers;

public sealed class PeerNetworkTests
{
    public static TheoryData<PeerEncryption> Encryptions => [PeerEncryption.Off, PeerEncryption.Tls];

    [Theory]
    [MemberData(nameof(Encryptions))]
    public async Task Every_message_arrives_once_unchanged_and_in_order(PeerEncryption encryption)
    {
        await using PeerFixture fixture = await new PeerFixture(4, encryption).ConnectAsync();
        int[] lengths = [0, 1, 7, 8, 9, 200, 4_000, 70_000, 300_000, ProtocolLimits.MaxPeerBodyBytes];
        for (int from = 0; from < 4; from++)
        {
            for (int to = 0; to < 4; to++)
            {
                if (from == to) continue;
                foreach (int length in lengths)
                {
                    byte[] body = Content(from, to, length);
                    int split = length / 3;
                    await Eventually.FalseAsync(() => !fixture.Networks[from].TrySend(to, PeerPriority.Bulk, 150, body.AsSpan(0, split), body.AsSpan(split)));
                }
            }
        }

        for (int to = 0; to < 4; to++)
        {
            List<RecordingReceiver.Message> all = await fixture.Receivers[to].TakeAsync(3 * lengths.Length);
            for (int from = 0; from < 4; from++)
            {
                byte[][] bodies = [.. all.Where(m => m.Node == from).Select(m => m.Body)];
                if (from == to) Assert.Empty(bodies);
                else Assert.Equal(lengths.Select(l => Content(from, to, l)), bodies);
            }

            Assert.All(all, m => Assert.Equal(150, m.Template));
        }

        Assert.Empty(fixture.Faults);
    }

    [Theory]
    [MemberData(nameof(Encryptions))]
    public async Task What_is_queued_leaves_when_the_sender_says_so_little_and_bulky_alike(PeerEncryption encryption)
    {
        const int Rounds = 50;
        await using PeerFixture fixture = await new PeerFixture(2, encryption).ConnectAsync();
        PeerNetwork sender = fixture.Networks[0];
        for (int round = 0; round < Rounds; round++)
        {
            byte[] vote = Content(0, round, 100), batch = Content(1, round, 200_000);
            await Eventually.FalseAsync(() => !sender.TryQueue(1, PeerPriority.Consensus, 150, vote.AsSpan(0, 10), vote.AsSpan(10)));
            if (round % 3 == 0) await Eventually.FalseAsync(() => !sender.TryQueue(1, PeerPriority.Bulk, 151, default, batch));
            sender.SendQueued(1);
        }

        List<RecordingReceiver.Message> all = await fixture.Receivers[1].TakeAsync(Rounds + ((Rounds + 2) / 3));
        Assert.Equal(Enumerable.Range(0, Rounds).Select(round => Content(0, round, 100)), all.Where(m => m.Template == 150).Select(m => m.Body));
        Assert.Equal(
            Enumerable.Range(0, Rounds).Where(round => round % 3 == 0).Select(round => Content(1, round, 200_000)), all.Where(m => m.Template == 151).Select(m => m.Body));
        sender.SendQueued(0);
        sender.SendQueued(9);
        Assert.False(sender.TryQueue(9, PeerPriority.Consensus, 150, default, [1]));
        Assert.Empty(fixture.Faults);
    }

    [Fact]
    public async Task Nothing_is_sent_to_whom_one_is_not_connected()
    {
        await using PeerFixture fixture = new(2);
        Assert.False(fixture.Networks[0].TrySend(1, PeerPriority.Consensus, 150, [1]));
        Assert.False(fixture.Networks[0].TrySend(7, PeerPriority.Consensus, 150, [1]));
        Assert.False(fixture.Networks[0].TrySend(-1, PeerPriority.Consensus, 150, [1]));
        Assert.False(fixture.Networks[0].IsConnected(1));
        await fixture.ConnectAsync();
        Assert.True(fixture.Networks[0].IsConnected(1));
        Assert.False(fixture.Networks[0].IsConnected(0));
        Assert.False(fixture.Networks[0].TrySend(0, PeerPriority.Consensus, 150, [1]));
    }

    [Theory]
    [MemberData(nameof(Encryptions))]
    public async Task A_receiver_without_room_stops_its_peer_and_loses_nothing(PeerEncryption encryption)
    {
        await using PeerFixture fixture = await new PeerFixture(3, encryption).ConnectAsync();
        RecordingReceiver slow = fixture.Receivers[1];
        slow.IsFull = true;
        byte[] block = new byte[1 << 20];
        int sent = 0;
        while (sent < 256)
        {
            BitConverter.TryWriteBytes(block, sent);
            if (fixture.Networks[0].TrySend(1, PeerPriority.Bulk, 150, block)) sent++;
            else if (slow.Refusals > 0 && fixture.Networks[0].Statistics(1).Refused > 1_000) break;
            else await Task.Delay(1);
        }

        Assert.True(sent < 256, "256 MiB went nowhere without back-pressure");
        Assert.True(fixture.Networks[0].TrySend(2, PeerPriority.Bulk, 151, block)); // the others do not feel it
        Assert.Equal(151, (await fixture.Receivers[2].NextAsync()).Template);
        slow.IsFull = false;
        List<RecordingReceiver.Message> all = await slow.TakeAsync(sent);
        Assert.Equal(Enumerable.Range(0, sent), all.Select(m => BitConverter.ToInt32(m.Body)));
        Assert.True(fixture.Networks[1].Statistics(0).Stalls > 0);
    }

    [Fact]
    public async Task What_is_urgent_overtakes_what_is_bulky()
    {
        await using PeerFixture fixture = await new PeerFixture(2).ConnectAsync();
        fixture.Receivers[1].IsFull = true;
        byte[] block = new byte[1 << 20];
        int blocks = 0;
        while (fixture.Networks[0].Statistics(1).Refused < 1_000 || fixture.Receivers[1].Refusals == 0)
        {
            if (fixture.Networks[0].TrySend(1, PeerPriority.Bulk, 150, block)) blocks++;
            else await Task.Delay(1);
        }

        for (int i = 0; i < 10; i++)
        {
            Assert.True(fixture.Networks[0].TrySend(1, PeerPriority.Control, 151, [(byte)i]));
            Assert.True(fixture.Networks[0].TrySend(1, PeerPriority.Consensus, 152, [(byte)i]));
        }

        fixture.Receivers[1].IsFull = false;
        List<RecordingReceiver.Message> all = await fixture.Receivers[1].TakeAsync(blocks + 20);
        int first = all.FindIndex(m => m.Template != 150);
        Assert.True(blocks - first >= 10, $"{blocks - first} of {blocks} blocks waited behind the votes");
        Assert.Equal(Enumerable.Repeat((ushort)152, 10).Concat(Enumerable.Repeat((ushort)151, 10)), all.Skip(first).Take(20).Select(m => m.Template));
    }

    [Fact]
    public async Task A_receiver_that_throws_is_reported_and_the_connection_made_anew()
    {
        await using PeerFixture fixture = await new PeerFixture(2).ConnectAsync();
        fixture.Receivers[1].Throws = true;
        Assert.True(fixture.Networks[0].TrySend(1, PeerPriority.Control, 150, [1]));
        Assert.Equal((0, false), await fixture.Receivers[1].NextChangeAsync());
        fixture.Receivers[1].Throws = false;
        Assert.Equal((0, true), await fixture.Receivers[1].NextChangeAsync());
        Assert.Single(fixture.Faults);
        Assert.Equal(1, fixture.Networks[1].NetworkStatistics.Faults);
    }

    private static byte[] Content(int from, int to, int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 31 >> 3) + (from * 4) + to))];
}
