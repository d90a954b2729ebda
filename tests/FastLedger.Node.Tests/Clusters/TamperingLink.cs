// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>Passes on what a replica dials, but changes the last byte of every frame with one template: to the other end the replica lies.</summary>
internal sealed class TamperingLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private long _tampered;

    public TamperingLink(IPEndPoint target, ushort template)
    {
        _listener.Start();
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        _serving = ServeAsync(target, template);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Frames changed.</summary>
    public long Tampered => Volatile.Read(ref _tampered);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync(IPEndPoint target, ushort template)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using TcpClient from = await _listener.AcceptTcpClientAsync(_stop.Token);
                using var to = new TcpClient();
                await to.ConnectAsync(target, _stop.Token);
                Task back = to.GetStream().CopyToAsync(from.GetStream(), _stop.Token);
                await PassAsync(from.GetStream(), to.GetStream(), template);
                await back;
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One of the ends hung up; the next connection comes.
            }
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, ushort template)
    {
        byte[] header = new byte[32];
        while (true)
        {
            await from.ReadExactlyAsync(header, _stop.Token);
            int length = BinaryPrimitives.ReadInt32LittleEndian(header) - header.Length;
            byte[] body = ArrayPool<byte>.Shared.Rent(length);
            await from.ReadExactlyAsync(body.AsMemory(0, length), _stop.Token);
            if (BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8)) == template)
            {
                int end = 8 + BinaryPrimitives.ReadInt32LittleEndian(body);
                body[end - 1] ^= 1;
                Interlocked.Increment(ref _tampered);
            }

            await to.WriteAsync(header, _stop.Token);
            await to.WriteAsync(body.AsMemory(0, length), _stop.Token);
            ArrayPool<byte>.Shared.Return(body);
        }
    }
}
