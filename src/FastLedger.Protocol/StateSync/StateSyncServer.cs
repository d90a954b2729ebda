// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Primitives;
using FastLedger.Protocol.Messages;

namespace FastLedger.Protocol.StateSync;

/// <summary>Answers queries about states. It does no I/O; one query has one answer.</summary>
/// <remarks>Thread: one at a time. Alloc: none. Blocks: no.</remarks>
public sealed class StateSyncServer(IStateSources sources)
{
    /// <summary>Longest answer.</summary>
    public const int MaxAnswerBytes = StateGeometry.ChunkBytes + (80 << 10);

    /// <summary>Answers a query.</summary>
    /// <param name="template">Its template.</param>
    /// <param name="query">Its bytes.</param>
    /// <param name="answer">Receives the answer; <see cref="MaxAnswerBytes"/> are always enough.</param>
    /// <param name="answerTemplate">Template of the answer.</param>
    /// <param name="length">Bytes of the answer.</param>
    /// <returns>What to do.</returns>
    public StateServing Answer(ushort template, ReadOnlySpan<byte> query, Span<byte> answer, out ushort answerTemplate, out int length)
    {
        answerTemplate = 0;
        length = 0;
        switch ((TemplateId)template)
        {
            case TemplateId.StateManifestQuery when StateEncoding.TryReadExactly(query, out StateManifestQuery manifest):
                IStateSource? source = manifest.Height == 0 ? sources.Newest : sources.At(manifest.Height);
                if (source is null) return Refuse(manifest.RequestId, answer, out answerTemplate, out length);
                answerTemplate = (ushort)TemplateId.StateManifest;
                length = StateEncoding.WriteManifest(answer, manifest.RequestId, source);
                return StateServing.Send;
            case TemplateId.StateChunkQuery when StateEncoding.TryReadExactly(query, out StateChunkQuery chunk) && chunk.Reserved0 == 0:
                return AnswerChunk(chunk, answer, out answerTemplate, out length);
            case TemplateId.StateWindowQuery when StateEncoding.TryReadExactly(query, out StateWindowQuery window) && window.Reserved0 == 0:
                return AnswerWindow(window, answer, out answerTemplate, out length);
            case TemplateId.StateEpochQuery when StateEncoding.TryReadExactly(query, out StateEpochQuery epoch):
                return AnswerEpoch(epoch, answer, out answerTemplate, out length);
            default:
                return StateServing.Malformed;
        }
    }

    private StateServing AnswerWindow(in StateWindowQuery query, Span<byte> answer, out ushort answerTemplate, out int length)
    {
        IStateSource? source = sources.At(query.Height);
        (ulong first, ulong end) = source is null ? default : StateGeometry.LinksOf(source.CommandsOf(query.Session), query.Chunk);
        if (first == end) return Refuse(query.RequestId, answer, out answerTemplate, out length);
        int bytes = (int)(end - first) * LinkChain.LinkBytes;
        var head = new StateWindow { RequestId = query.RequestId, Height = query.Height, Session = query.Session, LinkBytes = (uint)bytes, Chunk = query.Chunk };
        MemoryMarshal.Write(answer, in head);
        source!.ReadLinks(query.Session, first, answer.Slice(Unsafe.SizeOf<StateWindow>(), bytes));
        answerTemplate = (ushort)TemplateId.StateWindow;
        length = Unsafe.SizeOf<StateWindow>() + bytes;
        return StateServing.Send;
    }

    private StateServing AnswerEpoch(in StateEpochQuery query, Span<byte> answer, out ushort answerTemplate, out int length)
    {
        ReadOnlySpan<byte> proof = sources.EpochEnd(query.Epoch);
        if (proof.IsEmpty) return Refuse(query.RequestId, answer, out answerTemplate, out length);
        var head = new StateEpoch { RequestId = query.RequestId, Epoch = query.Epoch, ProofBytes = (uint)proof.Length };
        MemoryMarshal.Write(answer, in head);
        proof.CopyTo(answer[Unsafe.SizeOf<StateEpoch>()..]);
        answerTemplate = (ushort)TemplateId.StateEpoch;
        length = Unsafe.SizeOf<StateEpoch>() + proof.Length;
        return StateServing.Send;
    }

    private StateServing AnswerChunk(StateChunkQuery query, Span<byte> answer, out ushort answerTemplate, out int length)
    {
        IStateSource? source = sources.At(query.Height);
        int place = source is null ? -1 : PlaceOf(source.Tables, query.Table);
        if (place < 0 || query.Chunk >= StateGeometry.ChunkCount(source!.Tables[place]))
            return Refuse(query.RequestId, answer, out answerTemplate, out length);
        StateTableEntry table = source.Tables[place];
        int records = StateGeometry.RecordsIn(table, query.Chunk) * (int)table.RecordSize;
        Span<Hash256> siblings = StateEncoding.BeginChunk(answer, query, StateGeometry.PathLength(table), records, out Span<byte> recordBytes, out length);
        answerTemplate = (ushort)TemplateId.StateChunk;
        if (!source.TryRead(place, (uint)(query.Chunk * StateGeometry.RecordsPerChunk(table)), recordBytes)) return StateServing.Later;
        int level = StateGeometry.ChunkLevel(table);
        ulong node = query.Chunk;
        for (int i = 0; i < siblings.Length; i++, level++, node >>= 1) siblings[i] = source.Node(place, level, node ^ 1);
        return StateServing.Send;
    }

    private StateServing Refuse(ulong requestId, Span<byte> answer, out ushort answerTemplate, out int length)
    {
        var refusal = new StateRefusal { RequestId = requestId, Code = ResultCode.NotFound, NewestHeight = sources.Newest?.Height ?? 0 };
        MemoryMarshal.Write(answer, in refusal);
        answerTemplate = (ushort)TemplateId.StateRefusal;
        length = Unsafe.SizeOf<StateRefusal>();
        return StateServing.Send;
    }

    private static int PlaceOf(ReadOnlySpan<StateTableEntry> tables, uint id)
    {
        for (int i = 0; i < tables.Length; i++)
            if (tables[i].Id == id) return i;
        return -1;
    }
}

/// <summary>What a replica has to do with a query.</summary>
public enum StateServing : byte
{
    /// <summary>Send the answer.</summary>
    Send = 0,
    /// <summary>Nothing was answered because pages have to be read first: ask again later.</summary>
    Later,
    /// <summary>It is no query that a sound replica sends.</summary>
    Malformed,
}
