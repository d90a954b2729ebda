// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using FastLedger.Consensus;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;
using FastLedger.Primitives;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;
using BlockHeader = FastLedger.Consensus.Messages.BlockHeader;

namespace FastLedger.Load.Nemesis;

/// <summary>Reads the batches that were committed out of a whole journal, in their order. It shares the journal's format with the engine, not the engine's replay.</summary>
public sealed class CommittedOrder
{
    /// <summary>An author's signed header is padded to this length in front of its bundle.</summary>
    private const int HeaderBytes = 160;

    private readonly Dictionary<Hash256, (BlockHeader Header, BatchReference[] Batches)> _blocks = [];
    private readonly Dictionary<BatchReference, byte[]> _bundles = [];
    private readonly Queue<(ulong Height, BatchReference[] Batches)> _committed = new();
    private ulong _height;

    private CommittedOrder()
    {
    }

    /// <summary>Reads a journal.</summary>
    /// <param name="directory">Where its segments are, from the first one on.</param>
    /// <param name="digest">How the payloads of the journal are digested.</param>
    /// <exception cref="JournalDamagedException">The journal is damaged.</exception>
    /// <exception cref="InvalidDataException">A record cannot be understood.</exception>
    public static IEnumerable<CommittedBatch> Read(string directory, PayloadDigest digest)
    {
        var order = new CommittedOrder();
        using var reader = new JournalReader(directory, digest);
        var ready = new List<CommittedBatch>();
        while (Next(reader, order))
        {
            order.TakeReady(ready);
            foreach (CommittedBatch batch in ready) yield return batch;
            ready.Clear();
        }

        if (reader.End is { Reason: { } reason }) throw new InvalidDataException($"The journal in {directory} does not end well: {reason}");
    }

    private static bool Next(JournalReader reader, CommittedOrder order)
    {
        if (!reader.TryRead(out JournalEntry entry)) return false;
        if (entry.Kind == JournalEntryKind.Batch) order.AddBundle(entry.Payload);
        else if (entry.Kind == JournalEntryKind.Consensus) order.AddRecord(entry.Payload);
        return true;
    }

    private void AddBundle(ReadOnlySpan<byte> payload)
    {
        if (!BatchMessage.TryRead(payload[..BatchMessage.Size], out BatchMessage header)) throw new InvalidDataException("A bundle has no header.");
        _bundles[header.Batch] = payload[HeaderBytes..].ToArray();
    }

    private void AddRecord(ReadOnlySpan<byte> record)
    {
        RecordKind kind = SafetyRecord.Peek(record, out _);
        ReadOnlySpan<byte> body = record[SafetyRecord.PrefixSize..];
        switch (kind)
        {
            case RecordKind.Block:
                AddBlock(body);
                break;
            case RecordKind.Proposed:
                var proposal = new FrameReader(body[MessagePrefix.Size..]);
                AddBlock(proposal.Blob());
                break;
            case RecordKind.Committed:
                var reader = new FrameReader(body);
                Hash256 id = reader.Hash();
                if (BlockHeader.TryRead(ref reader, out BlockHeader header)) Commit(id, header.Height);
                break;
        }
    }

    private void AddBlock(ReadOnlySpan<byte> image)
    {
        if (!BlockImage.TryRead(image, out BlockImage block)) throw new InvalidDataException("A block cannot be read.");
        var batches = new BatchReference[block.BatchCount];
        for (int i = 0; i < batches.Length; i++) batches[i] = block.Batch(i);
        if (block.Header.Height > _height) _blocks[BlockHeader.IdOf(Ed25519Scheme.Instance, block.HeaderBytes)] = (block.Header, batches);
    }

    private void Commit(Hash256 id, ulong height)
    {
        if (height <= _height) return;
        var path = new Stack<(ulong, BatchReference[])>();
        for (ulong at = height; at > _height; at--)
        {
            // A commit can be known before its blocks are; a later record covers them.
            if (!_blocks.TryGetValue(id, out (BlockHeader Header, BatchReference[] Batches) block)) return;
            path.Push((at, block.Batches));
            id = block.Header.ParentId;
        }

        foreach ((ulong, BatchReference[]) block in path) _committed.Enqueue(block);
        _height = height;
        foreach ((Hash256 old, (BlockHeader header, _)) in _blocks)
            if (header.Height <= height) _blocks.Remove(old);
    }

    private void TakeReady(List<CommittedBatch> ready)
    {
        while (_committed.TryPeek(out (ulong Height, BatchReference[] Batches) block) && Array.TrueForAll(block.Batches, _bundles.ContainsKey))
        {
            _committed.Dequeue();
            foreach (BatchReference reference in block.Batches)
            {
                _bundles.Remove(reference, out byte[]? bundle);
                Split(block.Height, bundle!, ready);
            }
        }
    }

    private static void Split(ulong height, ReadOnlySpan<byte> bundle, List<CommittedBatch> batches)
    {
        while (!bundle.IsEmpty)
        {
            ReadOnlySpan<byte> body = bundle[Hash256.Size..];
            if (!BatchVerifier.TryMeasure(body, out CommandBatchHead head, out int length)) throw new InvalidDataException("A bundle cannot be read.");
            batches.Add(new CommittedBatch(height, head.Session, MemoryMarshal.AsBytes(BatchVerifier.Commands(body[..length])).ToArray()));
            bundle = body[length..];
        }
    }
}
