// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Sessions;

namespace FastLedger.Client;

/// <summary>Connecting, connecting again, and closing.</summary>
public sealed partial class LedgerClient
{
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Hash256 _expectedChain;
    private LedgerConnectionException? _ended;
    private Task _running = Task.CompletedTask;
    private Exception? _lastFault;
    private int _connections;
    private bool _disposed;

    /// <summary>Sends Terminate, closes the connection and fails whatever still waits: its outcome is unknown.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_submitLock)
        {
            if (_disposed) return;
            _disposed = true;
        }

        lock (_sendLock)
        {
            if (_link is { Established: true, Writable: true } link) link.Send(link.Session.End(ResultCode.Finished));
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        End(new LedgerConnectionException(ResultCode.Finished, "The client is closed"));
        await _timer.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        int periodMs = (int)Math.Clamp(Math.Min(_options.Deadline.TotalMilliseconds, _options.KeepAlive.TotalMilliseconds) / 10, 5, 100);
        _timer.Change(periodMs, periodMs);
        _running = Task.Run(RunAsync, CancellationToken.None);
        try
        {
            await _established.Task.WaitAsync(_options.ConnectTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new LedgerConnectionException(
                ResultCode.Ok, $"No endpoint opened a session within {_options.ConnectTimeout.TotalMilliseconds:0} ms", _lastFault);
        }
    }

    /// <summary>Keeps a connection open until the client is closed or the ledger refuses the session.</summary>
    private async Task RunAsync()
    {
        TimeSpan backoff = _options.ShortestBackoff;
        for (int attempt = 0; !_closing.IsCancellationRequested && _ended is null; attempt++)
        {
            int connections = _connections;
            try
            {
                await ConverseAsync(_options.Endpoints[attempt % _options.Endpoints.Count]).ConfigureAwait(false);
            }
            catch (Exception fault) when (SocketTransport.IsConnectionFault(fault) || fault is OperationCanceledException)
            {
                _lastFault = fault;
            }
            catch (Exception fault)
            {
                End(new LedgerConnectionException(ResultCode.Ok, "The client failed", fault));
            }

            if (_ended is not null || _closing.IsCancellationRequested) break;
            if (_connections != connections) backoff = _options.ShortestBackoff;

            // Full jitter: clients that lost the same replica do not come back in step.
            TimeSpan pause = _options.ShortestBackoff + Random.Shared.NextDouble() * (backoff - _options.ShortestBackoff);
            await Task.Delay(pause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = TimeSpan.FromTicks(Math.Min(2 * backoff.Ticks, _options.LongestBackoff.Ticks));
        }
    }

    /// <summary>One connection, from its opening to its end.</summary>
    private async Task ConverseAsync(EndPoint endPoint)
    {
        ITransportConnection connection = await SocketTransport.ConnectAsync(endPoint, _closing.Token).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var session = new ClientSession(_options.Key.PublicKey, in _expectedChain, MonotonicClock.NowNs);
            var link = new Link(connection, session, OnDrained);
            using CancellationTokenRegistration closing = _closing.Token.UnsafeRegister(
                static state => ((ITransportConnection)state!).Input.CancelPendingRead(), connection);
            try
            {
                _verification?.Reset();
                lock (_sendLock)
                {
                    _link = link;
                    link.Send(session.Negotiate);
                }

                await ReceiveAsync(link).ConfigureAwait(false);
            }
            finally
            {
                lock (_sendLock) _link = null;
            }
        }
    }

    /// <summary>The session is open for the first time, or again.</summary>
    private void OnEstablished(Link link)
    {
        EstablishAck ack = link.Session.Ack;
        lock (_submitLock)
        {
            _expectedChain = link.Session.Response.ChainId;
            Session = ack.Session;
            Volatile.Write(ref _nextNumber, Math.Max(_nextNumber, ack.NextCommandNumber));
        }

        FollowValidators(link);
    }

    /// <summary>The client knows whom to believe, and goes on where it was.</summary>
    private void OnReady(Link link)
    {
        Interlocked.Increment(ref _connections);
        Attach(link);
        _established.TrySetResult();
    }

    /// <summary>The ledger said something that connecting again would not change.</summary>
    private static bool IsFinal(ResultCode code) => code is ResultCode.SessionTakenOver or ResultCode.UnknownSchema
        or ResultCode.UnsupportedVersion or ResultCode.BadSignature or ResultCode.UnknownSession or ResultCode.InvalidKey
        or ResultCode.WrongChain or ResultCode.SessionLimit or ResultCode.Unauthorized;

    private void EndIfFinal(ResultCode code)
    {
        if (IsFinal(code)) End(new LedgerConnectionException(code, $"The session ended: {code} ({(uint)code})"));
        else _lastFault = new LedgerConnectionException(code, $"The connection ended: {code} ({(uint)code})");
    }

    /// <summary>Fails everything that waits and will be submitted.</summary>
    private void End(LedgerConnectionException reason)
    {
        lock (_submitLock) _ended ??= reason;
        _established.TrySetException(_ended);
        _ = _established.Task.Exception; // observed: nobody waits for it after the first connection
        PendingQuery[] queries;
        List<CommandBatch> batches = [];
        lock (_sendLock)
        {
            if (_link is { } link) link.Established = false;
            queries = [.. _queries.Values];
            _queries.Clear();
            _unsentQueries.Clear();
            for (long tail = Volatile.Read(ref _tail); _head < tail; Volatile.Write(ref _head, _head + 1))
            {
                ref CommandBatch? slot = ref _ring[_head & (RingSize - 1)];
                if (slot is not null) batches.Add(slot);
                slot = null;
            }

            _sent = _head;
        }

        foreach (PendingQuery query in queries) query.Fail(_ended);
        foreach (CommandBatch batch in batches) batch.Fail(_ended);
    }

    private void ThrowIfEnded()
    {
        if (_ended is { } ended) throw new LedgerConnectionException(ended.Code, ended.Message, ended);
        ObjectDisposedException.ThrowIf(_disposed, this);
    }
}
