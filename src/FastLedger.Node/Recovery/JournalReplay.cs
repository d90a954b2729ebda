// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text.Json;
using FastLedger.Consensus;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;
using FastLedger.Domain;
using FastLedger.Node.Cluster;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Storage;
using BlockHeader = FastLedger.Consensus.Messages.BlockHeader;

namespace FastLedger.Node.Recovery;

/// <summary>
/// Brings a ledger to where its journal ends: the core gets its records back, every committed block is executed again, and its roots are
/// compared with those that were journaled when it was executed before.
/// </summary>
internal sealed class JournalReplay
{
    private readonly BlockExecution _execution;
    private readonly HistoryLog _history;
    private readonly Dictionary<BatchReference, byte[]> _batches = [];
    private readonly Dictionary<Hash256, byte[]> _blocks = [];
    private readonly Queue<(ulong Height, Hash256 Id, byte[] Image)> _committed = new();
    private readonly Hash256[] _hashes = new Hash256[ProtocolLimits.MaxBatchCommands + Bundle.MaxBatches];
    private ulong _committedHeight;
    private ulong _stopAfter = ulong.MaxValue;

    public JournalReplay(BlockExecution execution, HistoryLog history)
    {
        _execution = execution;
        _history = history;
        _committedHeight = execution.Ledger.Height;
    }

    /// <summary>Gets its records back; null for tools that only want the state.</summary>
    public ConsensusCore? Core { get; init; }

    /// <summary>Learns where everything stands; null for tools.</summary>
    public BlockIndex? Index { get; init; }

    /// <summary>Gets the hand-overs in the core's records; null for tools.</summary>
    public HandOverStore? HandOvers { get; init; }

    /// <summary>Also checks what is no part of a bundle's digest: that clients' signatures verify. It decides nothing in recovery, where the
    /// bundle was checked once and the digest binds its bytes; an auditor must still be able to show it.</summary>
    public bool ChecksSignatures { get; init; }

    /// <summary>Also compares the roots with those that were journaled; false to learn what the journal gives when those are known to be wrong.</summary>
    public bool ComparesRoots { get; init; } = true;

    /// <summary>Records of the core up to this journal entry are in the snapshot that the core has already.</summary>
    public ulong CoreKnows { get; init; }

    /// <summary>Blocks executed.</summary>
    public ulong Blocks { get; private set; }

    /// <summary>Commands executed.</summary>
    public ulong Commands { get; private set; }

    /// <summary>Committed blocks that could not be executed yet because a batch is missing, in ascending order.</summary>
    public IReadOnlyCollection<(ulong Height, Hash256 Id, byte[] Image)> Unexecuted => _committed;

    /// <summary>Journaled batches that are not executed yet, each behind its author's padded header.</summary>
    public IReadOnlyCollection<byte[]> Batches => _batches.Values;

    /// <summary>Per author, the number of its last executed batch.</summary>
    public Dictionary<int, ulong> ExecutedBatches { get; } = [];

    /// <summary>Reads the genesis off the front of a journal.</summary>
    /// <returns>Null when the journal is empty.</returns>
    /// <exception cref="JournalDamagedException">The journal begins with something else.</exception>
    public static Genesis? ReadGenesis(JournalReader reader)
    {
        return reader.TryRead(out JournalEntry entry) ? ReadGenesis(entry) : null;
    }

    /// <summary>The genesis in the first entry of a journal.</summary>
    /// <exception cref="JournalDamagedException">The entry is something else.</exception>
    public static Genesis ReadGenesis(in JournalEntry entry)
    {
        if (entry.Kind != JournalEntryKind.Genesis) throw new JournalDamagedException(entry.File, entry.Offset, "the first entry is not a genesis");
        return JsonSerializer.Deserialize(entry.Payload, GenesisJson.Default.Genesis)
            ?? throw new JournalDamagedException(entry.File, entry.Offset, "the genesis is empty");
    }

