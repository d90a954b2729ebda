// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Network.Tests;

public sealed class SocketTransportTests
{
    [Fact]
    public async Task Bytes_arrive_in_order_and_unchanged_both_ways()
    {
        (ITransportConnection client, ITransportConnection server) = await PairAsync();
        await using (client)
        await using (server)
        {
            byte[] sent = [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 31 >> 3))];
            Task<byte[]> there = ReadAsync(server, sent.Length);
            Task<byte[]> back = ReadAsync(client, sent.Length);
            await Task.WhenAll(WriteAsync(client, sent), WriteAsync(server, sent));
            Assert.Equal(sent, await there);
            Assert.Equal(sent, await back);
        }
    }

    [Fact]
    public async Task A_flush_waits_while_the_peer_does_not_read()
    {
        (ITransportConnection client, ITransportConnection server) = await PairAsync();
        await using (client)
        await using (server)
        {
            byte[] block = new byte[1 << 20];
            long written = 0;
            ValueTask<FlushResult> flush;
            do
            {
                client.Output.Write(block);
                written += block.Length;
                flush = client.Output.FlushAsync();
            }
            while (flush.IsCompleted && written < 256L << 20);
            Assert.False(flush.IsCompleted, "256 MiB went nowhere without back-pressure");
            Task<byte[]> reading = ReadAsync(server, (int)written);
            await flush;
            Assert.Equal(written, (await reading).Length);
        }
    }

    [Fact]
    public async Task What_was_written_before_closing_still_arrives()
    {
        (ITransportConnection client, ITransportConnection server) = await PairAsync();
        await using (server)
        {
            await WriteAsync(client, new byte[] { 1, 2, 3 });
            ValueTask closing = client.DisposeAsync();
            Assert.Equal([1, 2, 3], await ReadAsync(server, 3));
            ReadResult end = await server.Input.ReadAsync();
            Assert.True(end.IsCompleted);
            await server.DisposeAsync();
            await closing;
        }
    }

    [Fact]
    public async Task An_abort_ends_reading_on_both_sides()
    {
        (ITransportConnection client, ITransportConnection server) = await PairAsync();
        await using (client)
        await using (server)
        {
            Task<bool> here = EndsAsync(client);
            Task<bool> there = EndsAsync(server);
            client.Abort();
            client.Abort();
            Assert.True(await here);
            Assert.True(await there);
        }
    }

    [Fact]
    public async Task A_port_is_chosen_by_the_system_and_taken_only_once()
    {
        using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.NotEqual(0, listener.LocalEndPoint.Port);
        SocketException taken = Assert.Throws<SocketException>(() => SocketListener.Bind(listener.LocalEndPoint));
        Assert.Equal(SocketError.AddressAlreadyInUse, taken.SocketErrorCode);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_closed_listener_stops_accepting()
    {
        var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Task<ITransportConnection> waiting = listener.AcceptAsync().AsTask();
        listener.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => listener.AcceptAsync().AsTask());
        await Assert.ThrowsAsync<SocketException>(() => SocketTransport.ConnectAsync(listener.LocalEndPoint));
    }

    [Fact]
    public async Task Accepting_can_be_cancelled()
    {
        using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var cancellation = new CancellationTokenSource();
        Task<ITransportConnection> waiting = listener.AcceptAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Many_connections_come_and_go()
    {
        using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        for (int i = 0; i < 200; i++)
        {
            ValueTask<ITransportConnection> accepting = listener.AcceptAsync();
            ITransportConnection client = await SocketTransport.ConnectAsync(listener.LocalEndPoint);
            ITransportConnection server = await accepting;
            await WriteAsync(client, new[] { (byte)i });
            Assert.Equal([(byte)i], await ReadAsync(server, 1));
            client.Abort();
            server.Abort();
        }

        Assert.Equal(0, listener.Faults);
    }

    [Fact]
    public async Task The_execution_context_of_whoever_connects_is_not_kept()
    {
        var local = new AsyncLocal<int> { Value = 5 };
        (ITransportConnection client, ITransportConnection server) = await PairAsync();
        await using (client)
        await using (server)
        {
            Assert.NotNull(client.Remote);
            await WriteAsync(server, new byte[] { 1 });
            Assert.Equal([1], await ReadAsync(client, 1));
            Assert.Equal(5, local.Value);
        }
    }

    private static async Task<(ITransportConnection Client, ITransportConnection Server)> PairAsync()
    {
        using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ValueTask<ITransportConnection> accepting = listener.AcceptAsync();
        ITransportConnection client = await SocketTransport.ConnectAsync(listener.LocalEndPoint);
        return (client, await accepting);
    }

    private static async Task WriteAsync(ITransportConnection connection, ReadOnlyMemory<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, 100_000)..])
        {
            connection.Output.Write(bytes.Span[..Math.Min(bytes.Length, 100_000)]);
            await connection.Output.FlushAsync();
        }
    }

    private static async Task<byte[]> ReadAsync(ITransportConnection connection, int length)
    {
        byte[] bytes = new byte[length];
        for (int have = 0; have < length;)
        {
            ReadResult read = await connection.Input.ReadAsync();
            ReadOnlySequence<byte> part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, length - have));
            part.CopyTo(bytes.AsSpan(have));
            have += (int)part.Length;
            connection.Input.AdvanceTo(part.End);
            if (read.IsCompleted && have < length) throw new InvalidOperationException("ended early");
        }

        return bytes;
    }

    private static async Task<bool> EndsAsync(ITransportConnection connection)
    {
        try
        {
            ReadResult read = await connection.Input.ReadAsync();
            return read.IsCompleted;
        }
        catch (Exception fault) when (SocketTransport.IsConnectionFault(fault))
        {
            return true;
        }
    }
}
