// SPDX-License-Identifier: Apache-2.0
using System;
using System.Security.Cryptography;
using FastLedger.Consensus;
using FastLedger.Domain;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node.Recovery;

/// <summary>What recovery found.</summary>
internal sealed record Recovered(
    ValidatorIdentity Identity, BlockExecution Execution, ConsensusCore Core, BlockIndex Index, JournalReplay Replay, StageTimes Times);

/// <summary>From a journal, or an empty directory, to a state and a core that go on where they stopped.</summary>
internal static class ReplicaRecovery
{
    /// <summary>Views, timeouts and pauses of a cluster of one: nobody else can make progress, so nothing is ever given up.</summary>
    private const ulong NeverNs = 1UL << 60;

    /// <summary>Recovers.</summary>
    /// <exception cref="ConfigurationException">The directory belongs to another ledger, or the key is wrong.</exception>
    /// <exception cref="JournalDamagedException">The journal lost something durable.</exception>
    public static Recovered Recover(NodeOptions options, Journal journal, HistoryLog history, Action<ulong>? progress)
    {
        using JournalReader reader = journal.OpenReader();
        Genesis configured = options.Genesis.ToGenesis();
        Genesis? genesis = JournalReplay.ReadGenesis(reader);
        if (genesis is not null && genesis.ChainId != configured.ChainId)
            throw new ConfigurationException([$"{options.DataDirectory} belongs to the ledger \"{genesis.Name}\" with other genesis settings: {genesis}"]);

        ValidatorIdentity identity = ValidatorIdentity.Load(options, configured);
        var core = new ConsensusCore(OptionsOf(options, identity.Validators.Count), Ed25519Scheme.Instance, new Ed25519Signer(identity.Key), identity.Validators.Count);
        var index = new BlockIndex();
        if (genesis is null) Provision(journal, configured, identity, core, index);
        var times = new StageTimes();
        var ledger = new Ledger(configured, new ResidentPageStore(), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        var execution = new BlockExecution(ledger, history, times);
        try
        {
            var replay = new JournalReplay(execution, history) { Core = core, Index = index };
            if (genesis is not null) replay.Run(reader, progress);
            return new Recovered(identity, execution, core, index, replay, times);
        }
        catch
        {
            execution.Dispose();
            ledger.Dispose();
            identity.Dispose();
            throw;
        }
    }

    /// <summary>The first entries of a new journal: the genesis, and the record without which the core never signs.</summary>
    private static void Provision(Journal journal, Genesis genesis, ValidatorIdentity identity, ConsensusCore core, BlockIndex index)
    {
        journal.Writer.Append(JournalEntryKind.Genesis, 0, 0, default, JournalReplay.Write(genesis));
        byte[] record = new byte[8192];
        int length = ConsensusCore.WriteProvisioning(record, Ed25519Scheme.Instance, genesis.ChainId, identity.Validators, timestampNs: 0);
        journal.Writer.Append(JournalEntryKind.Consensus, 0, 0, default, record.AsSpan(0, length));
        index.Add(record.AsSpan(0, length), journal.Writer.LastLocation);
        journal.Writer.CommitGroup();
        core.Replay(record.AsSpan(0, length));
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
            FetchDelayNs = (ulong)cluster.FetchDelayMs * NsPerMs,
            BatchWindow = cluster.BatchWindow,
            MaxBatchesPerBlock = Math.Min(Consensus.Messages.BlockImage.MaxBatches, options.Limits.BlockBatches),
            TimestampStepNs = options.Pipeline.Clock == BlockClock.Logical ? (ulong)NodeOptions.LogicalBlockNs : 1,
        };
    }
}
