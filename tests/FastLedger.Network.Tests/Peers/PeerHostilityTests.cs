// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Network.Peers;
using FastLedger.Primitives;
using FastLedger.Protocol.Peers;
using Xunit.Abstractions;

namespace FastLedger.Network.Tests.Peers;

/// <summary>Strangers at the door.</summary>
[Collection("Alone")]
public sealed class PeerHostilityTests(ITestOutputHelper output)
{
    public static TheoryData<PeerEncryption> Encryptions => PeerNetworkTests.Encryptions;

    /// <summary>Most that idle blocks of the pipes may take; how many there are depends on how many connections were closing at once.</summary>
    private const long RetainedBytes = 64 << 20;

    private static int Connections => Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN") == "long" ? 50_000 : 2_000;

    [Theory]
    [MemberData(nameof(Encryptions))]
    public async Task A_wrong_key_and_a_wrong_chain_are_refused(PeerEncryption encryption)
    {
        await using var fixture = new PeerFixture(2, encryption);
        fixture.Networks[1].SetPeers(fixture.Addresses);
        fixture.Networks[1].Start();
        using SigningKey stranger = PeerFixture.Key(8), right = PeerFixture.Key(0);
        foreach ((SigningKey key, Hash256 chain) in new[] { (stranger, PeerFixture.Chain), (right, right.PublicKey) })
        {
            long before = fixture.Networks[1].NetworkStatistics.Refused;
            var receiver = new RecordingReceiver();
            await using var impostor = new PeerNetwork(
                new PeerNetworkOptions
                {
                    Self = 0,
                    ChainId = chain,
                    SigningKey = key,
                    Listen = new IPEndPoint(IPAddress.Loopback, 0),
                    Peers = [fixture.Addresses[1]],
                    Encryption = encryption,
                },
                receiver);
            impostor.Start();
            await Eventually.FalseAsync(() => fixture.Networks[1].NetworkStatistics.Refused < before + 3); // it tries again and again
            Assert.False(impostor.IsConnected(1));
            Assert.Equal(0, impostor.Statistics(1).Connects);
            Assert.True(impostor.NetworkStatistics.Refused > 0, "it is told why");
        }

        Assert.Equal(0, fixture.Networks[1].Statistics(0).Connects);
        Assert.Empty(fixture.Faults);
    }

    [Fact]
    public async Task One_side_with_and_one_without_encryption_do_not_connect()
    {
        foreach ((PeerEncryption dialer, PeerEncryption accepter) in new[] { (PeerEncryption.Off, PeerEncryption.Tls), (PeerEncryption.Tls, PeerEncryption.Off) })
        {
            await using var fixture = new PeerFixture(2, accepter);
            fixture.Networks[1].SetPeers(fixture.Addresses);
            fixture.Networks[1].Start();
            using SigningKey key = PeerFixture.Key(0);
            await using var other = new PeerNetwork(PeerFixture.OptionsOf(0, key, dialer), new RecordingReceiver());
            other.SetPeers(fixture.Addresses);
            other.Start();
            await Eventually.FalseAsync(() => other.Statistics(1).FailedDials < 3);
            Assert.True(fixture.Networks[1].NetworkStatistics.Malformed > 0);
            Assert.Equal(0, other.Statistics(1).Connects);
        }
    }

    [Fact]
    public async Task A_dialler_that_hears_its_own_voice_hangs_up()
    {
        await using var fixture = new PeerFixture(2);
        using var mirror = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        fixture.Networks[0].SetPeers([fixture.Addresses[1] with { EndPoint = mirror.LocalEndPoint }]);
        fixture.Networks[0].Start();
        for (int i = 0; i < 3; i++)
        {
            using Socket socket = await mirror.AcceptSocketAsync(default);
            byte[] bytes = new byte[4096];
            int received;
            try
            {
                while ((received = await socket.ReceiveAsync(bytes)) != 0) await socket.SendAsync(bytes.AsMemory(0, received));
            }
            catch (SocketException)
            {
                // It hung up with our bytes unread.
            }
        }

        Assert.Equal(0, fixture.Networks[0].Statistics(1).Connects);
    }

