// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

// The chunks, from everybody who holds the state.
public sealed partial class StateSyncClient
{
    private const int StallTimeouts = 4;
    private const int TrickleMs = 100;

    private bool TryFetch(long nowNs, out StateSyncQuery query)
    {
        query = default;
        if (_progress!.Written == _progress.Total)
        {
            State = StateSyncState.Complete;
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
            if (!_progress.TryTake(out int table, out ulong chunk) && !TryHedge(server, nowNs, out table, out chunk)) continue;
            _turn = (_turn + i + 1) % _servers.Count;
            query = StateSyncQuery.Chunk(server.Node, new StateChunkQuery
            {
                RequestId = Open(server, table, chunk, nowNs),
                Height = _target!.Height,
                Table = _target.Tables[table].Id,
                Chunk = chunk,
            });
            return true;
        }

        if (!hope) SeekAgain(nowNs);
        return false;
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
        return 2 * lacking > connected && (long)(_progress!.Written - _writtenWhenChosen) < expected;
    }

    /// <returns>False when nobody honest sends this.</returns>
    private bool ReceiveChunk(SyncServer server, in OpenQuery open, ReadOnlySpan<byte> answer, long nowNs)
    {
        if (!StateEncoding.TryReadChunk(answer, out StateChunk head, out ReadOnlySpan<Hash256> siblings, out ReadOnlySpan<byte> records)) return false;
        StateTableEntry table = _target!.Tables[open.Table];
        if (head.Height != _target.Height || head.Table != table.Id || head.Chunk != open.Chunk) return false;
        if (!_verifier.Verify(in table, open.Chunk, records, siblings)) return false;
        server.Succeed();
        server.HasDelivered = true;
        if (_progress!.IsDone(open.Table, open.Chunk)) return true; // somebody else was sooner
        _sink.Write(open.Table, (uint)(open.Chunk * StateGeometry.RecordsPerChunk(table)), records);
        _progress.Finish(open.Table, open.Chunk);
        _progressAtNs = nowNs;
        if (_progress.Written == _progress.Total) State = StateSyncState.Complete;
        return true;
    }

    /// <returns>False when nobody honest sends this.</returns>
    private bool ReceiveRefusal(SyncServer server, in OpenQuery open, ReadOnlySpan<byte> answer, long nowNs)
    {
        if (!StateEncoding.TryReadExactly(answer, out StateRefusal refusal) || refusal.Code != ResultCode.NotFound || refusal.Reserved0 != 0) return false;
        if (open.Table < 0) NoteAnswer(server, nowNs);
        else server.Lacks = true;
        return true;
    }
}
