// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.StateSync;

// Which state to fetch: one that a quorum certified; of whoever failed least, then that of most servers, then the newest.
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
            query = server.IsAhead
                ? StateSyncQuery.Epoch(server.Node, Open(server, EpochQuery, 0, nowNs), _anchor.Epoch)
                : StateSyncQuery.Manifest(server.Node, Open(server, ManifestQuery, 0, nowNs));
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
        PutStaleAside();
        foreach (SyncServer server in _servers)
        {
            if (server.Offer is null || server.IsStruck || !server.IsConnected) continue;
            if (best is null || Rank(server).CompareTo(Rank(best)) > 0) best = server;
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
        foreach (SyncServer server in _servers)
        {
            server.Lacks = false;
            server.WasAsked = false;
            server.HasDelivered = false;
        }

        _chosenAtNs = _progressAtNs = nowNs;
        _writtenWhenChosen = 0;
        for (int i = _open.Count - 1; i >= 0; i--) Close(i, Find(_open[i].Node)!);
        if (_target is not null && _target.StateRoot == target.StateRoot && _target.Height == target.Height)
        {
            _writtenWhenChosen = WrittenChunks;
            State = StateSyncState.Fetching;
            return;
        }

        if (!_sink.TryBegin(target.Height, target.StateRoot, target.Tables))
        {
            State = StateSyncState.Unfit;
            return;
        }

        Keeper?.Keep((ushort)TemplateId.StateManifest, target.Manifest);
        Begin(target);
    }

    private void Begin(SyncTarget target)
    {
        _target = target;
        _progress = new ChunkProgress(target.Tables);
        _windows = null;
        State = StateSyncState.Fetching;
    }

    /// <summary>A genuine state that is far behind would leave too many blocks to catch up with.</summary>
    private void PutStaleAside()
    {
        ulong newest = 0;
        foreach (SyncServer server in _servers)
            if (server is { Offer: { } offer, IsStruck: false, IsConnected: true }) newest = Math.Max(newest, offer.Height);
        foreach (SyncServer server in _servers)
        {
            if (server.Offer is not { } offer || newest - Math.Min(newest, offer.Height) <= _options.StaleBlocks) continue;
            server.Offer = null;
            PutAside?.Invoke(server.Node, StateSyncFault.Stale);
        }
    }

    private (int Failures, int Offers, ulong Height) Rank(SyncServer server)
    {
        SyncTarget offer = server.Offer!;
        int offers = 0;
        foreach (SyncServer other in _servers)
            if (!other.IsStruck && other.Offer is { } theirs && theirs.Height == offer.Height && theirs.StateRoot == offer.StateRoot) offers++;
        return (-server.Failures, offers, offer.Height);
    }

    /// <summary>Nobody gives this state out: look for another, or for the same anew. Whoever offers must deliver.</summary>
    private void SeekAgain(long nowNs)
    {
        foreach (SyncServer server in _servers)
        {
            if (server.Offer is not { } offer || offer.StateRoot != _target!.StateRoot || !((server.WasAsked && !server.HasDelivered) || server.Lacks)) continue;
            server.Fail(nowNs, 0);
            if (server.Lacks) PutAside?.Invoke(server.Node, StateSyncFault.Stale);
        }

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

    /// <returns>What nobody honest does; null for an answer that is good.</returns>
    private StateSyncFault? ReceiveManifest(SyncServer server, ReadOnlySpan<byte> answer, long nowNs)
    {
        if (State != StateSyncState.Seeking) return null; // decided meanwhile
        if (ReadManifest(answer, out SyncTarget? target) is not { } certified) return StateSyncFault.Malformed;
        if (certified == AnchorAnswer.Invalid) return StateSyncFault.FalseManifest;
        server.IsAhead = certified == AnchorAnswer.Unknown;
        if (server.IsAhead) return null; // its epochs are asked for first
        NoteAnswer(server, nowNs);
        if (certified == AnchorAnswer.Outdated || target!.Height < _options.LeastHeight)
        {
            PutAside?.Invoke(server.Node, StateSyncFault.Stale);
            return null;
        }

        server.Offer = target;
        return null;
    }

    /// <returns>What the anchor thinks of it; null when it is no manifest.</returns>
    private AnchorAnswer? ReadManifest(ReadOnlySpan<byte> answer, out SyncTarget? target)
    {
        target = null;
        if (!StateEncoding.TryReadManifest(answer, out StateManifest head, out ReadOnlySpan<StateTableEntry> tables, out ReadOnlySpan<byte> certificate, out ReadOnlySpan<byte> block))
            return null;
        if (!StateGeometry.IsSound(tables) || Blake3.Hash(MemoryMarshal.AsBytes(tables)) != head.StateRoot) return AnchorAnswer.Invalid;
        AnchorAnswer certified = _anchor.Check(head.Height, head.StateRoot, certificate, block);
        if (certified is AnchorAnswer.Valid or AnchorAnswer.Outdated)
            target = new SyncTarget(head.Height, head.StateRoot, tables.ToArray(), certificate.ToArray(), block.ToArray(), answer.ToArray());
        return certified;
    }

    /// <returns>What nobody honest does; null for an answer that is good.</returns>
    private StateSyncFault? ReceiveEpoch(SyncServer server, ReadOnlySpan<byte> answer, long nowNs)
    {
        if (!StateEncoding.TryReadWithBytes(answer, static head => head.ProofBytes, out StateEpoch head, out ReadOnlySpan<byte> proof) || head.Reserved0 != 0) return StateSyncFault.Malformed;
        server.IsAhead = false; // its manifest is asked for again
        if (head.Epoch < _anchor.Epoch) return null; // somebody else was sooner
        if (head.Epoch > _anchor.Epoch || !_anchor.TryAdvance(proof)) return StateSyncFault.FalseEpoch;
        Keeper?.Keep((ushort)TemplateId.StateEpoch, answer);
        server.Bench(nowNs);
        return null;
    }
}
