// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Protocol.StateSync;

// Which state to fetch: the newest that a quorum certified, from whoever failed least.
public sealed partial class StateSyncClient
{
    private bool TrySeek(long nowNs, out StateSyncQuery query)
    {
        bool all = true;
        foreach (SyncServer server in _servers)
        {
            if (server.HasAnswered || server.IsStruck || !server.IsConnected) continue;
            all = false;
            if (server.InFlight > 0 || !server.IsUsable(nowNs)) continue;
            query = StateSyncQuery.Manifest(server.Node, Open(server, -1, 0, nowNs));
            return true;
        }

        query = default;
        if (nowNs < _choiceAtNs && !all) return false;
        Choose(nowNs);
        return false;
    }

    private void Choose(long nowNs)
    {
        SyncServer? best = null;
        foreach (SyncServer server in _servers)
        {
            if (server.Offer is not { } offer || server.IsStruck || !server.IsConnected) continue;
            if (best is null || server.Failures < best.Failures || (server.Failures == best.Failures && offer.Height > best.Offer!.Height)) best = server;
        }

        if (best is null)
        {
            // Nobody has a state to give out yet: ask again after a while.
            foreach (SyncServer server in _servers)
            {
                if (!server.HasAnswered) continue;
                server.HasAnswered = false;
                server.Bench(nowNs + (_options.ChoiceMs * NsPerMs));
            }

            _choiceAtNs = long.MaxValue;
            return;
        }

        SyncTarget target = best.Offer!;
        foreach (SyncServer server in _servers) server.Lacks = false;
        for (int i = _open.Count - 1; i >= 0; i--) Close(i, Find(_open[i].Node)!);
        if (_target is not null && _target.StateRoot == target.StateRoot && _target.Height == target.Height)
        {
            State = StateSyncState.Fetching;
            return;
        }

        if (!_sink.TryBegin(target.Height, target.StateRoot, target.Tables))
        {
            State = StateSyncState.Unfit;
            return;
        }

        _target = target;
        _progress = new ChunkProgress(target.Tables);
        State = StateSyncState.Fetching;
    }

    /// <summary>Nobody can be asked for this state: look for another, or for the same anew.</summary>
    private void SeekAgain()
    {
        State = StateSyncState.Seeking;
        _choiceAtNs = long.MaxValue;
        for (int i = _open.Count - 1; i >= 0; i--) Close(i, Find(_open[i].Node)!);
        foreach (SyncServer server in _servers)
        {
            server.HasAnswered = false;
            server.Lacks = false;
            server.Offer = null;
        }
    }

    private void NoteAnswer(SyncServer server, long nowNs)
    {
        server.HasAnswered = true;
        _choiceAtNs = Math.Min(_choiceAtNs, nowNs + (_options.ChoiceMs * NsPerMs));
    }

    /// <returns>False when nobody honest sends this.</returns>
    private bool ReceiveManifest(SyncServer server, ReadOnlySpan<byte> answer, long nowNs)
    {
        if (State != StateSyncState.Seeking) return true; // decided meanwhile
        if (!StateEncoding.TryReadManifest(answer, out StateManifest head, out ReadOnlySpan<StateTableEntry> tables, out ReadOnlySpan<byte> certificate)) return false;
        if (!StateGeometry.IsSound(tables) || Blake3.Hash(MemoryMarshal.AsBytes(tables)) != head.StateRoot) return false;
        AnchorAnswer certified = _anchor.Check(head.Height, head.StateRoot, certificate);
        if (certified == AnchorAnswer.Invalid) return false;
        NoteAnswer(server, nowNs);
        if (certified == AnchorAnswer.Unknown || head.Height < _options.LeastHeight) return true;
        server.Offer = new SyncTarget(head.Height, head.StateRoot, tables.ToArray(), certificate.ToArray());
        return true;
    }
}
