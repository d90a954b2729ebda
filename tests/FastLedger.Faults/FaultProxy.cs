// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Faults;

/// <summary>
/// Stands between a dialler and a listener on the loopback interface and passes bytes on, as badly as a test wants: late, slowly, not at
/// all, or not any more.
/// </summary>
/// <remarks>
/// The faults hold for connections that exist and for new ones, from the next byte on. Thread: any.
/// </remarks>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _connections = new();
    private readonly Task _accepting;
    private readonly Random _random;
    private volatile IPEndPoint _target;
    private volatile LinkFaults _toTarget = LinkFaults.None;
    private volatile LinkFaults _toDialer = LinkFaults.None;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _accepted;

    /// <summary>Listens on a free port of the loopback interface.</summary>
    /// <param name="target">Where to pass connections on to.</param>
    /// <param name="seed">Of the jitter.</param>
    public FaultProxy(IPEndPoint target, int seed = 1)
    {
        _target = target;
        _random = new Random(seed);
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>Where to dial.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Connections accepted so far.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections that live.</summary>
    public int Connections => _connections.Count;

    /// <summary>New connections are closed at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>Where new connections are passed on to.</summary>
    public IPEndPoint Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>Changes what happens to the bytes.</summary>
    public void Set(LinkFaults toTarget, LinkFaults toDialer)
    {
        _toTarget = toTarget;
        _toDialer = toDialer;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>The same in both directions.</summary>
    public void Set(LinkFaults both) => Set(both, both);

    /// <summary>Bytes pass at once again; what was held back goes first.</summary>
    public void Heal() => Set(LinkFaults.None);

    /// <summary>Resets every connection; what was under way is lost.</summary>
    public void Cut()
    {
        foreach (ProxiedConnection connection in _connections.Keys) connection.Dispose();
    }

    /// <summary>Stops listening and resets every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        Cut();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        _stop.Dispose();
    }

    internal (LinkFaults Faults, Task Changed) Present(bool toTarget)
    {
        Task changed = Volatile.Read(ref _changed).Task; // read first: a change after it is seen again
        return (toTarget ? _toTarget : _toDialer, changed);
    }

    internal int Jitter(int bound)
    {
        if (bound == 0) return 0;
        lock (_random) return _random.Next(bound + 1);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                Interlocked.Increment(ref _accepted);
                if (Refuses)
                {
                    socket.Dispose();
                    continue;
                }

                var connection = new ProxiedConnection(this, socket, _stop.Token);
                Task serving = connection.RunAsync(_target);
                _connections[connection] = serving;
                _ = serving.ContinueWith(_ => _connections.TryRemove(connection, out Task? _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The proxy was disposed.
        }
    }
}
