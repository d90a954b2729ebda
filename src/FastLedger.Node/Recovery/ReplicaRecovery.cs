// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FastLedger.Consensus;
using FastLedger.Consensus.Safety;
using FastLedger.Cryptography;
using FastLedger.Domain;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;
using FastLedger.Storage;

namespace FastLedger.Node.Recovery;

/// <summary>What recovery found.</summary>
internal sealed record Recovered(
    ValidatorIdentity Identity, BlockExecution Execution, ConsensusCore Core, BlockIndex Index, JournalReplay Replay, HandOverStore HandOvers, StageTimes Times);

/// <summary>From a journal, or an empty directory, to a state and a core that go on where they stopped.</summary>
internal static class ReplicaRecovery
{
    /// <summary>Views, timeouts and pauses of a cluster of one: nobody else can make progress, so nothing is ever given up.</summary>
    private const ulong NeverNs = 1UL << 60;

    /// <summary>Room for the keys of the largest set and of the one before it, with few that share a place.</summary>
    private const int KeyPlaces = 1024;

    /// <summary>Opens the journal of a data directory, or begins one.</summary>
    /// <exception cref="JournalDamagedException">The journal lost something durable.</exception>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="DirectoryInUseException">Another process has the directory open.</exception>
    public static Journal OpenJournal(NodeOptions options)
    {
        string directory = OfflineReplica.JournalOf(options.DataDirectory);
        Directory.CreateDirectory(directory);
        return Journal.Open(new JournalOptions
        {
            Directory = directory,
            SegmentBytes = options.Journal.SegmentBytes,
            RingBytes = options.Journal.RingBytes,
            DirectBytes = options.Journal.DirectBytes,
            Durability = options.Durability,
            PayloadDigest = JournalBatches.Digest,
        });
    }

    /// <summary>Recovers.</summary>
    /// <exception cref="ConfigurationException">The directory belongs to another ledger, or the key is wrong.</exception>
    /// <exception cref="JournalDamagedException">The journal lost something durable.</exception>
    public static Recovered Recover(NodeOptions options, Journal journal, HistoryLog history, RestoredState state, Action<ulong>? progress)
    {
        CheckpointAnchor? anchor = state.Anchor;
        using JournalReader reader = anchor is null ? journal.OpenReader() : journal.OpenReader(state.Manifest!.JournalAnchor, anchor.FirstIndex);
        Genesis configured = options.Genesis.ToGenesis();
        bool isNew = anchor is null && JournalReplay.ReadGenesis(reader) is null;
        if (anchor is not null && journal.Writer.NextIndex <= anchor.SnapshotIndex)
        {
            throw new JournalDamagedException(
                journal.RecoveredEnd.File, journal.RecoveredEnd.Offset, $"the journal ends with entry {journal.Writer.NextIndex - 1}, and the checkpoint of height {anchor.Height} was taken at entry {anchor.SnapshotIndex}");
        }

        ValidatorIdentity identity = ValidatorIdentity.Load(options, configured);
        if (isNew) identity.CheckGenesis();
        bool isSingle = identity.Validators.Count == 1;
        var core = new ConsensusCore(
            OptionsOf(options, identity.Validators.Count), new Ed25519Scheme(new RecurringKeys(KeyPlaces)), new Ed25519Signer([.. identity.Keys]), isSingle ? 1 : ValidatorSet.MaxCount);
        var index = new BlockIndex();
        var handOvers = new HandOverStore(Path.Combine(options.DataDirectory, HandOverStore.FolderName));
        if (isNew) Provision(journal, configured, identity, core, index, isForgetful: identity.Validators.Count > 1 && KeyUse.IsMarked(options, 0));
        var times = new StageTimes();
        var execution = new BlockExecution(state.Ledger, history, times);
        try
        {
            JournalReplay replay = Prepare(state, execution, history, core, index, handOvers: handOvers);
            if (!isNew) replay.Run(reader, progress);
            identity.CheckState(execution.Ledger.Validators);
            return new Recovered(identity, execution, core, index, replay, handOvers, times);
        }
        catch
        {
            execution.Dispose();
            identity.Dispose();
            throw;
        }
    }

    /// <summary>The first thing a directory tells: whether it is this ledger's, and whether its journal reaches back to the beginning.</summary>
    /// <exception cref="ConfigurationException">The directory belongs to another ledger.</exception>
    public static bool HasWholeJournal(NodeOptions options, Journal journal)
    {
        using JournalReader reader = journal.OpenReader();
        if (!reader.TryRead(out JournalEntry entry)) return true;
        if (entry.Index != 1 || entry.Kind == JournalEntryKind.Consensus) return false; // a replica that joined begins with the core's records
        Genesis genesis = JournalReplay.ReadGenesis(entry);
        if (genesis.ChainId != options.Genesis.ToGenesis().ChainId)
            throw new ConfigurationException([$"{options.DataDirectory} belongs to the ledger \"{genesis.Name}\" with other genesis settings: {genesis}"]);
        return true;
    }

