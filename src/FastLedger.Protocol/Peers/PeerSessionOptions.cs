// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Peers;

/// <summary>What one replica's conversations with its peers have in common.</summary>
public sealed class PeerSessionOptions
{
    /// <summary>Shortest heartbeat interval, in milliseconds.</summary>
    public const uint MinHeartbeatMs = 50;
    /// <summary>Longest heartbeat interval, in milliseconds.</summary>
    public const uint MaxHeartbeatMs = 60_000;

    /// <summary>This replica's validator number.</summary>
    public required int Self { get; init; }

    /// <summary>Names the ledger.</summary>
    public required Hash256 ChainId { get; init; }

    /// <summary>Signs the handshakes; belongs to whoever made it.</summary>
    public required SigningKey SigningKey { get; init; }

    /// <summary>Further keys of this replica, around a rotation: a peer may know it under any of them. They belong to whoever made them.</summary>
    public IReadOnlyList<SigningKey> OtherKeys { get; init; } = [];

    /// <summary>Whom to accept.</summary>
    public required IPeerKeys Keys { get; init; }

    /// <summary>Where others dial this replica; a peer that dialled another address is refused. Null accepts any.</summary>
    public PeerEndpoint? Advertised { get; init; }

    /// <summary>How connections are protected.</summary>
    public PeerEncryption Encryption { get; init; }

    /// <summary>A side that sent nothing for this long sends a heartbeat; silence of twice as long ends the connection. In milliseconds;
    /// the longer interval of the two sides counts.</summary>
    public uint HeartbeatMs { get; init; } = 1000;

    /// <summary>Longest time from the connection to the end of the handshake, in milliseconds.</summary>
    public uint HandshakeTimeoutMs { get; init; } = 3000;
}
