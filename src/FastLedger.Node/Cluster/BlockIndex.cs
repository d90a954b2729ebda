// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Consensus;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Cluster;

/// <summary>
/// Where the journal holds the newest committed blocks, their commit proofs and their batches: what peers that are behind are served from.
/// Built record by record, while running and in recovery by the same code. Bounded: peers further behind need a snapshot of the state.
/// </summary>
/// <remarks>
/// Thread: one writer (consensus), one reader (archive), under a lock. Alloc: at construction, and 5 MiB with an author's first batch. All of it is
/// backed by memory from then on, so that a replica takes no more after 65,536 blocks than after the first.
/// </remarks>
internal sealed class BlockIndex
{
    /// <summary>Heights, and batches per author, that are remembered.</summary>
    public const int Length = 1 << 16;

    private const int MaxEpochs = 1024;

    private readonly Place[] _blocks = Backed<Place>();
    private readonly BatchPlace[]?[] _batches = new BatchPlace[ValidatorSet.MaxCount][];
    private readonly List<Pending> _pending = [];
    private readonly List<Epoch> _epochs = [];
    private readonly ulong[] _used = new ulong[ValidatorSet.MaxCount];
    private ulong[] _base = new ulong[ValidatorSet.MaxCount];
    private readonly object _lock = new();
    private uint _firstSegment;

    /// <summary>Newest committed height.</summary>
    public ulong Height { get; private set; }

    /// <summary>Id of a committed block; zero when it is not remembered.</summary>
    public Hash256 Id(ulong height)
    {
        lock (_lock) return _blocks[height % Length].Height == height ? _blocks[height % Length].Id : default;
    }

    /// <summary>Takes a record of the core in.</summary>
    public void Add(ReadOnlySpan<byte> record, JournalLocation location)
    {
        RecordKind kind = SafetyRecord.Peek(record, out ulong epoch);
        ReadOnlySpan<byte> body = record[SafetyRecord.PrefixSize..];
        lock (_lock)
        {
            switch (kind)
            {
                case RecordKind.Block or RecordKind.Proposed: AddPending(BlockOf(record), location); break;
                case RecordKind.Committed: Commit(body, epoch, location); break;
                case RecordKind.EpochStarted:
                    BeginEpoch(epoch, location);
                    break;
            }
        }
    }

    /// <summary>A batch was journaled.</summary>
    public void Add(in BatchReference batch, JournalLocation location)
    {
        lock (_lock)
        {
            ulong place = _base[batch.Author] + batch.Number;
            _used[batch.Author] = Math.Max(_used[batch.Author], place);
            (_batches[batch.Author] ??= Backed<BatchPlace>())[place % Length] = new BatchPlace(batch, location);
        }
    }

    /// <summary>
    /// The first journal entry that is needed to execute what follows a height: blocks above it, and batches that are not executed at it.
    /// </summary>
    /// <param name="height">Height of an executed block.</param>
    /// <param name="executed">Per author, the number of its last batch executed at the height.</param>
    /// <param name="window">Batches that an author can have above its executed ones.</param>
    /// <param name="next">Index of the journal's next entry.</param>
    /// <returns>The index; 0 when something needed stands before the beginning of the present epoch, so that the journal cannot be cut here.</returns>
    public ulong FirstNeeded(ulong height, ReadOnlySpan<ulong> executed, int window, ulong next)
    {
        lock (_lock)
        {
            ulong first = next, begun = _epochs.Count > 0 ? _epochs[^1].Location.Index : 0;
            foreach (Pending pending in _pending)
                if (pending.Height > height) first = Math.Min(first, pending.Location.Index);
            for (ulong at = height + 1; at <= Height; at++)
            {
                Place place = _blocks[at % Length];
                if (place.Height != at || place.Block.IsNone) return 0;
                first = Math.Min(first, place.Block.Index);
            }

            for (int author = 0; author < executed.Length; author++)
            {
                if (_batches[author] is not { } ring) continue;
                for (ulong number = executed[author] + 1; number <= executed[author] + (ulong)window; number++)
                {
                    BatchPlace place = ring[(_base[author] + number) % Length];
                    if (place.Batch.Number == number && place.Location.Index > begun) first = Math.Min(first, place.Location.Index);
                }
            }

            return begun >= first ? 0 : first;
        }
    }

    /// <summary>The journal's segments before this one are about to be deleted: nothing in them is found any more.</summary>
    public void Forget(uint segment)
    {
        lock (_lock) _firstSegment = segment;
    }

    /// <summary>Where a batch of the present epoch stands.</summary>
    public bool TryFind(in BatchReference batch, out JournalLocation location)
    {
        lock (_lock) return TryFind(_base, batch, out location);
    }

    /// <summary>Where a batch of an epoch stands.</summary>
    public bool TryFind(ulong epoch, in BatchReference batch, out JournalLocation location)
    {
        lock (_lock)
        {
            foreach (Epoch known in _epochs)
                if (known.Number == epoch) return TryFind(known.Base, batch, out location);
        }

        location = default;
        return false;
    }

