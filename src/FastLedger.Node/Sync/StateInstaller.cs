// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using FastLedger.Consensus;
using FastLedger.Consensus.Messages;
using FastLedger.Domain;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.State.Checkpoints;
using FastLedger.Storage;

namespace FastLedger.Node.Sync;

/// <summary>
/// Makes of a fetched state what a replica recovers from: its pages and a manifest, a journal that begins with the records of a core at that
/// height, and a history that begins behind it. Recovery then is the usual one.
/// </summary>
internal static class StateInstaller
{
    private const int PagesPerStep = 1024;

    /// <summary>Writes everything into the folder, durably.</summary>
    /// <param name="options">Settings of the replica.</param>
    /// <param name="folder">An empty one.</param>
    /// <param name="ledger">Holds the state; its pages go to <paramref name="pages"/>.</param>
    /// <param name="pages">Not bound yet.</param>
    /// <param name="joined">What was fetched.</param>
    public static void Write(NodeOptions options, JoinFolder folder, Ledger ledger, PageStoreAdapter pages, in JoinedState joined)
    {
        byte[][] records = RecordsOf(joined, ledger);
        var journalOptions = new JournalOptions
        {
            Directory = folder.Journal,
            SegmentBytes = options.Journal.SegmentBytes,
            RingBytes = options.Journal.RingBytes,
            PayloadDigest = JournalBatches.Digest,
        };
        using Journal journal = Journal.Open(journalOptions);
        foreach (byte[] record in records) journal.Writer.Append(JournalEntryKind.Consensus, ledger.Height, 0, default, record);
        journal.Writer.CommitGroup();
        HistoryStart.Write(folder.History, ledger.Counters.HistoryEntries + 1);
        var handOvers = new HandOverStore(folder.HandOvers);
        foreach (byte[] handOver in joined.HandOvers) handOvers.Add(handOver);
        StoreToken token = WritePages(options, folder, ledger, pages);
        ulong next = journal.Writer.NextIndex;
        var anchor = new CheckpointAnchor(ledger.Height, next, next - 1, Concatenate(records), LastBatches(joined, ledger));
        _ = new ManifestStore(folder.State, ledger.ChainId).Write(new Manifest
        {
            ChainId = ledger.ChainId,
            Height = ledger.Height,
            BlockId = joined.Commitment.BlockId,
            StateRoot = joined.Commitment.StateRoot,
            ReceiptsRoot = joined.Commitment.ReceiptsRoot,
            JournalIndex = next - 1,
            JournalAnchor = journal.FindAnchor(next),
            StoreToken = token,
            Tables = Describe(ledger.Tree),
            ConsensusSnapshot = anchor.Snapshot,
            Extension = anchor.Write(ledger.Counters.HistoryEntries, JournalReplay.Write(options.Genesis.ToGenesis())),
        });
        journal.Writer.Seal();
    }

    private static StoreToken WritePages(NodeOptions options, JoinFolder folder, Ledger ledger, PageStoreAdapter pages)
    {
        pages.Bind(PageStore.Create(RestoredState.StoreOptions(options.State, folder.State, ledger, pages.Progress)));
        using var capture = new CheckpointCapture(ledger.Tree, pages, options.State.MostImageBytes, PagesPerStep);
        capture.Begin(ledger.Height);
        _ = capture.Finish();
        while (!pages.Store.TryRequestCheckpoint(ledger.Height)) pages.WaitForRoom();
        StoreCheckpoint done;
        while (!pages.Store.TryTakeCheckpoint(out done)) Thread.Sleep(1);
        Invariant.Check(done.Id == ledger.Height);
        return done.Token;
    }

    private static ManifestTable[] Describe(StateTree tree)
    {
        var tables = new ManifestTable[tree.Tables.Length];
        for (int i = 0; i < tables.Length; i++) tables[i] = new ManifestTable((uint)tree.Tables[i].Id, (uint)tree.Tables[i].RecordSize, tree.Tables[i].Count, tree.Tables[i].Root);
        return tables;
    }

    private static byte[][] RecordsOf(in JoinedState joined, Ledger ledger)
    {
        Invariant.Check(BlockImage.TryRead(joined.Block, out BlockImage block));
        return ConsensusCore.WriteJoining(Ed25519Scheme.Instance, joined.Validators, joined.HandedOver, block, LastBatches(joined, ledger), joined.RetiredKeys);
    }

    private static ulong[] LastBatches(in JoinedState joined, Ledger ledger)
    {
        ulong[] numbers = new ulong[joined.Validators.Count];
        for (int author = 0; author < numbers.Length; author++) numbers[author] = ledger.LastBatch(joined.Epoch, author);
        return numbers;
    }

    private static byte[] Concatenate(byte[][] records)
    {
        var bytes = new List<byte>();
        foreach (byte[] record in records)
        {
            bytes.AddRange(BitConverter.GetBytes(record.Length));
            bytes.AddRange(record);
        }

        return [.. bytes];
    }
}
