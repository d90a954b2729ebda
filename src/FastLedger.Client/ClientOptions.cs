// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Net;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Client;

/// <summary>Receives events of orders. The span is valid during the call, which happens on the receiving thread: it must not block.</summary>
public delegate void OrderEventHandler(ReadOnlySpan<OrderEvent> events);

/// <summary>How a <see cref="LedgerClient"/> connects and waits.</summary>
public sealed class ClientOptions
{
    /// <summary>Addresses of the replicas; tried in turn.</summary>
    public required IReadOnlyList<EndPoint> Endpoints { get; init; }

    /// <summary>Key of the session. The client does not dispose it.</summary>
    public required SigningKey Key { get; init; }

    /// <summary>Chain that the servers must name; zero accepts the first one and holds on to it.</summary>
    public Hash256 ChainId { get; init; }

    /// <summary>
    /// Public keys of the validators that the ledger's genesis names, by ascending node number. With them an answer is reported only when a
    /// quorum of them signed it; <see cref="ChainId"/> must be given, too. Empty: every replica that answers is believed.
    /// </summary>
    public IReadOnlyList<Hash256> Validators { get; init; } = [];

    /// <summary>Longest time that a request waits for its answer, reconnects included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time that <see cref="LedgerClient.ConnectAsync"/> tries.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Batches sent ahead of their answers; the server's own limit applies too.</summary>
    public int MaxBatchesInFlight { get; init; } = 16;

    /// <summary>Heartbeat interval asked for.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shortest pause before connecting again; it doubles, with jitter, up to <see cref="LongestBackoff"/>.</summary>
    public TimeSpan ShortestBackoff { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Longest pause before connecting again.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Receives events of the session's resting orders; null for none.</summary>
    public OrderEventHandler? OrderEvents { get; init; }

    /// <summary>Also report the fills that the session's own incoming orders caused.</summary>
    public bool ReceiveTakerEvents { get; init; }

    /// <summary>
    /// Runs continuations of asynchronous requests on the receiving thread, which saves a hop to the thread pool. Only for code that
    /// never blocks: while it runs, no answer is received.
    /// </summary>
    public bool InlineContinuations { get; init; }
}
