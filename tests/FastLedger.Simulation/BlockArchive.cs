// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;
using FastLedger.Primitives;

namespace FastLedger.Simulation;

/// <summary>
/// What a host derives from the durable journal: committed blocks by height with their commit proofs, stored batches, epoch
/// changes. Built record by record, while running and after a restart by the same code.
/// </summary>
public sealed class BlockArchive
{
    private readonly List<Pending> _pending = [];
    private readonly List<(int Offset, int Length)> _blocks = [];
    private readonly List<Hash256> _ids = [];
    private readonly List<(ulong Top, int Offset, int Length, ulong Epoch)> _commits = [];
    private readonly List<(ulong Epoch, int Offset, int Length)> _epochChanges = [];
    private readonly List<(BatchReference Batch, int Offset, int Length)> _batches = [];
    private readonly Dictionary<Hash256, int> _batchIndex = [];
    private byte[] _bytes = new byte[16 * 1024];
    private byte[] _compose = new byte[16 * 1024];
    private int _used;

    /// <summary>Newest committed height.</summary>
    public ulong Height => (ulong)_blocks.Count;

    public void Clear()
    {
        _pending.Clear();
        _blocks.Clear();
        _ids.Clear();
        _commits.Clear();
        _epochChanges.Clear();
        _batches.Clear();
        _batchIndex.Clear();
        _used = 0;
    }

    /// <summary>Id of the committed block at <paramref name="height"/> ≥ 1.</summary>
    public Hash256 Id(ulong height) => _ids[(int)height - 1];

    /// <summary>The committed block at <paramref name="height"/> ≥ 1.</summary>
    public ReadOnlySpan<byte> Block(ulong height) => _bytes.AsSpan(_blocks[(int)height - 1].Offset, _blocks[(int)height - 1].Length);

    /// <summary>Takes a durable record in.</summary>
    public void Apply(ReadOnlySpan<byte> record)
    {
        ReadOnlySpan<byte> body = record[SafetyRecord.PrefixSize..];
        switch (record[0])
        {
            case (byte)RecordKind.Block: AddPending(body); break;
            case (byte)RecordKind.Proposed:
                var proposal = new FrameReader(body[MessagePrefix.Size..]);
                AddPending(proposal.Blob());
                break;
            case (byte)RecordKind.Committed: Commit(body, SafetyRecord.Peek(record, out ulong epoch) == RecordKind.Committed ? epoch : 0); break;
            case HostRecord.Batch:
                if (BatchMessage.TryRead(record[1..], out BatchMessage batch) && _batchIndex.TryAdd(Key(batch.Batch), _batches.Count))
                {
                    _batches.Add((batch.Batch, Keep(record[1..]), record.Length - 1));
                }

                break;
            case (byte)RecordKind.EpochStarted:
                var started = new FrameReader(body[(2 * Hash256.Size + 16)..]);
                _ = started.Blob();
                ReadOnlySpan<byte> change = started.Blob();
                if (EpochChangeMessage.TryRead(change, out EpochChangeMessage ended)) _epochChanges.Add((ended.Epoch, Keep(change), change.Length));
                break;
        }
    }

    /// <summary>The header message of a stored batch, or empty.</summary>
    public ReadOnlySpan<byte> Batch(in BatchReference batch) =>
        _batchIndex.TryGetValue(Key(batch), out int index) ? _bytes.AsSpan(_batches[index].Offset, _batches[index].Length) : default;

    /// <summary>The message that ended <paramref name="epoch"/>, or empty.</summary>
    public ReadOnlySpan<byte> EpochChange(ulong epoch)
    {
        foreach ((ulong ended, int offset, int length) in _epochChanges)
        {
            if (ended == epoch) return _bytes.AsSpan(offset, length);
        }

        return default;
    }

    /// <summary>A message with committed blocks above <paramref name="height"/>, or empty.</summary>
    public ReadOnlySpan<byte> Serve(ulong height)
    {
        int low = 0, high = _commits.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_commits[middle].Top > height) high = middle;
            else low = middle + 1;
        }

        if (low == _commits.Count) return default;
        int chosen = low;
        while (chosen + 1 < _commits.Count && _commits[chosen + 1].Epoch == _commits[low].Epoch && _commits[chosen + 1].Top <= height + BlocksMessage.MaxBlocks) chosen++;
        (ulong top, int proofOffset, int proofLength, ulong epoch) = _commits[chosen];
        int blocks = 0;
        for (ulong i = height + 1; i <= top; i++) blocks += 4 + _blocks[(int)i - 1].Length;
        int size = MessagePrefix.Size + 8 + proofLength + blocks;
        if (_compose.Length < size) _compose = new byte[2 * size];
        var message = new FrameWriter(_compose);
        MessagePrefix.Write(ref message, MessageKind.CommittedBlocks, epoch);
        message.Blob(_bytes.AsSpan(proofOffset, proofLength));
        message.U32((uint)blocks);
        for (ulong i = height + 1; i <= top; i++) message.Blob(Block(i));
        return _compose.AsSpan(0, message.Length);
    }

    private void AddPending(ReadOnlySpan<byte> block)
    {
        if (!BlockImage.TryRead(block, out BlockImage image)) return;
        Hash256 id = BlockHeader.IdOf(MockScheme.Instance, image.HeaderBytes);
        foreach (Pending pending in _pending)
        {
            if (pending.Id == id) return;
        }

        _pending.Add(new Pending(id, image.Header.ParentId, image.Header.Height, Keep(block), block.Length));
    }

    private void Commit(ReadOnlySpan<byte> body, ulong epoch)
    {
        var reader = new FrameReader(body);
        Hash256 id = reader.Hash();
        _ = BlockHeader.TryRead(ref reader, out BlockHeader header);
        _ = reader.Bytes(8 * reader.U16());
        ReadOnlySpan<byte> proof = reader.Blob();
        if (header.Height <= Height) return;
        int first = _blocks.Count;
        for (ulong height = header.Height; height > (ulong)first; height--)
        {
            int at = _pending.FindIndex(pending => pending.Id == id);
            if (at < 0) return;
            _blocks.Insert(first, (_pending[at].Offset, _pending[at].Length));
            _ids.Insert(first, id);
            id = _pending[at].Parent;
        }

        _commits.Add((header.Height, Keep(proof), proof.Length, epoch));
        _pending.RemoveAll(pending => pending.Height <= header.Height);
    }

    private static Hash256 Key(in BatchReference batch)
    {
        Span<byte> buffer = stackalloc byte[BatchReference.Size];
        var writer = new FrameWriter(buffer);
        batch.Write(ref writer);
        return MockScheme.Instance.Digest(writer.Written);
    }

    private int Keep(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length < _used + bytes.Length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _used + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(_used));
        _used += bytes.Length;
        return _used - bytes.Length;
    }

    private readonly record struct Pending(Hash256 Id, Hash256 Parent, ulong Height, int Offset, int Length);
}
