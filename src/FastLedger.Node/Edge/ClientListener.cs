// SPDX-License-Identifier: Apache-2.0
using System;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Protocol;
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

    private readonly Reception _reception;
    private readonly ServerSessionOptions _sessionOptions;
    private readonly NodeOptions _options;
    private readonly ConnectionTable _connections;
    private readonly StageRings _rings;
    private readonly StageTimes _times;
    private readonly StatusBoard _board;
    private readonly CancellationToken _coreStopped;
    private readonly CancellationTokenSource _stop = new();
    private readonly InFlight _running = new();
    private readonly Timer _timer;
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
        _reception = new Reception(
            new ReceptionOptions
            {
                Listen = options.ListenEndPoint,
                AcceptsPerSecond = options.Limits.AcceptsPerSecond,
                MaxSilent = options.Limits.Connections,
                SilenceMs = (int)_sessionOptions.HandshakeTimeoutMs,
                Judge = Reception.JudgeFrame,
                SaysWhy = true,
            },
            Admit, _ => Interlocked.Increment(ref _faults));
        _timer = new Timer(_ => Tick());
    }

    public IPEndPoint EndPoint => _reception.EndPoint;

    /// <summary>Connections that ended by an exception which neither client nor network can cause.</summary>
    public long Faults => Volatile.Read(ref _faults);

    /// <summary>Connections without a session that had to go for new ones.</summary>
    public long PushedOut => _reception.Statistics.PushedOut + Volatile.Read(ref _pushedOut);

    public void Start()
    {
        _reception.Start();
        _timer.Change(TickMs, TickMs);
    }

    /// <summary>Stops accepting and ends every connection in good order.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reception.DisposeAsync().ConfigureAwait(false);
        _connections.ForEach(connection => connection.End(ResultCode.Finished));
        await _running.CloseAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Takes over who began as a client does.</summary>
    private void Admit(Socket socket)
    {
        // Junk says little and stays; whoever means it is through after two round trips. So the oldest that is not goes when room is short.
        if (_connections.Free <= _reserve && _halfOpen.CloseOldest()) Interlocked.Increment(ref _pushedOut);
        if (!_connections.TryReserve(out ConnectionId id))
        {
            Refuse(socket);
            return;
        }

        try
        {
            ITransportConnection transport = SocketTransport.OpenStranger(socket);
            _running.Begin();
            _halfOpen.Add(NumberOf(id), transport, ClientConnection.NowNs());
            _ = ServeAsync(id, transport);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _connections.Remove(id); // it went meanwhile
            Reception.Reset(socket);
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
            _running.End();
        }
    }

    private static ulong NumberOf(ConnectionId id) => ((ulong)(uint)id.Slot << 32) | id.Generation;

    /// <summary>Sends away who could be served if there were room. What it said is read first, so that it gets the answer and no reset.</summary>
    private static void Refuse(Socket socket)
    {
        using (socket)
        {
            Span<byte> bytes = stackalloc byte[ProtocolLimits.MaxHandshakeFrameBytes];
            socket.Receive(bytes, SocketFlags.None, out _);
            int length = FrameWriter.Write(bytes, new Terminate { Code = ResultCode.TooManyConnections }, 1, 0);
            socket.Send(bytes[..length], SocketFlags.None, out _);
        }
    }

    private void Tick()
    {
        long nowNs = ClientConnection.NowNs();
        _reception.Tick(nowNs);
        _connections.ForEach(connection => connection.Tick(nowNs));
    }
}