    /// <summary>Execution and core as of the checkpoint, when there is one.</summary>
    internal static JournalReplay Prepare(
        RestoredState? state, BlockExecution execution, HistoryLog history, ConsensusCore? core = null, BlockIndex? index = null, bool checksSignatures = false, bool comparesRoots = true,
        HandOverStore? handOvers = null)
    {
        if (state?.Anchor is not { } anchor) return new JournalReplay(execution, history) { Core = core, Index = index, HandOvers = handOvers, ChecksSignatures = checksSignatures, ComparesRoots = comparesRoots };
        Manifest manifest = state.Manifest!;
        execution.Restore(manifest.BlockId, manifest.StateRoot, manifest.ReceiptsRoot);
        ReadOnlySpan<byte> snapshot = anchor.Snapshot;
        while (CheckpointAnchor.TryTakeRecord(ref snapshot, out ReadOnlySpan<byte> record))
        {
            core?.Replay(record);

            // Which epoch the journal's batches belong to; the record itself may be in a segment that is gone.
            if (SafetyRecord.Peek(record, out _) == RecordKind.EpochStarted) index?.Add(record, default);
        }

        var replay = new JournalReplay(execution, history) { Core = core, Index = index, HandOvers = handOvers, CoreKnows = anchor.SnapshotIndex, ChecksSignatures = checksSignatures, ComparesRoots = comparesRoots };
        for (int author = 0; author < anchor.ExecutedBatches.Length; author++) replay.ExecutedBatches[author] = anchor.ExecutedBatches[author];
        return replay;
    }

    /// <summary>The first entries of a new journal: the genesis, and the record without which the core never signs.</summary>
    private static void Provision(Journal journal, Genesis genesis, ValidatorIdentity identity, ConsensusCore core, BlockIndex index, bool isForgetful)
    {
        journal.Writer.Append(JournalEntryKind.Genesis, 0, 0, default, JournalReplay.Write(genesis));
        byte[] record = new byte[8192];
        int length = ConsensusCore.WriteProvisioning(record, Ed25519Scheme.Instance, genesis.ChainId, identity.Validators, timestampNs: 0);
        journal.Writer.Append(JournalEntryKind.Consensus, 0, 0, default, record.AsSpan(0, length));
        index.Add(record.AsSpan(0, length), journal.Writer.LastLocation);
        core.Replay(record.AsSpan(0, length));
        if (isForgetful)
        {
            // A journal was written under this key, and it is not here: what the key signed is forgotten, so it signs no more.
            length = ConsensusCore.WriteRetirement(record, epoch: 1, identity.Keys[0].PublicKey);
            journal.Writer.Append(JournalEntryKind.Consensus, 0, 0, default, record.AsSpan(0, length));
            core.Replay(record.AsSpan(0, length));
        }

        journal.Writer.CommitGroup();
    }

    /// <summary>A replica that has to fetch all bundles of a block must have room for them at once, even if each is as large as can be.</summary>
    private static int BundlesThatFit(ClusterSection cluster)
    {
        const int LargestInMemory = 3 << 19;
        return Math.Clamp(cluster.StoreBytesPerAuthor / (2 * LargestInMemory), 1, Consensus.Messages.BlockImage.MaxBatches);
    }

    private static ConsensusOptions OptionsOf(NodeOptions options, int validators)
    {
        const ulong NsPerMs = 1_000_000;
        ClusterSection cluster = options.Cluster;
        bool isSingle = validators == 1;
        return new ConsensusOptions
        {
            BaseTimeoutNs = isSingle ? NeverNs : (ulong)cluster.BaseTimeoutMs * NsPerMs,
            MaxTimeoutNs = isSingle ? NeverNs : 10_000 * NsPerMs,
            IdleDelayNs = isSingle ? NeverNs : (ulong)cluster.IdleDelayMs * NsPerMs,
            LeaderTermViews = cluster.LeaderTermViews == 0 ? uint.MaxValue : (uint)cluster.LeaderTermViews,
            BlocksAhead = isSingle ? 0 : (ulong)cluster.BlocksAhead,
            FetchDelayNs = (ulong)cluster.FetchDelayMs * NsPerMs,
            BatchWindow = cluster.BatchWindow,
            SuspicionBlocks = 4,
            MaxBatchesPerBlock = Math.Min(isSingle ? Consensus.Messages.BlockImage.MaxBatches : BundlesThatFit(cluster), options.Limits.BlockBatches),
            TimestampStepNs = options.Pipeline.Clock == BlockClock.Logical ? (ulong)NodeOptions.LogicalBlockNs : 1,
        };
    }
}
