// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.StateSync;

/// <summary>
/// Fetches a certified state from several servers at a time. It does no I/O and has no clock; whoever owns it sends what
/// <see cref="TryNext"/> gives, and hands it what comes.
/// </summary>
/// <remarks>
/// Nothing is believed: a manifest counts when a quorum certified its root and its tables hash to it, a chunk when its records and path lead
/// to its table's root, a session's results when they lead to the digest in the session's record. The validators of later epochs are believed
/// on the word of those before them. Whoever sends anything else is struck and not asked again; whoever does not answer is asked less. So as long as one
/// honest server answers, the state arrives. Memory: three bits per chunk, a manifest per server, and a fixed number of open queries.
/// Times are nanoseconds of a clock that never goes back. Thread: one at a time. Alloc: per search. Blocks: no.
/// </remarks>
public sealed partial class StateSyncClient
{
    private const long NsPerMs = 1_000_000;
    private const int ManifestQuery = -1, EpochQuery = -2;

    private readonly StateSyncOptions _options;
    private readonly IStateSink _sink;
    private readonly IStateAnchor _anchor;
    private readonly List<SyncServer> _servers = [];
    private readonly List<OpenQuery> _open = [];
    private readonly ChunkVerifier _verifier = new();
    private SyncTarget? _target;
    private ChunkProgress? _progress;
    private WindowProgress? _windows;
    private long _choiceAtNs = long.MaxValue;
    private long _chosenAtNs, _progressAtNs;
    private ulong _writtenWhenChosen;
    private ulong _requestId;
    private int _turn;

    /// <summary>Begins to look for a state.</summary>
    /// <param name="options">How.</param>
    /// <param name="sink">Takes the state.</param>
    /// <param name="anchor">Judges certificates.</param>
    public StateSyncClient(StateSyncOptions options, IStateSink sink, IStateAnchor anchor)
    {
        ArgumentNullException.ThrowIfNull(options);
        Invariant.Check(options.InFlightPerServer > 0);
        _options = options;
        _sink = sink;
        _anchor = anchor;
    }

    /// <summary>How far it is.</summary>
    public StateSyncState State { get; private set; }

    /// <summary>Height of the state that is fetched; 0 while it is sought.</summary>
    public ulong Height => _target?.Height ?? 0;

    /// <summary>Root of the state that is fetched.</summary>
    public Hash256 StateRoot => _target?.StateRoot ?? default;

    /// <summary>Certificate of the state that is fetched.</summary>
    public ReadOnlySpan<byte> Certificate => _target is null ? default : _target.Certificate;

    /// <summary>The block after which the state is what is fetched.</summary>
    public ReadOnlySpan<byte> Block => _target is null ? default : _target.Block;

    /// <summary>Chunks of the tables and, once those are there, of the sessions' windows.</summary>
    public ulong TotalChunks => (_progress?.Total ?? 0) + (_windows?.Total ?? 0);

    /// <summary>Chunks verified and written.</summary>
    public ulong WrittenChunks => (_progress?.Written ?? 0) + (_windows?.Written ?? 0);

    /// <summary>Told which server is put aside, and why.</summary>
    public Action<int, StateSyncFault>? PutAside { get; set; }

    /// <summary>Servers that lied.</summary>
    public int StruckServers { get; private set; }

    /// <summary>Answers that did not come in time.</summary>
    public long Timeouts { get; private set; }

    /// <summary>A server can be asked: it is connected (again).</summary>
    public void Connect(int node)
    {
        if (Find(node) is { } known) known.IsConnected = true;
        else _servers.Add(new SyncServer(node));
    }

    /// <summary>A server cannot be asked any more; what it was asked is asked of others.</summary>
    public void Disconnect(int node)
    {
        if (Find(node) is not { } server) return;
        server.IsConnected = false;
        for (int i = _open.Count - 1; i >= 0; i--)
            if (_open[i].Node == node) Close(i, server);
    }

    /// <summary>True when a server lied.</summary>
    public bool IsStruck(int node) => Find(node) is { IsStruck: true };