    [Fact]
    public async Task A_recorded_handshake_opens_nothing()
    {
        await using var fixture = new PeerFixture(2);
        using var tap = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        fixture.Networks[0].SetPeers([fixture.Addresses[1] with { EndPoint = tap.LocalEndPoint }]);
        fixture.Networks[1].SetPeers(fixture.Addresses);
        foreach (PeerNetwork network in fixture.Networks) network.Start();
        List<byte[]> recorded = [];
        using (Socket dialer = await tap.AcceptSocketAsync(default))
        using (Socket accepter = await SocketTransport.ConnectSocketAsync(fixture.Networks[1].EndPoint, default))
        {
            for (int i = 0; i < 2; i++)
            {
                recorded.Add(await RelayAsync(dialer, accepter)); // hello, proof
                await RelayAsync(accepter, dialer); // challenge, ready
            }

            Assert.True((await fixture.Receivers[1].NextChangeAsync()).Connected);
        }

        Assert.False((await fixture.Receivers[1].NextChangeAsync()).Connected);
        long refused = fixture.Networks[1].NetworkStatistics.Refused;
        using (Socket replayer = await SocketTransport.ConnectSocketAsync(fixture.Networks[1].EndPoint, default))
        {
            await replayer.SendAsync(recorded[0]);
            byte[] challenge = new byte[4096];
            Assert.True(await replayer.ReceiveAsync(challenge) > 0);
            await replayer.SendAsync(recorded[1]);
            await Eventually.FalseAsync(() => fixture.Networks[1].NetworkStatistics.Refused == refused);
        }

        Assert.Equal(1, fixture.Networks[1].Statistics(0).Connects);
    }

    [Fact]
    public async Task Nobody_stands_in_the_middle_of_an_encrypted_connection()
    {
        await using var fixture = new PeerFixture(2, PeerEncryption.Tls);
        using var middle = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var identity = new TlsIdentity();
        fixture.Networks[0].SetPeers([fixture.Addresses[1] with { EndPoint = middle.LocalEndPoint }]);
        fixture.Networks[1].SetPeers(fixture.Addresses);
        foreach (PeerNetwork network in fixture.Networks) network.Start();
        for (int i = 0; i < 3; i++)
        {
            await using var toDialer = new SslStream(new NetworkStream(await middle.AcceptSocketAsync(default), ownsSocket: true));
            await toDialer.AuthenticateAsServerAsync(identity.Server);
            await using var toAccepter = new SslStream(
                new NetworkStream(await SocketTransport.ConnectSocketAsync(fixture.Networks[1].EndPoint, default), ownsSocket: true));
            await toAccepter.AuthenticateAsClientAsync(TlsIdentity.Client);
            await Task.WhenAny(CopyAsync(toDialer, toAccepter), CopyAsync(toAccepter, toDialer));
        }

        Assert.Equal(0, fixture.Networks[0].Statistics(1).Connects);
        Assert.Equal(0, fixture.Networks[1].Statistics(0).Connects);
        Assert.True(fixture.Networks[1].NetworkStatistics.Refused > 0);
    }

