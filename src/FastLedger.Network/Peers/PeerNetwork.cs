// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Peers;

namespace FastLedger.Network.Peers;

/// <summary>
/// Connections with the other validators: one per pair, dialled by the one with the smaller number, kept up for as long as the validator
/// set names the peer.
/// </summary>
/// <remarks>
/// One duplex connection per pair needs half the sockets and handshakes of two simplex ones, and is up or down for both directions at
/// once; who dials is fixed, so two replicas cannot call each other at the same time. A second connection of the same peer can only
/// mean that the first one is dead without our knowing: the newer one replaces it. Thread: any. Alloc: none per message. Blocks: no.
/// </remarks>
public sealed partial class PeerNetwork : IAsyncDisposable, IPeerKeys
{
    private const int TickMs = 20;

    private readonly Timer _timer;
    private readonly Lock _lock = new();
    private Peer?[] _peers = [];
    private Task _changes = Task.CompletedTask;
    private long _faults;
    private ulong _connectionIds;
    private long _tickedNs = PeerConnection.NowNs();
    private bool _started;
    private bool _stopped;

    /// <summary>Binds the listening socket; nothing is accepted or dialled before <see cref="Start"/>.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address is taken or not ours.</exception>
    public PeerNetwork(PeerNetworkOptions options, IPeerReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(receiver);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)options.Self, (uint)PeerNetworkOptions.MaxNode);
        Options = options;
        Receiver = receiver;
        Identity = options.Encryption == PeerEncryption.Tls ? new TlsIdentity() : null;
        SessionOptions = new PeerSessionOptions
        {
            Self = options.Self,
            ChainId = options.ChainId,
            SigningKey = options.SigningKey,
            OtherKeys = options.OtherKeys,
            Keys = this,
            Advertised = options.Advertised is { } here ? PeerEndpoint.Of(here) : null,
            Encryption = options.Encryption,
            HeartbeatMs = (uint)options.HeartbeatMs,
            HandshakeTimeoutMs = (uint)options.HandshakeTimeoutMs,
        };
        _halfOpen = new HalfOpenTable<Socket>(options.MaxHalfOpen, Reception.Reset);
        _reception = new Reception(DoorOf(options), Admit, NoteFault);
        _timer = new Timer(_ => Tick());
        SetPeers(options.Peers);
    }

    /// <summary>Where we listen, with the port that the system chose when 0 was asked for.</summary>
    public IPEndPoint EndPoint => _reception.EndPoint;

    internal PeerNetworkOptions Options { get; }

    internal PeerSessionOptions SessionOptions { get; }

    internal IPeerReceiver Receiver { get; }

    internal TlsIdentity? Identity { get; }

    /// <summary>Starts to accept and to dial.</summary>
    public void Start()
    {
        lock (_lock)
        {
            Invariant.Check(!_started && !_stopped);
            _started = true;
            foreach (Peer? peer in _peers) peer?.Start();
        }

        _reception.Start();
        _timer.Change(TickMs, TickMs);
    }

    /// <summary>
    /// Replaces the set of validators. Whoever is no longer in it, or has another key, is disconnected; new ones are dialled or accepted;
    /// a changed address counts from the next dial on.
    /// </summary>
    public void SetPeers(IReadOnlyList<PeerAddress> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            var next = new Peer?[peers.Count == 0 ? 0 : peers.Max(p => p.Node) + 1];
            Invariant.Check(next.Length <= PeerNetworkOptions.MaxNode + 1);
            List<Peer> added = [];
            foreach (PeerAddress address in peers)
            {
                if (address.Node == Options.Self) continue;
                Peer? known = Find(address.Node);
                if (known?.Address.PublicKey != address.PublicKey) added.Add(known = new Peer(this, address));
                else known.Move(address);
                next[address.Node] = known;
            }

            Peer[] gone = [.. _peers.Where(p => p is not null && !next.Contains(p)).Select(p => p!)];
            Volatile.Write(ref _peers, next);
            foreach (Peer peer in gone) _changes = Task.WhenAll(_changes, peer.LeaveAsync(ResultCode.Unauthorized));
            if (_started) added.ForEach(p => p.Start());
        }
    }

    /// <summary>Copies a message into a peer's queue.</summary>
    /// <param name="node">The peer.</param>
    /// <param name="priority">Which queue.</param>
    /// <param name="template">Template id, 144–199.</param>
    /// <param name="body">At most <see cref="Protocol.ProtocolLimits.MaxPeerBodyBytes"/> and a quarter of the queue.</param>
    /// <returns>False when the queue has no room or the peer is not connected.</returns>
    public bool TrySend(int node, PeerPriority priority, ushort template, ReadOnlySpan<byte> body) => TrySend(node, priority, template, default, body);

    /// <summary>Copies a message of two parts into a peer's queue; it arrives in one piece.</summary>
    /// <inheritdoc cref="TrySend(int, PeerPriority, ushort, ReadOnlySpan{byte})"/>
    public bool TrySend(int node, PeerPriority priority, ushort template, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body) =>
        Find(node) is { } peer && peer.TrySend(priority, template, head, body);

    /// <summary>Copies a message of two parts into a peer's queue without sending it: <see cref="SendQueued"/> follows.</summary>
    /// <inheritdoc cref="TrySend(int, PeerPriority, ushort, ReadOnlySpan{byte})"/>
    public bool TryQueue(int node, PeerPriority priority, ushort template, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body) =>
        Find(node) is { } peer && peer.TryQueue(priority, template, head, body);

    /// <summary>
    /// Sends what was queued for a peer: what is little on the caller's thread, as far as the socket takes it, the rest on the thread pool.
    /// </summary>
    public void SendQueued(int node) => Find(node)?.SendQueued();

    /// <summary>Do messages to and from the peer pass now?</summary>
    public bool IsConnected(int node) => Find(node) is { IsConnected: true };

    /// <summary>Counters of a peer; zeros for one that is not in the set.</summary>
    public PeerStatistics Statistics(int node) => Find(node)?.Statistics ?? default;

    /// <summary>Stops accepting and dialling, says good-bye to every peer, and waits for the last call to the receiver.</summary>
    public async ValueTask DisposeAsync()
    {
        Peer[] peers;
        lock (_lock)
        {
            if (_stopped) return;
            _stopped = true;
            peers = [.. _peers.Where(p => p is not null).Select(p => p!)];
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reception.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(peers.Select(p => p.DisposeAsync().AsTask()).Append(_changes)).ConfigureAwait(false);
        _halfOpen.CloseAll();
        await _serving.CloseAsync().ConfigureAwait(false);
        _stop.Dispose();
        Identity?.Dispose();
    }

    bool IPeerKeys.TryGetKey(int node, out Hash256 publicKey)
    {
        publicKey = Find(node)?.Address.PublicKey ?? default;
        return !publicKey.IsZero;
    }

    /// <summary>One own key after the other.</summary>
    internal SigningKey OwnKey(int turn) => turn % (1 + Options.OtherKeys.Count) is var at && at == 0 ? Options.SigningKey : Options.OtherKeys[at - 1];

    internal ulong NextConnectionId() => Interlocked.Increment(ref _connectionIds);

    /// <summary>Makes a connection that proved itself the one of its peer.</summary>
    /// <returns>The peer; null when it left, or its key changed, meanwhile.</returns>
    internal async ValueTask<Peer?> AdoptAsync(PeerConnection connection)
    {
        Peer? peer = Find(connection.Session.Peer);
        if (peer is null || peer.Address.PublicKey != connection.Session.PeerKey) return null;
        return await peer.AdoptAsync(connection).ConfigureAwait(false) ? peer : null;
    }

    /// <summary>Counts and reports an exception that only a bug can cause.</summary>
    internal void NoteFault(Exception fault)
    {
        Interlocked.Increment(ref _faults);
        Options.OnFault?.Invoke(fault);
    }

    private Peer? Find(int node)
    {
        Peer?[] peers = Volatile.Read(ref _peers);
        return (uint)node < (uint)peers.Length ? peers[node] : null;
    }

    private void Tick()
    {
        long nowNs = PeerConnection.NowNs();
        long sinceNs = nowNs - Interlocked.Exchange(ref _tickedNs, nowNs);

        // After a pause of our own what peers sent meanwhile is still unread: they get the time again before they count as silent.
        bool paused = sinceNs > Options.HeartbeatMs * 1_000_000L / 2;
        foreach (Peer? peer in Volatile.Read(ref _peers)) peer?.Tick(nowNs, paused);
        _reception.Tick(nowNs);
        int lapsed = _halfOpen.CloseBefore(nowNs - (Options.HandshakeTimeoutMs * 1_000_000L));
        if (lapsed != 0) Interlocked.Add(ref _lapsed, lapsed);
    }
}
