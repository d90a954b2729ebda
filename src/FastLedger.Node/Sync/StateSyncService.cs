// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using FastLedger.Consensus;
using FastLedger.Network.Peers;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Node.Sync;

/// <summary>Answers peers that fetch the state, on a thread of its own. A peer has few queries open; more are dropped, and asked again.</summary>
/// <remarks>Thread: <see cref="TryAdd"/> the connections'. Alloc: none per query. Blocks: no.</remarks>
internal sealed class StateSyncService : IDisposable
{
    private const int MaxPerPeer = 16;
    private const int QueryBytes = 32;
    private const int FullQueuePauseMs = 2;
    private const int MaxTries = 1000;
    private const int IdleMs = 1000;

    private readonly StateCopies _copies;
    private readonly PeerNetwork _network;
    private readonly StateSyncServer _server;
    private readonly Queue<Query> _queries = new(MaxPerPeer * 4);
    private readonly int[] _perPeer = new int[ValidatorSet.MaxCount];
    private readonly byte[] _answer = new byte[StateSyncServer.MaxAnswerBytes];
    private readonly Thread _thread;
    private bool _stopping;

    public StateSyncService(StateCopies copies, PeerNetwork network)
    {
        _copies = copies;
        _network = network;
        _server = new StateSyncServer(copies);
        _thread = new Thread(Run) { Name = "fastledger-state", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Is it a query for this service?</summary>
    public static bool IsQuery(ushort template) => (TemplateId)template is TemplateId.StateManifestQuery or TemplateId.StateChunkQuery or TemplateId.StateWindowQuery or TemplateId.StateEpochQuery;

    /// <summary>Takes a query.</summary>
    public void TryAdd(int node, ushort template, ReadOnlySpan<byte> query)
    {
        if (query.Length > QueryBytes) return;
        lock (_queries)
        {
            if (_stopping || _perPeer[node] >= MaxPerPeer) return;
            _perPeer[node]++;
            _queries.Enqueue(new Query(node, template, query));
            Monitor.Pulse(_queries);
        }
    }

    public void Dispose()
    {
        lock (_queries)
        {
            _stopping = true;
            Monitor.Pulse(_queries);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (TryTake(out Query query))
        {
            if (query.Template == 0)
            {
                _copies.ReleaseUnused();
                continue;
            }

            Span<byte> bytes = query.Bytes;
            StateServing serving = _copies.Answer(_server, query.Template, bytes[..query.Length], _answer, out ushort template, out int length);
            if (serving == StateServing.Malformed || !_network.IsConnected(query.Node)) continue;
            bool sent = serving == StateServing.Send && _network.TrySend(query.Node, PeerPriority.Bulk, template, _answer.AsSpan(0, length));
            if (!sent) TryAgain(query);
        }
    }

    /// <summary>A peer that does not read waits behind the others, not they behind it.</summary>
    private void TryAgain(Query query)
    {
        if (++query.Tries == MaxTries) return;
        bool isAlone;
        lock (_queries)
        {
            isAlone = _queries.Count == 0;
            _perPeer[query.Node]++;
            _queries.Enqueue(query);
        }

        if (isAlone || query.Tries > 1) Thread.Sleep(FullQueuePauseMs);
    }

    /// <returns>False when the service stops; a query without template when there was none for a while.</returns>
    private bool TryTake(out Query query)
    {
        lock (_queries)
        {
            query = default;
            if (_queries.Count == 0 && !_stopping) Monitor.Wait(_queries, IdleMs);
            if (_stopping) return false;
            if (_queries.TryDequeue(out query)) _perPeer[query.Node]--;
            return true;
        }
    }

    private struct Query
    {
        public Query(int node, ushort template, ReadOnlySpan<byte> bytes)
        {
            Node = node;
            Template = template;
            Length = bytes.Length;
            bytes.CopyTo(Bytes);
        }

        public int Node { get; }

        public ushort Template { get; }

        public int Length { get; }

        /// <summary>How often it was answered in vain.</summary>
        public int Tries { get; set; }

        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public Span<byte> Bytes => _bytes;

        private Image _bytes;

        [System.Runtime.CompilerServices.InlineArray(QueryBytes)]
        private struct Image
        {
            private byte _first;
        }
    }
}
