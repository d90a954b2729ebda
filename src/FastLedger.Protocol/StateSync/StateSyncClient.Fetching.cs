// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.StateSync;

// The chunks, from everybody who holds the state.
public sealed partial class StateSyncClient
{
    private const int StallTimeouts = 4;
    private const int TrickleMs = 100;

    private bool TryFetch(long nowNs, out StateSyncQuery query)
    {
        query = default;
        if (Advance()) return false;
        if (!_servers.Exists(static server => server.IsConnected && !server.IsStruck))
        {
            _chosenAtNs = _progressAtNs = nowNs; // nobody is there who could have answered: that is no reason to look for another state
            _writtenWhenChosen = WrittenChunks;
            return false;
        }

        if (IsHopeless(nowNs))
        {
            SeekAgain(nowNs);
            return TrySeek(nowNs, out query);
        }

        bool hope = _open.Count > 0;
        for (int i = 0; i < _servers.Count; i++)
        {
            SyncServer server = _servers[(_turn + i) % _servers.Count];
            if (!server.IsUsable(nowNs) || server.Lacks) continue;
            hope = true;
            if (server.InFlight >= _options.InFlightPerServer) continue;
            if (!TryTake(out int table, out ulong chunk) && !TryHedge(server, nowNs, out table, out chunk)) continue;
            _turn = (_turn + i + 1) % _servers.Count;
            query = StateSyncQuery.Part(server.Node, IsTable(table) ? TemplateId.StateChunkQuery : TemplateId.StateWindowQuery, new StateChunkQuery
            {
                RequestId = Open(server, table, chunk, nowNs),
                Height = _target!.Height,
                Table = IsTable(table) ? _target.Tables[table].Id : _windows!.SessionOf(table - _target.Tables.Length),
                Chunk = chunk,
            });
            return true;
        }

        if (!hope) SeekAgain(nowNs);
        return false;
    }

    /// <summary>From the tables to the windows, and from those to the end.</summary>
    /// <returns>True when everything is there.</returns>
    private bool Advance()
    {
        if (_progress!.Written < _progress.Total) return false;
        _windows ??= new WindowProgress(_sink.Windows());
        if (_windows.Written < _windows.Total) return false;
        State = StateSyncState.Complete;
        return true;
    }

    private bool TryTake(out int place, out ulong chunk)
    {
        if (_windows is null) return _progress!.TryTake(out place, out chunk);
        bool found = _windows.TryTake(out place, out chunk);
        place += _target!.Tables.Length;
        return found;
    }

    /// <summary>When nothing else is left, what was asked of one server a while ago may be asked of another one too.</summary>
    private bool TryHedge(SyncServer server, long nowNs, out int table, out ulong chunk)
    {
        foreach (OpenQuery open in _open)
        {
            if (open.Table < 0 || nowNs - open.AskedAtNs < _options.ChoiceMs * NsPerMs || IsAsked(server, open.Table, open.Chunk)) continue;
            table = open.Table;
            chunk = open.Chunk;
            return true;
        }

        table = 0;
        chunk = 0;
        return false;
    }

    private bool IsAsked(SyncServer server, int table, ulong chunk)
    {
        foreach (OpenQuery open in _open)
            if (open.Node == server.Node && open.Table == table && open.Chunk == chunk) return true;
        return false;
    }

    /// <summary>
    /// Nothing has come for long, or most servers have moved on and the rest trickle: a newer state has more servers.
    /// </summary>
    private bool IsHopeless(long nowNs)
    {
        long timeoutNs = _options.TimeoutMs * NsPerMs;
        if (nowNs - _progressAtNs >= StallTimeouts * timeoutNs) return true;
        int lacking = 0, connected = 0;
        foreach (SyncServer server in _servers)
        {
            if (!server.IsConnected || server.IsStruck) continue;
            connected++;
            lacking += server.Lacks ? 1 : 0;
        }

        long expected = (nowNs - _chosenAtNs - timeoutNs) / (TrickleMs * NsPerMs);
        return 2 * lacking > connected && (long)(WrittenChunks - _writtenWhenChosen) < expected;
    }

