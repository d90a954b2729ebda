// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>Given a frame's template and body, the bodies to send in its place under the same template.</summary>
internal delegate IReadOnlyList<byte[]> FrameRewriter(ushort template, byte[] body);

/// <summary>Passes frames on and says in between what a rewriter makes of them, numbered as if its sender had said so.</summary>
internal sealed class RewritingLink : IAsyncDisposable
{
    private const int HeaderBytes = 32, TemplateOffset = 8, NumberOffset = 16;
    private const ushort SequenceTemplate = 6;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly IPEndPoint _target;
    private readonly FrameRewriter _toTarget, _toDialer;
    private readonly Task _accepting;

    public RewritingLink(IPEndPoint target, FrameRewriter? toTarget = null, FrameRewriter? toDialer = null)
    {
        _target = target;
        _toTarget = toTarget ?? Same;
        _toDialer = toDialer ?? Same;
        _listener.Start();
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private static IReadOnlyList<byte[]> Same(ushort template, byte[] body) => [body];

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The link was disposed.
        }
    }

    private async Task ServeAsync(TcpClient from)
    {
        using var to = new TcpClient { NoDelay = true };
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using (from)
        {
            try
            {
                from.NoDelay = true;
                await to.ConnectAsync(_target, _stop.Token);
                Task there = PassAsync(from.GetStream(), to.GetStream(), _toTarget, ended.Token), back = PassAsync(to.GetStream(), from.GetStream(), _toDialer, ended.Token);
                await Task.WhenAny(there, back);
                await ended.CancelAsync();
                await Task.WhenAll(there, back);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Nobody listens there any more.
            }
        }
    }

    private static async Task PassAsync(NetworkStream from, NetworkStream to, FrameRewriter rewrite, CancellationToken ct)
    {
        byte[] header = new byte[HeaderBytes];
        ulong number = 0;
        try
        {
            while (true)
            {
                await from.ReadExactlyAsync(header, ct);
                byte[] body = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - HeaderBytes];
                await from.ReadExactlyAsync(body, ct);
                ushort template = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(TemplateOffset));
                if (template == SequenceTemplate) BinaryPrimitives.WriteUInt64LittleEndian(body, number + 2);
                foreach (byte[] said in rewrite(template, body))
                {
                    BinaryPrimitives.WriteInt32LittleEndian(header, HeaderBytes + said.Length);
                    BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(NumberOffset), ++number);
                    await to.WriteAsync(header, ct);
                    await to.WriteAsync(said, ct);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the ends hung up.
        }
    }
}
