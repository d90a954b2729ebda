// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Net;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Peers;

namespace FastLedger.Network.Peers;

/// <summary>How a replica reaches its peers.</summary>
public sealed record PeerNetworkOptions
{
    /// <summary>Largest validator number.</summary>
    public const int MaxNode = 4095;

    /// <summary>This replica's validator number, 0 … <see cref="MaxNode"/>.</summary>
    public required int Self { get; init; }

    /// <summary>Names the ledger: peers of another one are refused.</summary>
    public required Hash256 ChainId { get; init; }

    /// <summary>Proves who we are; belongs to the caller and must outlive the network.</summary>
    public required SigningKey SigningKey { get; init; }

    /// <summary>Further keys of this replica, around a rotation; like the first one they must outlive the network.</summary>
    public IReadOnlyList<SigningKey> OtherKeys { get; init; } = [];

    /// <summary>Where to listen; port 0 lets the system choose.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The other validators; an entry for ourselves is passed over.</summary>
    public IReadOnlyList<PeerAddress> Peers { get; init; } = [];

    /// <summary>Where others dial this replica. When set, a peer that dialled another address is refused.</summary>
    public IPEndPoint? Advertised { get; init; }

    /// <summary>How connections are protected; the same for all replicas.</summary>
    public PeerEncryption Encryption { get; init; }

    /// <summary>Bytes queued per peer for <see cref="PeerPriority.Consensus"/>: a power of two; a message may take a quarter.</summary>
    public int ConsensusQueueBytes { get; init; } = 8 << 20;

    /// <summary>Bytes queued per peer for <see cref="PeerPriority.Control"/>: a power of two; a message may take a quarter.</summary>
    public int ControlQueueBytes { get; init; } = 8 << 20;

    /// <summary>Bytes queued per peer for <see cref="PeerPriority.Bulk"/>: a power of two; a message may take a quarter.</summary>
    public int BulkQueueBytes { get; init; } = 16 << 20;

    /// <summary>Connections that may be open without having said anything; they cost no more than their sockets. One more pushes the oldest out.</summary>
    public int MaxSilent { get; init; } = 256;

    /// <summary>Connections that may be in the handshake at a time. One more pushes the oldest out: peers need two round trips, junk stays.</summary>
    public int MaxHalfOpen { get; init; } = 64;

    /// <summary>Longest handshake, in milliseconds; also the longest wait for a connection that we dial.</summary>
    public int HandshakeTimeoutMs { get; init; } = 3000;

    /// <summary>A heartbeat follows this silence; twice as much from the peer ends the connection. In milliseconds, 50 … 60,000.</summary>
    public int HeartbeatMs { get; init; } = 1000;

    /// <summary>Shortest wait before a peer is dialled again, in milliseconds.</summary>
    public int MinRedialMs { get; init; } = 20;

    /// <summary>Longest wait before a peer is dialled again, in milliseconds.</summary>
    public int MaxRedialMs { get; init; } = 1000;

    /// <summary>Told of every exception that no peer and no network can cause; it ended one connection. Any thread.</summary>
    public Action<Exception>? OnFault { get; init; }
}
