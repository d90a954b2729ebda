// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Network.Peers;
using FastLedger.Protocol.StateSync;
using FastLedger.Storage;

namespace FastLedger.Node.Sync;

/// <summary>Runs a <see cref="StateSyncClient"/> over a peer network that does nothing else meanwhile.</summary>
/// <remarks>Thread: any. Alloc: none per chunk. Blocks: a short lock.</remarks>
internal sealed class StateFetcher : IPeerReceiver
{
    private const int TurnMs = 2;
    private const int LinesPerServer = 5;

    private readonly Lock _lock = new();
    private readonly StateSyncClient _client;
    private readonly Dictionary<int, int> _lines = [];
    private readonly Action<string> _progress;
    private readonly FetchedAnswers _kept;
    private ExceptionDispatchInfo? _fault;

    /// <param name="options">How.</param>
    /// <param name="sink">Takes the state.</param>
    /// <param name="anchor">Judges certificates.</param>
    /// <param name="kept">Keeps what is believed.</param>
    /// <param name="progress">Told which servers are put aside, and why.</param>
    public StateFetcher(StateSyncOptions options, IStateSink sink, IStateAnchor anchor, FetchedAnswers kept, Action<string>? progress = null)
    {
        _progress = progress ?? (static _ => { });
        _kept = kept;
        _client = new StateSyncClient(options, sink, anchor) { PutAside = Report, Keeper = kept };
    }

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
        if (template is not (>= 170 and <= 179 or >= 190 and <= 199)) return true; // consensus goes on without us
        lock (_lock)
        {
            try
            {
                if (_fault is null) _client.Receive(node, template, body, NowNs());
            }
            catch (StorageFaultException fault)
            {
                _fault = ExceptionDispatchInfo.Capture(fault); // thrown where the join waits for its end
            }
        }

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

    /// <summary>Takes what an earlier attempt fetched. Before the network is started.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public void Recall(CancellationToken cancellationToken)
    {
        lock (_lock) _kept.Recall(_client, NowNs(), cancellationToken);
    }

    /// <summary>Fetches until the state is complete, or this replica turns out to be unfit for it.</summary>
    /// <returns>The client, whose work is done.</returns>
    /// <exception cref="StorageFaultException">What was fetched could not be kept.</exception>
    public async Task<StateSyncClient> RunAsync(PeerNetwork network, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                _fault?.Throw();
                long nowNs = NowNs();
                while (_client.TryNext(nowNs, out StateSyncQuery query))
                    if (!network.TrySend(query.Node, PeerPriority.Control, query.Template, query.Message)) _client.Withdraw(in query, nowNs);
                if (_client.State is StateSyncState.Complete or StateSyncState.Unfit) return _client;
            }

            await Task.Delay(TurnMs, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Height of the state that is fetched, chunks written, and chunks known of.</summary>
    public (ulong Height, ulong Written, ulong Total) Position()
    {
        lock (_lock) return (_client.Height, _client.WrittenChunks, _client.TotalChunks);
    }

    /// <summary>A server that is silent again and again is named a few times, not for ever.</summary>
    private void Report(int node, StateSyncFault fault)
    {
        int lines = _lines.GetValueOrDefault(node);
        _lines[node] = lines + 1;
        if (lines < LinesPerServer) _progress(FormattableString.Invariant($"Node {node} is put aside: {Describe(fault)}."));
    }

    private static string Describe(StateSyncFault fault) => fault switch
    {
        StateSyncFault.FalseManifest => "no quorum signed what it offers, for good",
        StateSyncFault.FalseRecords => "its records do not lead to the certified root, for good",
        StateSyncFault.FalseWindow => "its results of a session do not lead to the certified root, for good",
        StateSyncFault.FalseEpoch => "its proof of an epoch's end proves nothing, for good",
        StateSyncFault.Malformed => "its message has no valid form, for good",
        StateSyncFault.Stale => "its state is far behind that of others",
        StateSyncFault.Slow => "it answers slowly",
        _ => "it did not answer in time",
    };

    private static long NowNs() => (long)(System.Diagnostics.Stopwatch.GetTimestamp() * (1e9 / System.Diagnostics.Stopwatch.Frequency));
}
