// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;

namespace FastLedger.Node.Edge;

/// <summary>Serves clients of a replica that has no ledger yet: it answers how the replica is, and sends everybody else away.</summary>
internal sealed class StatusListener : IAsyncDisposable
{
    private readonly StageRings _rings;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ClientListener _listener;

    public StatusListener(NodeOptions options, in Hash256 chainId, StatusBoard board)
    {
        _rings = new StageRings(options);
        _listener = new ClientListener(options, chainId, new ConnectionTable(options.Limits.Connections), _rings, new StageTimes(), board, _stopped.Token);
    }

    public void Start() => _listener.Start();

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        _stopped.Dispose();
        _rings.Dispose();
    }
}