    /// <summary>Where a block stands, and its commit proof if it was the newest of its commit.</summary>
    public bool TryFind(ulong height, out JournalLocation block, out JournalLocation commit, out ulong epoch)
    {
        lock (_lock)
        {
            Place place = _blocks[height % Length];
            block = place.Block;
            commit = place.Commit;
            epoch = place.Epoch;
            return place.Height == height && height > 0 && place.Block.Segment >= _firstSegment;
        }
    }

    /// <summary>Where the record stands that ended an epoch.</summary>
    public bool TryFindEpochEnd(ulong epoch, out JournalLocation location)
    {
        lock (_lock)
        {
            foreach (Epoch known in _epochs)
            {
                if (known.Number != epoch + 1) continue;
                location = known.Location;
                return !location.IsNone && location.Segment >= _firstSegment;
            }
        }

        location = default;
        return false;
    }

    /// <summary>The block in a record of the core.</summary>
    public static ReadOnlySpan<byte> BlockOf(ReadOnlySpan<byte> record)
    {
        ReadOnlySpan<byte> body = record[SafetyRecord.PrefixSize..];
        if (SafetyRecord.Peek(record, out _) != RecordKind.Proposed) return body;
        var proposal = new FrameReader(body[MessagePrefix.Size..]);
        return proposal.Blob();
    }

    /// <summary>The proof in the record of a commit.</summary>
    public static ReadOnlySpan<byte> ProofOf(ReadOnlySpan<byte> record)
    {
        var reader = new FrameReader(record[(SafetyRecord.PrefixSize + Hash256.Size + BlockHeader.Size)..]);
        _ = reader.Bytes(8 * reader.U16());
        return reader.Blob();
    }

    /// <summary>An array whose pages are there: a new one of this size has them only where it was written to.</summary>
    private static T[] Backed<T>()
    {
        var places = new T[Length];
        Array.Clear(places);
        return places;
    }

    private bool TryFind(ulong[] places, in BatchReference batch, out JournalLocation location)
    {
        BatchPlace place = batch.Author < _batches.Length && _batches[batch.Author] is { } ring ? ring[(places[batch.Author] + batch.Number) % Length] : default;
        location = place.Location;
        return place.Batch == batch && !location.IsNone && location.Segment >= _firstSegment;
    }

    /// <summary>
    /// Authors number their batches anew: their places go on where the epoch before left off, so that peers which are still in it find
    /// theirs. Its uncommitted blocks are void.
    /// </summary>
    private void BeginEpoch(ulong epoch, JournalLocation location)
    {
        // Recovery finds the record in a checkpoint's snapshot and perhaps once more in the journal.
        if (_epochs.Count > 0 && _epochs[^1].Number >= epoch) return;
        if (_epochs.Count == MaxEpochs) _epochs.RemoveAt(0);
        _base = (ulong[])_used.Clone();
        _epochs.Add(new Epoch(epoch, location, _base));
        _pending.Clear();
    }

    private void AddPending(ReadOnlySpan<byte> bytes, JournalLocation location)
    {
        if (!BlockImage.TryRead(bytes, out BlockImage block) || block.Header.Height <= Height) return;
        Hash256 id = BlockHeader.IdOf(Ed25519Scheme.Instance, block.HeaderBytes);
        foreach (Pending pending in _pending)
            if (pending.Id == id) return;
        _pending.Add(new Pending(id, block.Header.ParentId, block.Header.Height, location));
    }

    private void Commit(ReadOnlySpan<byte> body, ulong epoch, JournalLocation location)
    {
        var reader = new FrameReader(body);
        Hash256 id = reader.Hash();
        if (!BlockHeader.TryRead(ref reader, out BlockHeader header) || header.Height <= Height) return;
        JournalLocation commit = location;
        for (ulong height = header.Height; height > Height; height--)
        {
            Pending found = default;
            foreach (Pending pending in _pending)
                if (pending.Id == id) found = pending;
            if (found.Height != height) break;
            _blocks[height % Length] = new Place(height, epoch, id, found.Location, commit);
            commit = default;
            id = found.Parent;
        }

        Height = header.Height;
        int kept = 0;
        for (int i = 0; i < _pending.Count; i++)
            if (_pending[i].Height > Height) _pending[kept++] = _pending[i];
        _pending.RemoveRange(kept, _pending.Count - kept);
    }

    /// <summary>An epoch: where the record stands that began it, and which place of each author's ring its batch 0 would have.</summary>
    private readonly record struct Epoch(ulong Number, JournalLocation Location, ulong[] Base);

    private readonly record struct Pending(Hash256 Id, Hash256 Parent, ulong Height, JournalLocation Location);

    private readonly record struct Place(ulong Height, ulong Epoch, Hash256 Id, JournalLocation Block, JournalLocation Commit);

    private readonly record struct BatchPlace(BatchReference Batch, JournalLocation Location);
}