    /// <summary>The genesis as it is journaled.</summary>
    public static byte[] Write(Genesis genesis) => JsonSerializer.SerializeToUtf8Bytes(genesis, GenesisJson.Default.Genesis);

    /// <summary>Executes every block behind the genesis.</summary>
    /// <param name="reader">Positioned behind the genesis.</param>
    /// <param name="progress">Told after each block how many commands were executed.</param>
    /// <param name="stopAfter">Height at which to stop.</param>
    /// <exception cref="JournalDamagedException">A block does not follow from what is before it.</exception>
    public void Run(JournalReader reader, Action<ulong>? progress = null, ulong stopAfter = ulong.MaxValue)
    {
        _stopAfter = stopAfter;
        while (_execution.Ledger.Height < stopAfter && reader.TryRead(out JournalEntry entry))
        {
            switch (entry.Kind)
            {
                case JournalEntryKind.Batch:
                    Take(entry);
                    break;
                case JournalEntryKind.Consensus:
                    if (entry.Index > CoreKnows) ReplayRecord(entry.Payload);
                    Index?.Add(entry.Payload, entry.Location);
                    Take(entry.Payload);
                    break;
                case JournalEntryKind.Block:
                    Compare(entry);
                    progress?.Invoke(Commands);
                    break;
            }
        }

        while (_execution.Ledger.Height < stopAfter && TryExecuteNext())
        {
            progress?.Invoke(Commands);
        }
    }

    private void ReplayRecord(ReadOnlySpan<byte> record)
    {
        if (Core is null) return;
        int validators = Core.Validators.Count;
        Core.Replay(record);
        if (SafetyRecord.Peek(record, out _) == RecordKind.EpochStarted) HandOvers?.Add(ConsensusCore.EpochChangeOf(record), validators);
    }

    private void Take(in JournalEntry entry)
    {
        if (!BundleVerifier.TryRead(entry.Payload, out BatchMessage header, out _)) throw Damaged(entry, "the entry is no bundle");
        if (ChecksSignatures && !IsSigned(entry.Payload[StoredBatch.HeaderBytes..])) throw Damaged(entry, "a signature in the bundle does not verify");
        Index?.Add(header.Batch, entry.Location);
        if (header.Batch.Number > ExecutedBatches.GetValueOrDefault(header.Batch.Author)) _batches[header.Batch] = entry.Payload.ToArray();
    }

    private void Take(ReadOnlySpan<byte> record)
    {
        ReadOnlySpan<byte> body = record[SafetyRecord.PrefixSize..];
        switch (SafetyRecord.Peek(record, out _))
        {
            case RecordKind.Block or RecordKind.Proposed:
                ReadOnlySpan<byte> image = BlockIndex.BlockOf(record);
                if (BlockImage.TryRead(image, out BlockImage block) && block.Header.Height > _committedHeight)
                    _blocks.TryAdd(BlockHeader.IdOf(Ed25519Scheme.Instance, block.HeaderBytes), image.ToArray());
                break;
            case RecordKind.Committed:
                Commit(body);
                break;
            case RecordKind.EpochStarted:
                // The replica had executed all of the epoch before. Blocks that an earlier recovery executed have no entry of their own: they are
                // due now, while their batches are here.
                while (_execution.Ledger.Height < _stopAfter && TryExecuteNext())
                {
                }

                // Authors number their batches anew; what the epoch before did not order is forgotten.
                _batches.Clear();
                ExecutedBatches.Clear();
                break;
        }
    }

    private void Commit(ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        Hash256 id = reader.Hash();
        if (!BlockHeader.TryRead(ref reader, out BlockHeader header) || header.Height <= _committedHeight) return;
        var path = new Stack<(ulong, Hash256, byte[])>();
        for (ulong height = header.Height; height > _committedHeight; height--)
        {
            if (!_blocks.TryGetValue(id, out byte[]? image) || !BlockImage.TryRead(image, out BlockImage block)) return;
            path.Push((height, id, image));
            id = block.Header.ParentId;
        }

        foreach ((ulong, Hash256, byte[]) committed in path) _committed.Enqueue(committed);
        _committedHeight = header.Height;
        foreach ((Hash256 pending, byte[] image) in _blocks)
            if (BlockImage.TryRead(image, out BlockImage block) && block.Header.Height <= _committedHeight) _blocks.Remove(pending);
    }

