// SPDX-License-Identifier: Apache-2.0
using System;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;
using FastLedger.Protocol.Peers;

namespace FastLedger.Network.Peers;

/// <summary>One other validator: its queues, its connection if there is one, and the loop that dials it.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(1);

    private readonly PeerNetwork _network;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _addressChanged = new(0);
    private PeerAddress _address;
    private PeerConnection? _current;
    private PeerConnection? _dialing;
    private Task _dialLoop = Task.CompletedTask;
    private bool _left;
    private int _ownKeyTurn;
    private long _connects, _failedDials, _framesSent, _bytesSent, _framesReceived, _bytesReceived, _refused, _stalls;

    public Peer(PeerNetwork network, PeerAddress address)
    {
        _network = network;
        _address = address;
        Queues = new PeerQueues(network.Options);
    }

    public PeerAddress Address => Volatile.Read(ref _address);

    public PeerQueues Queues { get; }

    public bool IsConnected => Volatile.Read(ref _current) is { IsOpen: true };

    public PeerStatistics Statistics => new(
        IsConnected, Volatile.Read(ref _connects), Volatile.Read(ref _failedDials), Volatile.Read(ref _framesSent), Volatile.Read(ref _bytesSent),
        Volatile.Read(ref _framesReceived), Volatile.Read(ref _bytesReceived), Volatile.Read(ref _refused), Volatile.Read(ref _stalls),
        Queues.UsedBytes);

    /// <summary>Starts dialling, if dialling is ours.</summary>
    public void Start()
    {
        if (Address.Node > _network.Options.Self) _dialLoop = Task.Run(DialAsync);
    }

    /// <summary>The peer moved, or its address became known; the key is the same.</summary>
    public void Move(PeerAddress address)
    {
        if (Address == address) return;
        Volatile.Write(ref _address, address);
        if (_addressChanged.CurrentCount == 0) _addressChanged.Release();
    }

    /// <summary>Queues a message for the connection, if there is one, and has it sent.</summary>
    public bool TrySend(PeerPriority priority, ushort template, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        if (!TryQueue(priority, template, head, body)) return false;
        Volatile.Read(ref _current)?.Ring();
        return true;
    }

    /// <summary>Sends what was queued.</summary>
    public void SendQueued() => Volatile.Read(ref _current)?.SendNow();

    /// <summary>Queues a message for the connection, if there is one.</summary>
    public bool TryQueue(PeerPriority priority, ushort template, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        PeerConnection? connection = Volatile.Read(ref _current);
        if (connection is not { IsOpen: true }) return false;
        if (!Queues.TryAdd(priority, connection.Id, template, head, body))
        {
            Interlocked.Increment(ref _refused);
            return false;
        }

        return true;
    }

    /// <summary>Makes a connection that proved itself the peer's only one; an older one ends first, because the newer proof is fresh.</summary>
    /// <returns>False when the peer left.</returns>
    public async ValueTask<bool> AdoptAsync(PeerConnection connection)
    {
        while (true)
        {
            PeerConnection? older;
            lock (_lock)
            {
                if (_left) return false;
                older = _current;
                if (older is null)
                {
                    Volatile.Write(ref _current, connection);
                    _connects++;
                    return true;
                }
            }

            older.Abort();
            await older.Completion.ConfigureAwait(false);
        }
    }

    /// <summary>The connection ended.</summary>
    public void Release(PeerConnection connection)
    {
        lock (_lock)
        {
            if (_current == connection) Volatile.Write(ref _current, null);
        }
    }

    /// <summary>Lets time pass.</summary>
    /// <param name="nowNs">The time.</param>
    /// <param name="paused">It passed without us.</param>
    public void Tick(long nowNs, bool paused)
    {
        PeerConnection? current = Volatile.Read(ref _current);
        if (paused) current?.Session.Hear(nowNs);
        current?.Tick(nowNs);
        if (Volatile.Read(ref _dialing) is { WasOpen: false } dialing) dialing.Tick(nowNs);
    }

    public void NoteSent(int frames, int bytes)
    {
        Volatile.Write(ref _framesSent, _framesSent + frames);
        Volatile.Write(ref _bytesSent, _bytesSent + bytes);
    }

    public void NoteReceived(uint bytes)
    {
        Volatile.Write(ref _framesReceived, _framesReceived + 1);
        Volatile.Write(ref _bytesReceived, _bytesReceived + bytes);
    }

    public void NoteStall() => Volatile.Write(ref _stalls, _stalls + 1);

    /// <summary>Says good-bye.</summary>
    public async ValueTask DisposeAsync() => await LeaveAsync(ResultCode.Finished).ConfigureAwait(false);

    /// <summary>Ends the connection and the dialling for good.</summary>
    public async Task LeaveAsync(ResultCode code)
    {
        PeerConnection? current;
        lock (_lock)
        {
            _left = true;
            current = _current;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _dialing) is { WasOpen: false } dialing) dialing.Abort();
        if (current is not null)
        {
            current.End(code);
            await current.Completion.ConfigureAwait(false);
        }

        await _dialLoop.ConfigureAwait(false);
        _stop.Dispose();
        _addressChanged.Dispose();
    }

    private async Task DialAsync()
    {
        var backoff = new Backoff(_network.Options.MinRedialMs, _network.Options.MaxRedialMs);
        try
        {
            while (true)
            {
                if (Address.EndPoint is { } endPoint)
                {
                    long since = PeerConnection.NowNs();
                    bool opened = await DialOnceAsync(endPoint).ConfigureAwait(false);
                    if (!opened) Interlocked.Increment(ref _failedDials);
                    else if (PeerConnection.NowNs() - since > Steady.TotalNanoseconds) backoff.Reset();

                    // A changed address is worth trying at once.
                    await _addressChanged.WaitAsync(backoff.Next(Random.Shared.NextDouble()), _stop.Token).ConfigureAwait(false);
                }
                else
                {
                    await _addressChanged.WaitAsync(_stop.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The peer left, or we do.
        }
    }

    /// <returns>True when messages passed.</returns>
    private async Task<bool> DialOnceAsync(IPEndPoint endPoint)
    {
        ITransportConnection transport;
        Hash256 binding;
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            deadline.CancelAfter(_network.Options.HandshakeTimeoutMs);
            Socket socket = await SocketTransport.ConnectSocketAsync(endPoint, deadline.Token).ConfigureAwait(false);
            (transport, binding) = await PeerTransport.DialAsync(socket, _network.Identity, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (PeerTransport.IsConnectionFault(e) || (e is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            return false; // nobody there, or not in time
        }

        PeerAddress address = Address;
        PeerSession session = PeerSession.Dial(
            _network.SessionOptions, address.Node, address.PublicKey, PeerEndpoint.Of(endPoint),
            new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)), binding, PeerConnection.NowNs(), _network.OwnKey(_ownKeyTurn));
        var connection = new PeerConnection(_network, session, transport);
        Volatile.Write(ref _dialing, connection);
        if (_stop.IsCancellationRequested) connection.Abort();
        await connection.RunAsync().ConfigureAwait(false);
        Volatile.Write(ref _dialing, null);
        if (!connection.WasOpen)
        {
            _network.NoteRefusal(session);

            // Around a rotation the peer may know us under the other key.
            _ownKeyTurn = (_ownKeyTurn + 1) % (1 + _network.Options.OtherKeys.Count);
        }

        return connection.WasOpen;
    }
}
