// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network.Peers;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Node.Sync;

/// <summary>Runs a <see cref="StateSyncClient"/> over a peer network that does nothing else meanwhile.</summary>
/// <remarks>Thread: any. Alloc: none per chunk. Blocks: a short lock.</remarks>
internal sealed class StateFetcher(StateSyncOptions options, IStateSink sink, IStateAnchor anchor) : IPeerReceiver
{
    private const int TurnMs = 2;

    private readonly Lock _lock = new();
    private readonly StateSyncClient _client = new(options, sink, anchor);

    /// <summary>Servers that lied.</summary>
    public int StruckServers
    {
        get
        {
            lock (_lock) return _client.StruckServers;
        }
    }

    public bool TryReceive(int node, ushort template, ReadOnlySpan<byte> body)
    {
        if (template is < 170 or > 179) return true; // consensus goes on without us
        lock (_lock) _client.Receive(node, template, body, NowNs());
        return true;
    }

    public void OnConnected(int node)
    {
        lock (_lock) _client.Connect(node);
    }

    public void OnDisconnected(int node)
    {
        lock (_lock) _client.Disconnect(node);
    }

    /// <summary>Fetches until the state is complete, or this replica turns out to be unfit for it.</summary>
    /// <returns>The client, whose work is done.</returns>
    public async Task<StateSyncClient> RunAsync(PeerNetwork network, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                long nowNs = NowNs();
                while (_client.TryNext(nowNs, out StateSyncQuery query))
                    if (!network.TrySend(query.Node, PeerPriority.Control, query.Template, query.Message)) _client.Withdraw(in query, nowNs);
                if (_client.State is StateSyncState.Complete or StateSyncState.Unfit) return _client;
            }

            await Task.Delay(TurnMs, cancellationToken).ConfigureAwait(false);
        }
    }

    private static long NowNs() => (long)(System.Diagnostics.Stopwatch.GetTimestamp() * (1e9 / System.Diagnostics.Stopwatch.Frequency));
}