    /// <summary>The next query to send, if there is one now. Call until there is none, after every answer and every few milliseconds.</summary>
    /// <param name="nowNs">The time.</param>
    /// <param name="query">Whom to ask what.</param>
    public bool TryNext(long nowNs, out StateSyncQuery query)
    {
        Expire(nowNs);
        query = default;
        if (State == StateSyncState.Seeking && TrySeek(nowNs, out query)) return true;
        return State == StateSyncState.Fetching && TryFetch(nowNs, out query);
    }

    /// <summary>The query could not be sent: its server has no room.</summary>
    public void Withdraw(in StateSyncQuery query, long nowNs)
    {
        int index = IndexOf(query.Node, query.RequestId);
        if (index < 0) return;
        SyncServer server = Find(query.Node)!;
        Close(index, server);
        server.Bench(nowNs + NsPerMs);
    }

    /// <summary>Takes an answer.</summary>
    /// <param name="node">Whom it is from, proven.</param>
    /// <param name="template">Its template.</param>
    /// <param name="answer">Its bytes.</param>
    /// <param name="nowNs">The time.</param>
    public void Receive(int node, ushort template, ReadOnlySpan<byte> answer, long nowNs)
    {
        if (Find(node) is not { IsStruck: false } server) return;
        ulong requestId = answer.Length < sizeof(ulong) ? 0 : MemoryMarshal.Read<ulong>(answer);
        int index = IndexOf(node, requestId);
        if (index < 0) return; // it came too late, and somebody else was asked
        OpenQuery open = _open[index];
        Close(index, server);
        StateSyncFault? fault = (TemplateId)template switch
        {
            TemplateId.StateManifest when open.Table == ManifestQuery => ReceiveManifest(server, answer, nowNs),
            TemplateId.StateEpoch when open.Table == EpochQuery => ReceiveEpoch(server, answer, nowNs),
            TemplateId.StateChunk when IsTable(open.Table) => ReceiveChunk(server, in open, answer, nowNs),
            TemplateId.StateWindow when IsWindow(open.Table) => ReceiveWindow(server, in open, answer, nowNs),
            TemplateId.StateRefusal => ReceiveRefusal(server, in open, answer, nowNs),
            _ => StateSyncFault.Malformed,
        };
        if (fault is { } lie) Strike(server, lie);
    }

    private bool IsTable(int place) => place >= 0 && place < _target!.Tables.Length;

    private bool IsWindow(int place) => place >= 0 && place >= _target!.Tables.Length;

    private SyncServer? Find(int node)
    {
        foreach (SyncServer server in _servers)
            if (server.Node == node) return server;
        return null;
    }

    private int IndexOf(int node, ulong requestId)
    {
        for (int i = 0; i < _open.Count; i++)
            if (_open[i].RequestId == requestId && _open[i].Node == node) return i;
        return -1;
    }

    private ulong Open(SyncServer server, int table, ulong chunk, long nowNs)
    {
        ulong requestId = ++_requestId;
        _open.Add(new OpenQuery(server.Node, requestId, table, chunk, nowNs, nowNs + server.TimeoutNs(_options.TimeoutMs * NsPerMs)));
        server.WasAsked |= table >= 0;
        server.InFlight++;
        return requestId;
    }

    private void Close(int index, SyncServer server)
    {
        OpenQuery open = _open[index];
        _open[index] = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        server.InFlight--;
        if (open.Table < 0) return;
        if (IsTable(open.Table)) _progress!.GiveBack(open.Table, open.Chunk);
        else _windows?.GiveBack(open.Table - _target!.Tables.Length, open.Chunk);
    }

    private void Expire(long nowNs)
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            if (nowNs < _open[i].DeadlineNs) continue;
            SyncServer server = Find(_open[i].Node)!;
            Close(i, server);
            server.Fail(nowNs, _options.TimeoutMs * NsPerMs);
            Timeouts++;
            PutAside?.Invoke(server.Node, StateSyncFault.Silent);
        }
    }

    private void Strike(SyncServer server, StateSyncFault fault)
    {
        PutAside?.Invoke(server.Node, fault);
        server.IsStruck = true;
        server.Offer = null;
        StruckServers++;
        for (int i = _open.Count - 1; i >= 0; i--)
            if (_open[i].Node == server.Node) Close(i, server);
    }

    /// <summary>A query without an answer; places behind the last table are windows.</summary>
    private readonly record struct OpenQuery(int Node, ulong RequestId, int Table, ulong Chunk, long AskedAtNs, long DeadlineNs);
}
