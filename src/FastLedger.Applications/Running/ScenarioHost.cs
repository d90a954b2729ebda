// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Running;

/// <summary>The ledger that scenarios are played on: one replica or several, whose block time the host can advance.</summary>
public sealed class ScenarioHost : IAsyncDisposable
{
    private readonly Action<TimeSpan> _advance;
    private readonly List<SigningKey> _keys = [];
    private readonly List<LedgerClient> _observers = [];

    private ScenarioHost(IReadOnlyList<EndPoint> endpoints, IReadOnlyList<Hash256> validators, Action<TimeSpan> advance)
    {
        Endpoints = endpoints;
        Validators = validators;
        _advance = advance;
    }

    /// <summary>Addresses of the replicas.</summary>
    public IReadOnlyList<EndPoint> Endpoints { get; }

    /// <summary>Keys of the validators, by ascending node number: what documents are judged by.</summary>
    public IReadOnlyList<Hash256> Validators { get; }

    /// <summary>Connected to the first replica.</summary>
    internal LedgerClient Observer => _observers[0];

    /// <summary>One for each replica.</summary>
    internal IReadOnlyList<LedgerClient> Observers => _observers;

    /// <summary>Connects to a ledger.</summary>
    /// <param name="endpoints">Addresses of the replicas, at least one.</param>
    /// <param name="validators">Their keys, by ascending node number.</param>
    /// <param name="advance">Moves the clock that block time comes from.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LedgerConnectionException">A replica does not answer.</exception>
    public static async Task<ScenarioHost> ConnectAsync(
        IReadOnlyList<EndPoint> endpoints, IReadOnlyList<Hash256> validators, Action<TimeSpan> advance, CancellationToken cancellationToken = default)
    {
        var host = new ScenarioHost(endpoints, validators, advance);
        try
        {
            foreach (EndPoint endpoint in endpoints)
            {
                SigningKey key = SigningKey.Generate();
                host._keys.Add(key);
                host._observers.Add(await ConnectAsync(key, [endpoint], cancellationToken).ConfigureAwait(false));
            }

            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a session.</summary>
    internal Task<LedgerClient> ConnectAsync(SigningKey key, CancellationToken cancellationToken) => ConnectAsync(key, Endpoints, cancellationToken);

    /// <summary>Lets time pass: block time moves, and a block is made that carries out what is due.</summary>
    internal async ValueTask PassAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        _advance(time);
        await Observer.ExecuteAsync(new TransferCommand { Opcode = Opcode.Noop }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (LedgerClient observer in _observers) await observer.DisposeAsync().ConfigureAwait(false);
        foreach (SigningKey key in _keys) key.Dispose();
    }

    private static Task<LedgerClient> ConnectAsync(SigningKey key, IReadOnlyList<EndPoint> endpoints, CancellationToken cancellationToken) =>
        LedgerClient.ConnectAsync(new ClientOptions { Endpoints = endpoints, Key = key, Deadline = TimeSpan.FromSeconds(30) }, cancellationToken);
}
