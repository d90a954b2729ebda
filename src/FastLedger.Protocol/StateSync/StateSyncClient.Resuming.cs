// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.StateSync;

// A process that stops while it fetches goes on where it was, if the answers that it believed were kept.
public sealed partial class StateSyncClient
{
    /// <summary>Given every answer that is believed, once; null: nobody keeps them.</summary>
    public IStateKeeper? Keeper { get; set; }

    /// <summary>Takes an answer that was kept, in the order of keeping and before any server is connected. It is judged like one that comes now.</summary>
    /// <param name="template">Its template.</param>
    /// <param name="answer">Its bytes.</param>
    /// <param name="nowNs">The time.</param>
    /// <returns>False, and nothing happened, when it proves nothing or is not needed: it is damaged, or belongs to another state.</returns>
    public bool TryRecall(ushort template, ReadOnlySpan<byte> answer, long nowNs)
    {
        Invariant.Check(_servers.Count == 0);
        bool isRecalled = (TemplateId)template switch
        {
            TemplateId.StateEpoch when _target is null => IsEpochEnd(answer),
            TemplateId.StateManifest when _target is null => TryRecallManifest(answer),
            TemplateId.StateChunk when State == StateSyncState.Fetching && _windows is null => TryRecallChunk(answer),
            TemplateId.StateWindow when State == StateSyncState.Fetching && _windows is not null => TryRecallWindow(answer),
            _ => false,
        };
        if (!isRecalled) return false;
        _chosenAtNs = _progressAtNs = nowNs;
        _writtenWhenChosen = WrittenChunks;
        return true;
    }

    private bool IsEpochEnd(ReadOnlySpan<byte> answer) =>
        StateEncoding.TryReadWithBytes(answer, static head => head.ProofBytes, out StateEpoch head, out ReadOnlySpan<byte> proof)
        && head.Reserved0 == 0 && head.Epoch == _anchor.Epoch && _anchor.TryAdvance(proof);

    private bool TryRecallManifest(ReadOnlySpan<byte> answer)
    {
        if (ReadManifest(answer, out SyncTarget? target) != AnchorAnswer.Valid || target!.Height < _options.LeastHeight) return false;
        if (!_sink.TryBegin(target.Height, target.StateRoot, target.Tables)) return false;
        Begin(target);
        return true;
    }

    private bool TryRecallChunk(ReadOnlySpan<byte> answer)
    {
        if (!StateEncoding.TryReadChunk(answer, out StateChunk head, out ReadOnlySpan<Hash256> siblings, out ReadOnlySpan<byte> records)) return false;
        int place = Array.FindIndex(_target!.Tables, table => table.Id == head.Table);
        if (place < 0 || head.Height != _target.Height || !_verifier.Verify(in _target.Tables[place], head.Chunk, records, siblings)) return false;
        return TryWrite(place, head.Chunk, records);
    }

    private bool TryRecallWindow(ReadOnlySpan<byte> answer)
    {
        if (!StateEncoding.TryReadWithBytes(answer, static head => head.LinkBytes, out StateWindow head, out ReadOnlySpan<byte> links)) return false;
        return head.Height == _target!.Height && _windows!.TryFind(head.Session, out int window) && _windows.IsAwaited(window, head.Chunk)
            && TryWriteWindow(window, head.Chunk, links);
    }
}
