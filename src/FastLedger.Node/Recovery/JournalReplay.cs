// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text.Json;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Node.Pipeline;
using FastLedger.Primitives;
using FastLedger.Protocol;
using FastLedger.Protocol.Batches;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Recovery;

/// <summary>
/// Brings a ledger to where its journal ends: every block is executed again and the roots that the next block carries are compared.
/// </summary>
internal sealed class JournalReplay
{
    private readonly BlockExecution _execution;
    private readonly HistoryLog _history;
    private readonly Dictionary<ulong, (byte[] Body, uint Session)> _batches = [];
    private readonly Hash256[] _hashes = new Hash256[ProtocolLimits.MaxBatchCommands];

    public JournalReplay(BlockExecution execution, HistoryLog history)
    {
        _execution = execution;
        _history = history;
    }

    /// <summary>Also checks what is no part of a batch's digest: the signature. It decides nothing in recovery, where the batch was accepted
    /// once and the digest binds its commands; an auditor must still be able to show it.</summary>
    public bool ChecksSignatures { get; init; }

    /// <summary>Blocks executed.</summary>
    public ulong Blocks { get; private set; }

    /// <summary>Commands executed.</summary>
    public ulong Commands { get; private set; }

    /// <summary>Reads the genesis off the front of a journal.</summary>
    /// <returns>Null when the journal is empty.</returns>
    /// <exception cref="JournalDamagedException">The journal begins with something else.</exception>
    public static Genesis? ReadGenesis(JournalReader reader)
    {
        if (!reader.TryRead(out JournalEntry entry)) return null;
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
        while (_execution.Ledger.Height < stopAfter && reader.TryRead(out JournalEntry entry))
        {
            if (entry.Kind == JournalEntryKind.Batch) _batches[entry.Index] = (entry.Payload.ToArray(), MemoryMarshal.Read<CommandBatchHead>(entry.Payload).Session);
            else if (entry.Kind == JournalEntryKind.Block)
            {
                Execute(entry);
                progress?.Invoke(Commands);
            }
        }
    }

    private void Execute(in JournalEntry entry)
    {
        if (entry.Payload.Length < BlockHeader.Size) throw Damaged(entry, "the block is too short");
        BlockHeader header = MemoryMarshal.Read<BlockHeader>(entry.Payload);
        ReadOnlySpan<BatchReference> references = MemoryMarshal.Cast<byte, BatchReference>(entry.Payload[BlockHeader.Size..]);
        Ledger ledger = _execution.Ledger;
        if (references.Length != header.BatchCount) throw Damaged(entry, "the block does not name as many batches as it says");
        if (header.Height != ledger.Height + 1) throw Damaged(entry, $"block {header.Height} follows block {ledger.Height}");
        if (header.TimestampNs <= ledger.TimestampNs) throw Damaged(entry, "time goes back");
        if (header.Parent != _execution.BlockId) throw Damaged(entry, "the block names another parent");
        if (header.ParentStateRoot != _execution.StateRoot) throw Damaged(entry, $"the state root after block {ledger.Height} differs");
        if (header.ParentReceiptsRoot != _execution.ReceiptsRoot) throw Damaged(entry, $"the receipts root of block {ledger.Height} differs");

        _execution.Begin(header.Height, header.TimestampNs);
        foreach (ref readonly BatchReference reference in references)
        {
            if (!_batches.Remove(reference.JournalIndex, out var batch)) throw Damaged(entry, $"the batch of entry {reference.JournalIndex} is not there");
            Span<Hash256> hashes = _hashes.AsSpan(0, (batch.Body.Length - ProtocolLimits.BatchCommandsOffset) / Primitives.Commands.Command.Size);
            if (BatchVerifier.Hash(batch.Body, hashes) != reference.Digest || batch.Session != reference.Session)
                throw Damaged(entry, $"entry {reference.JournalIndex} holds another batch");
            if (ChecksSignatures && !IsSigned(batch.Body, batch.Session)) throw Damaged(entry, $"the signature of the batch of entry {reference.JournalIndex} does not verify");
            _execution.Execute(batch.Session, BatchVerifier.Commands(batch.Body), hashes, out _);
            Commands += reference.CommandCount;
            _history.FlushOnce();
        }

        _execution.End(Blake3.Hash(entry.Payload));
        _batches.Clear();
        Blocks++;
    }

    /// <summary>True when the session's key signed the batch. The replica's own batches bear no signature but those inside.</summary>
    private bool IsSigned(ReadOnlySpan<byte> body, uint session)
    {
        if (session == 0) return !body[..Signature.Size].ContainsAnyExcept((byte)0);
        Ledger ledger = _execution.Ledger;
        return ledger.Sessions.Has(session)
            && BatchVerifier.Verify(body, ledger.ChainId, ledger.Sessions[session].Key, _hashes.AsSpan(0, BatchVerifier.Commands(body).Length), out _) == ResultCode.Ok;
    }

    private static JournalDamagedException Damaged(in JournalEntry entry, string reason) => new(entry.File, entry.Offset, reason);
}
