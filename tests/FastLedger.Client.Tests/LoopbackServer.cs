// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Client.Tests;

/// <summary>Where a <see cref="LoopbackServer"/> breaks a connection.</summary>
public enum Cut
{
    None,
    BeforeExecution,
    AfterExecution,
    InsideAnswer,
    AfterAnswer,
}

/// <summary>
/// A server for tests over real sockets: the product's session state machine and batch checks in front of a ledger that only counts what
/// it did to whom. It can break the connection at a chosen batch.
/// </summary>
public sealed partial class LoopbackServer : IAsyncDisposable
{
    private readonly SocketListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly ConcurrentDictionary<ITransportConnection, bool> _connections = new();
    private readonly Task _accepting;
    private readonly Lock _ledger = new();
    private readonly Dictionary<Hash256, uint> _sessions = [];
    private readonly Dictionary<uint, ulong> _lastNumbers = [];
    private ulong _sequence;
    private int _batches;
    private int _resends;
    private int _heartbeats;

    public LoopbackServer(bool keepResults = true, IPEndPoint? endPoint = null)
    {
        KeepResults = keepResults;
        Options = new ServerSessionOptions { ChainId = ChainId, MaxBatchesInFlight = 8, MinKeepAliveMs = 10 };
        _listener = SocketListener.Bind(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0));
        _accepting = Task.Run(AcceptAsync);
    }

    public Hash256 ChainId { get; } = new(SHA256.HashData("test chain"u8));

    public ServerSessionOptions Options { get; set; }

    public IPEndPoint EndPoint => _listener.LocalEndPoint;

    /// <summary>Keep every result and count every effect; without it the server allocates nothing per batch.</summary>
    public bool KeepResults { get; }

    /// <summary>Times each command took effect.</summary>
    public Dictionary<(uint Session, ulong Number), (int Count, Hash256 Hash, CommandResult Result)> Effects { get; } = [];

    /// <summary>Decides, by the running number of the batch received, whether to break the connection.</summary>
    public Func<int, Cut> CutAt { get; set; } = static _ => Cut.None;

    /// <summary>Gives a command's result code.</summary>
    public Func<Command, ResultCode> Judge { get; set; } = static _ => ResultCode.Ok;

    /// <summary>Refuses batches as a whole.</summary>
    public Func<int, ResultCode> RefuseBatch { get; set; } = static _ => ResultCode.Ok;

    /// <summary>Answers nothing while it is not set.</summary>
    public ManualResetEventSlim Answering { get; } = new(true);

    /// <summary>Events to send after each batch.</summary>
    public int EventsPerBatch { get; set; }

    public int BatchesReceived => Volatile.Read(ref _batches);

    /// <summary>Batches that came with the mark of a resend.</summary>
    public int Resends => Volatile.Read(ref _resends);

    /// <summary>Heartbeats received.</summary>
    public int Heartbeats => Volatile.Read(ref _heartbeats);

    public ResultCode RegistrationCode { get; set; }

    /// <summary>Breaks all connections.</summary>
    public void AbortAll()
    {
        foreach (ITransportConnection connection in _connections.Keys) connection.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        _listener.Dispose();
        Answering.Set();
        AbortAll();
        await _accepting;
        await Task.WhenAll(_conversations);
        Answering.Dispose();
    }

    private static long NowNs => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                ITransportConnection connection = await _listener.AcceptAsync(_stop.Token);
                _connections[connection] = true;
                _conversations.Add(Task.Run(() => ConverseAsync(connection)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private async Task ConverseAsync(ITransportConnection connection)
    {
        await using (connection)
        {
            try
            {
                await new Conversation(this, connection).RunAsync();
            }
            catch (Exception e) when (SocketTransport.IsConnectionFault(e))
            {
                // The test, or the client, broke the connection.
            }
        }

        _connections.TryRemove(connection, out _);
    }
}