    /// <returns>What nobody honest does; null for an answer that is good.</returns>
    private StateSyncFault? ReceiveChunk(SyncServer server, in OpenQuery open, ReadOnlySpan<byte> answer, long nowNs)
    {
        if (!StateEncoding.TryReadChunk(answer, out StateChunk head, out ReadOnlySpan<Hash256> siblings, out ReadOnlySpan<byte> records)) return StateSyncFault.Malformed;
        StateTableEntry table = _target!.Tables[open.Table];
        if (head.Height != _target.Height || head.Table != table.Id || head.Chunk != open.Chunk) return StateSyncFault.Malformed;
        if (!_verifier.Verify(in table, open.Chunk, records, siblings)) return StateSyncFault.FalseRecords;
        NoteDelivery(server, open, nowNs);
        if (TryWrite(open.Table, open.Chunk, records)) NoteProgress((ushort)TemplateId.StateChunk, answer, nowNs);
        return null;
    }

    /// <summary>Writes records that were verified.</summary>
    /// <returns>False when they were written before: somebody else was sooner.</returns>
    private bool TryWrite(int table, ulong chunk, ReadOnlySpan<byte> records)
    {
        if (_progress!.IsDone(table, chunk)) return false;
        _sink.Write(table, (uint)(chunk * StateGeometry.RecordsPerChunk(_target!.Tables[table])), records);
        _progress.Finish(table, chunk);
        _ = Advance();
        return true;
    }

    /// <returns>What nobody honest does; null for an answer that is good.</returns>
    private StateSyncFault? ReceiveWindow(SyncServer server, in OpenQuery open, ReadOnlySpan<byte> answer, long nowNs)
    {
        if (!StateEncoding.TryReadWithBytes(answer, static head => head.LinkBytes, out StateWindow head, out ReadOnlySpan<byte> links)) return StateSyncFault.Malformed;
        int window = open.Table - _target!.Tables.Length;
        if (head.Height != _target.Height || head.Session != _windows!.SessionOf(window) || head.Chunk != open.Chunk) return StateSyncFault.Malformed;
        if (_windows.IsDone(window, open.Chunk)) return null; // somebody else was sooner
        if (!TryWriteWindow(window, open.Chunk, links)) return StateSyncFault.FalseWindow;
        NoteDelivery(server, open, nowNs);
        NoteProgress((ushort)TemplateId.StateWindow, answer, nowNs);
        return null;
    }

    /// <summary>Writes the links that a window waits for.</summary>
    /// <returns>False when these are not they.</returns>
    private bool TryWriteWindow(int window, ulong chunk, ReadOnlySpan<byte> links)
    {
        if (!_windows!.TryAccept(window, chunk, links)) return false;
        ulong link = Math.Max(chunk * StateGeometry.LinksPerChunk, _windows.FirstLinkOf(window));
        for (; !links.IsEmpty; links = links[LinkChain.LinkBytes..]) _sink.WriteWindow(_windows.SessionOf(window), link++, links[..LinkChain.LinkBytes]);
        _ = Advance();
        return true;
    }

    private void NoteProgress(ushort template, ReadOnlySpan<byte> answer, long nowNs)
    {
        _progressAtNs = nowNs;
        Keeper?.Keep(template, answer);
    }

    private void NoteDelivery(SyncServer server, in OpenQuery open, long nowNs)
    {
        server.HasDelivered = true;
        long took = nowNs - open.AskedAtNs;
        if (took < _options.SlowMs * NsPerMs)
        {
            server.Succeed();
            return;
        }

        server.Fail(nowNs, took);
        PutAside?.Invoke(server.Node, StateSyncFault.Slow);
    }

    /// <returns>What nobody honest does; null for an answer that is good.</returns>
    private StateSyncFault? ReceiveRefusal(SyncServer server, in OpenQuery open, ReadOnlySpan<byte> answer, long nowNs)
    {
        if (!StateEncoding.TryReadExactly(answer, out StateRefusal refusal) || refusal.Code != ResultCode.NotFound || refusal.Reserved0 != 0) return StateSyncFault.Malformed;
        if (open.Table == ManifestQuery) NoteAnswer(server, nowNs);
        else if (open.Table == EpochQuery) server.Bench(nowNs + (_options.ChoiceMs * NsPerMs));
        else server.Lacks = true;
        return null;
    }
}