    [Theory]
    [MemberData(nameof(Encryptions))]
    public async Task A_flood_of_junk_and_half_open_connections_disturbs_nobody(PeerEncryption encryption)
    {
        const int seed = 99;
        int connections = Connections;
        output.WriteLine($"seed {seed}, {connections} connections");
        var random = new Random(seed);
        await using PeerFixture fixture = await new PeerFixture(3, encryption, static options => options with { MaxSilent = 64 }).ConnectAsync();
        IPEndPoint door = fixture.Networks[2].EndPoint;
        Queue<Socket> idle = [];
        long memory = 0;
        for (int i = 0; i < connections; i++)
        {
            Socket socket = await SocketTransport.ConnectSocketAsync(door, default);
            if (i % 2 == 0)
            {
                byte[] junk = new byte[random.Next(1, 600)];
                random.NextBytes(junk);
                try
                {
                    await socket.SendAsync(junk);
                }
                catch (SocketException)
                {
                    // Closed before we could say it.
                }
            }

            idle.Enqueue(socket);
            if (idle.Count > 200) idle.Dequeue().Dispose();
            Assert.True(fixture.Networks[2].NetworkStatistics is { Silent: <= 64, HalfOpen: <= 64 });
            if (i % 100 != 0) continue;
            Assert.True(fixture.Networks[0].TrySend(2, PeerPriority.Consensus, 150, BitConverter.GetBytes(i)));
            Assert.Equal(i, BitConverter.ToInt32((await fixture.Receivers[2].NextAsync()).Body));
            if (i == connections / 4 / 100 * 100) memory = GC.GetTotalMemory(forceFullCollection: true);
            if (i % (connections / 8 / 100 * 100) == 0) output.WriteLine($"{i} connections: {GC.GetTotalMemory(forceFullCollection: true):N0} bytes");
        }

        // A peer that has to connect gets in, while the flood goes on.
        Task reconnection = ReconnectAsync(fixture);
        while (!reconnection.IsCompleted)
        {
            idle.Enqueue(await SocketTransport.ConnectSocketAsync(door, default));
            idle.Dequeue().Dispose();
        }

        await reconnection;
        using (Socket junk = await SocketTransport.ConnectSocketAsync(door, default))
        {
            long malformed = fixture.Networks[2].NetworkStatistics.Malformed;
            await junk.SendAsync(new byte[64]);
            await Eventually.FalseAsync(() => fixture.Networks[2].NetworkStatistics.Malformed == malformed);
        }

        while (idle.TryDequeue(out Socket? socket)) socket.Dispose();
        long growth = GC.GetTotalMemory(forceFullCollection: true) - memory;
        PeerNetworkStatistics statistics = fixture.Networks[2].NetworkStatistics;
        output.WriteLine($"{statistics}; memory {memory:N0}, then {growth:N0} more");
        Assert.True(statistics.Accepted >= connections);
        Assert.True(statistics.PushedOut > 0);
        Assert.Equal(0, statistics.Faults);
        Assert.True(growth < RetainedBytes, "memory grew by more than what is kept for reuse");
    }

    /// <summary>What a broken connection leaves behind must not grow with those before it: neither what is kept nor what is thrown away.</summary>
    [Fact]
    public async Task The_last_of_many_broken_connections_costs_no_more_than_the_first()
    {
        const int each = 200, rounds = 8;
        await using var fixture = new PeerFixture(2);
        PeerNetwork network = fixture.Networks[1];
        network.SetPeers(fixture.Addresses);
        network.Start();
        byte[] start = [64, 0, 0]; // of a frame
        long first = 0, last = 0;
        for (int round = 0; round < rounds; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 1; i <= each; i++)
            {
                Socket socket = await SocketTransport.ConnectSocketAsync(network.EndPoint, default);
                await socket.SendAsync(start);
                await Eventually.FalseAsync(() => network.NetworkStatistics.HalfOpen == 0);
                socket.Close(0);
                await Eventually.FalseAsync(() => network.NetworkStatistics.HalfOpen != 0);
            }

            last = (GC.GetTotalAllocatedBytes(precise: true) - before) / each;
            if (round == 1) first = last; // the first round makes what is made once
            output.WriteLine($"round {round}: {last:N0} bytes for a connection");
        }

        Assert.Equal(each * rounds, network.NetworkStatistics.Malformed);
        Assert.True(last < 2 * first, $"{first:N0} bytes in the beginning, {last:N0} bytes in the end");
        Assert.Empty(fixture.Faults);
    }

    private static async Task ReconnectAsync(PeerFixture fixture)
    {
        fixture.Networks[2].SetPeers([fixture.Addresses[0]]);
        Assert.Equal((1, false), await fixture.Receivers[2].NextChangeAsync());
        fixture.Networks[2].SetPeers(fixture.Addresses);
        Assert.Equal((1, true), await fixture.Receivers[2].NextChangeAsync());
    }

    private static async Task<byte[]> RelayAsync(Socket from, Socket to)
    {
        byte[] bytes = new byte[4096];
        int received = await from.ReceiveAsync(bytes);
        Assert.True(received > 0);
        await to.SendAsync(bytes.AsMemory(0, received));
        return bytes[..received];
    }

    private static async Task CopyAsync(Stream from, Stream to)
    {
        try
        {
            await from.CopyToAsync(to);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // One of the ends hung up.
        }
    }
}
