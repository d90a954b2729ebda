// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

// The chunks, from everybody who holds the state.
public sealed partial class StateSyncClient
{
    private bool TryFetch(long nowNs, out StateSyncQuery query)
    {
        query = default;
        if (_progress!.Written == _progress.Total)
        {
            State = StateSyncState.Complete;
            return false;
        }

        bool hope = false;
        int lacking = 0, connected = 0;
        foreach (SyncServer server in _servers)
        {
            if (!server.IsConnected || server.IsStruck) continue;
            connected++;
            lacking += server.Lacks ? 1 : 0;
        }

        // When most have moved on, whoever still answers may do so as slowly as it likes: a newer state has more servers.
        if (2 * lacking > connected)
        {
            SeekAgain();
            return TrySeek(nowNs, out query);
        }

        for (int i = 0; i < _servers.Count; i++)
        {
            SyncServer server = _servers[(_turn + i) % _servers.Count];
            if (!server.IsUsable(nowNs) || server.Lacks) continue;
            hope = true;
            if (server.InFlight >= _options.InFlightPerServer || !_progress.TryTake(out int table, out ulong chunk)) continue;
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

        if (!hope && _open.Count == 0) SeekAgain();
        return false;
    }

    /// <returns>False when nobody honest sends this.</returns>
    private bool ReceiveChunk(SyncServer server, in OpenQuery open, ReadOnlySpan<byte> answer)
    {
        if (!StateEncoding.TryReadChunk(answer, out StateChunk head, out ReadOnlySpan<Hash256> siblings, out ReadOnlySpan<byte> records)) return false;
        StateTableEntry table = _target!.Tables[open.Table];
        if (head.Height != _target.Height || head.Table != table.Id || head.Chunk != open.Chunk) return false;
        if (!_verifier.Verify(in table, open.Chunk, records, siblings)) return false;
        _sink.Write(open.Table, (uint)(open.Chunk * StateGeometry.RecordsPerChunk(table)), records);
        _progress!.Finish(open.Table, open.Chunk);
        server.Succeed();
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