    /// <summary>The block was executed before: everything it needs stands before this entry, and it must give the same again.</summary>
    private void Compare(in JournalEntry entry)
    {
        if (entry.Payload.Length != ExecutedBlock.Size) throw Damaged(entry, "the entry has another size");
        ExecutedBlock block = MemoryMarshal.Read<ExecutedBlock>(entry.Payload);
        if (block.Height <= _execution.Ledger.Height && block.Height != _execution.Ledger.Height) return;
        while (_execution.Ledger.Height < block.Height)
            if (!TryExecuteNext()) throw Damaged(entry, $"block {block.Height} was executed, and block {_execution.Ledger.Height + 1} is not there");
        if (block.BlockId != _execution.BlockId) throw Damaged(entry, $"block {block.Height} is another block");
        if (!ComparesRoots) return;
        if (block.StateRoot != _execution.StateRoot) throw Damaged(entry, $"the state root after block {block.Height} differs");
        if (block.ReceiptsRoot != _execution.ReceiptsRoot) throw Damaged(entry, $"the receipts root of block {block.Height} differs");
    }

    private bool TryExecuteNext()
    {
        if (!_committed.TryPeek(out (ulong Height, Hash256 Id, byte[] Image) next)) return false;
        Invariant.Check(BlockImage.TryRead(next.Image, out BlockImage block));
        for (int i = 0; i < block.BatchCount; i++)
            if (!_batches.ContainsKey(block.Batch(i))) return false;
        _committed.Dequeue();
        _execution.Begin(next.Height, (long)block.Header.TimestampNs);
        for (int i = 0; i < block.BatchCount; i++)
        {
            BatchReference reference = block.Batch(i);
            Execute(_batches[reference].AsSpan(StoredBatch.HeaderBytes));
            ExecutedBatches[reference.Author] = reference.Number;
            foreach (BatchReference stored in _batches.Keys)
                if (stored.Author == reference.Author && stored.Number <= reference.Number) _batches.Remove(stored);
            Commands += reference.CommandCount;
            _history.FlushOnce();
        }

        _execution.End(next.Id, !block.NextSet.IsEmpty);
        Blocks++;
        return true;
    }

    private void Execute(ReadOnlySpan<byte> bundle)
    {
        Span<Hash256> digests = _hashes.AsSpan(0, Bundle.MaxBatches);
        Invariant.Check(Bundle.TryCount(bundle, out _, out int commands));
        Span<Hash256> hashes = _hashes.AsSpan(Bundle.MaxBatches, commands);
        _ = Bundle.Hash(bundle, hashes, digests);
        for (int i = 0; !bundle.IsEmpty; i++)
        {
            Invariant.Check(Bundle.TryTake(ref bundle, out BundledBatch batch));
            _ = _execution.Execute(batch, hashes[..batch.Head.Count], digests[i], out _);
            hashes = hashes[batch.Head.Count..];
        }
    }

    private bool IsSigned(ReadOnlySpan<byte> bundle)
    {
        Hash256 chainId = _execution.Ledger.ChainId;
        while (!bundle.IsEmpty)
        {
            Invariant.Check(Bundle.TryTake(ref bundle, out BundledBatch batch));
            bool good = batch.Head.Session == 0
                ? Bundle.IsRegistration(batch, chainId)
                : BatchVerifier.Verify(batch.Body, chainId, batch.Key, _hashes.AsSpan(0, batch.Head.Count), out _) == ResultCode.Ok;
            if (!good) return false;
        }

        return true;
    }

    private static JournalDamagedException Damaged(in JournalEntry entry, string reason) => new(entry.File, entry.Offset, reason);
}
