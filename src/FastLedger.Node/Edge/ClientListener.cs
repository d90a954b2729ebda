// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Node.Edge;

/// <summary>Accepts clients, up to a bound, and lets time pass for them.</summary>
internal sealed class ClientListener : IAsyncDisposable
{
    private const int TickMs = 20;

    /// <summary>One part in eight of the connections is kept free of those that have no session yet.</summary>
    private const int ReservedPart = 8;

    private readonly SocketListener _listener;
    private readonly ServerSessionOptions _sessionOptions;
    private readonly NodeOptions _options;
    private readonly ConnectionTable _connections;
    private readonly StageRings _rings;
    private readonly StageTimes _times;
    private readonly StatusBoard _board;
    private readonly CancellationToken _coreStopped;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<ConnectionId, Task> _running = new();
    private readonly Timer _timer;
    private Task _accepting = Task.CompletedTask;
    private readonly HalfOpenTable<ITransportConnection> _halfOpen;
    private readonly Action<ConnectionId> _onEstablished;
    private readonly int _reserve;
    private long _faults, _pushedOut;

    public ClientListener(NodeOptions options, Hash256 chainId, ConnectionTable connections, StageRings rings, StageTimes times, StatusBoard board, CancellationToken coreStopped)
    {
        _options = options;
        _connections = connections;
        _rings = rings;
        _times = times;
        _board = board;
        _coreStopped = coreStopped;
        _sessionOptions = new ServerSessionOptions
        {
            ChainId = chainId,
            MaxBatchesInFlight = (uint)options.Limits.BatchesInFlight,
            MinKeepAliveMs = (uint)options.Limits.MinKeepAliveMs,
            MaxKeepAliveMs = (uint)options.Limits.MaxKeepAliveMs,
        };
        _halfOpen = new HalfOpenTable<ITransportConnection>(options.Limits.Connections, static connection => connection.Abort());
        _onEstablished = id => _halfOpen.Remove(NumberOf(id));
        _reserve = options.Limits.Connections / ReservedPart;
        _listener = SocketListener.Bind(options.ListenEndPoint, options.Limits.AcceptsPerSecond);
        _timer = new Timer(_ => Tick());
    }

    public IPEndPoint EndPoint => _listener.LocalEndPoint;

    /// <summary>Connections that ended by an exception which neither client nor network can cause.</summary>
    public long Faults => Volatile.Read(ref _faults);

    /// <summary>Connections without a session that had to go for new ones.</summary>
    public long PushedOut => Volatile.Read(ref _pushedOut);

    public void Start()
    {
        _accepting = AcceptAsync();
        _timer.Change(TickMs, TickMs);
    }

    /// <summary>Stops accepting and ends every connection in good order.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        _connections.ForEach(connection => connection.End(ResultCode.Finished));
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                ITransportConnection transport = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                // Junk says nothing and stays; whoever means it is through after two round trips. So the oldest that is not goes when room is short.
                if (_connections.Free <= _reserve && _halfOpen.CloseOldest()) Interlocked.Increment(ref _pushedOut);
                if (_connections.TryReserve(out ConnectionId id))
                {
                    _halfOpen.Add(NumberOf(id), transport, ClientConnection.NowNs());
                    _running[id] = ServeAsync(id, transport);
                }
                else await RefuseAsync(transport).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private async Task ServeAsync(ConnectionId id, ITransportConnection transport)
    {
        await Task.Yield();
        var session = new ServerSession(_sessionOptions, new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)), ClientConnection.NowNs());
        var connection = new ClientConnection(
            id, transport, session, _sessionOptions.ChainId, _rings, _times, _board, _options.Limits.UnsentBytesPerConnection, _onEstablished, _coreStopped);
        _connections.Set(connection);
        try
        {
            await connection.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            Interlocked.Increment(ref _faults); // nothing a client can cause: a bug of ours costs one connection, and is seen
            transport.Abort();
        }
        finally
        {
            _halfOpen.Remove(NumberOf(id));
            _connections.Remove(id);
            _running.TryRemove(id, out _);
        }
    }

    private static ulong NumberOf(ConnectionId id) => ((ulong)(uint)id.Slot << 32) | id.Generation;

    private static async Task RefuseAsync(ITransportConnection transport)
    {
        await using (transport.ConfigureAwait(false))
        {
            try
            {
                FrameWriter.Write(transport.Output, new Terminate { Code = ResultCode.TooManyConnections }, 1, 0);
                await transport.Output.FlushAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (SocketTransport.IsConnectionFault(e))
            {
                // The client did not wait for the answer.
            }
        }
    }

    private void Tick()
    {
        long nowNs = ClientConnection.NowNs();
        _connections.ForEach(connection => connection.Tick(nowNs));
    }
}
