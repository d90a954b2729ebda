// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives;

namespace FastLedger.Protocol.Sessions;

/// <summary>What a server grants its clients.</summary>
public sealed class ServerSessionOptions
{
    /// <summary>Names the ledger; every signature covers it.</summary>
    public required Hash256 ChainId { get; init; }

    /// <summary>Batches of one session that may wait for their answers at a time.</summary>
    public uint MaxBatchesInFlight { get; init; } = 16;

    /// <summary>Shortest heartbeat interval granted, in milliseconds.</summary>
    public uint MinKeepAliveMs { get; init; } = 100;

    /// <summary>Longest heartbeat interval granted, in milliseconds; also what a client gets that asks for 0.</summary>
    public uint MaxKeepAliveMs { get; init; } = 60_000;

    /// <summary>Longest time from the connection to the session's establishment, in milliseconds.</summary>
    public uint HandshakeTimeoutMs { get; init; } = 10_000;
}
