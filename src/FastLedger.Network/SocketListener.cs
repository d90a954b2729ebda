// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Network;

/// <summary>Accepts TCP connections.</summary>
/// <remarks>Thread: one accepter at a time; disposal from any thread.</remarks>
public sealed class SocketListener : IDisposable
{
    private const int ShortestPauseMs = 10;
    private const int LongestPauseMs = 1000;

    /// <summary>Connections that the system holds until they are accepted: half a second's worth, but not fewer than these. A longer queue would not let
    /// more in under a flood; it would only be full of what is gone already when its turn comes, and everybody would wait behind that. Whoever finds
    /// the queue full tries again by himself (the first time after a second).</summary>
    private const int LeastBacklog = 128;

    private readonly Socket _socket;
    private readonly AcceptPace _pace;
    private long _faults;
    private volatile bool _disposed;

    private SocketListener(Socket socket, AcceptPace pace)
    {
        _socket = socket;
        _pace = pace;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>The address bound, with the port the system chose when 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Accepts that failed, for example because the process had no file descriptor left.</summary>
    public long Faults => Volatile.Read(ref _faults);

    /// <summary>Binds and listens.</summary>
    /// <param name="endPoint">Address and port; port 0 lets the system choose.</param>
    /// <param name="acceptsPerSecond">Connections accepted per second in the long run; so many may come at once that a quarter of a second is made up for.</param>
    /// <exception cref="SocketException">The address is taken or not ours.</exception>
    public static SocketListener Bind(IPEndPoint endPoint, int acceptsPerSecond = 500)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(Math.Max(LeastBacklog, acceptsPerSecond / 2));
            return new SocketListener(socket, new AcceptPace(acceptsPerSecond, Math.Max(1, acceptsPerSecond / 4)));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Waits for the next connection. A failed accept is counted and tried again after a pause that grows from 10 ms to 1 s: a system
    /// that is short of descriptors recovers, and a listener that gives up does not.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The listener is closed.</exception>
    public async ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket socket = await AcceptSocketAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return SocketTransport.Open(socket);
            }
            catch (SocketException)
            {
                socket.Dispose(); // it went while it was being set up
                Interlocked.Increment(ref _faults);
            }
        }
    }

    /// <summary>As <see cref="AcceptAsync"/>, for whoever wraps the socket itself.</summary>
    internal async ValueTask<Socket> AcceptSocketAsync(CancellationToken cancellationToken)
    {
        int pauseMs = ShortestPauseMs;
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            long waitNs = _pace.TryTake((long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)));
            if (waitNs > 0)
            {
                await Task.Delay((int)((waitNs + 999_999) / 1_000_000), cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                return await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException) when (!_disposed)
            {
                Interlocked.Increment(ref _faults);
            }
            catch (SocketException)
            {
                throw new ObjectDisposedException(nameof(SocketListener));
            }

            await Task.Delay(pauseMs, cancellationToken).ConfigureAwait(false);
            pauseMs = Math.Min(2 * pauseMs, LongestPauseMs);
        }
    }

    /// <summary>Stops listening; connections that were accepted live on.</summary>
    public void Dispose()
    {
        _disposed = true;
        _socket.Dispose();
    }
}
