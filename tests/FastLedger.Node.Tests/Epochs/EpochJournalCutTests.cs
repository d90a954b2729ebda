// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Consensus;
using FastLedger.Consensus.Encoding;
using FastLedger.Consensus.Messages;
using FastLedger.Consensus.Safety;
using FastLedger.Domain;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Node.Pipeline;
using FastLedger.Node.Recovery;
using FastLedger.Node.Tests.Clusters;
using FastLedger.Primitives;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Epochs;

/// <summary>
/// The journals of a cluster that went through changes of validators, cut behind every entry around each end of an epoch, and once more without the
/// entries that say what was executed, as a recovery leaves it that executed blocks itself: recovery comes exactly as far as the entries
/// reach, to the roots and the epoch of the whole journal at that height.
/// </summary>
public sealed class EpochJournalCutTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Around = 10;
    private const string InMemory = "/dev/shm"; // hundreds of journals are written here, and none needs a disk

    [Fact]
    public async Task Recovery_from_a_journal_cut_around_the_end_of_an_epoch_equals_the_whole_run_up_to_there()
    {
        await using var cluster = new TestCluster(configure: static o => o.Genesis.Administrator = Administration.Key);
        int node;
        await using (LedgerClient admin = await cluster.ConnectAsync(Administration.Seed))
        await using (EpochLoad load = await EpochLoad.StartAsync(cluster))
        {
            await load.AdvanceAsync(60);
            node = cluster.Join();
            await TestReplica.OkAsync(admin, Administration.Add(node, cluster.KeyOf(node), cluster[node].PeerEndPoint!));
            await Administration.AwaitEpochAsync(cluster, 2, 0, 1, 2, 3, node);
            await load.AdvanceAsync(60);
            await TestReplica.OkAsync(admin, Administration.Remove(3));
            await Administration.AwaitEpochAsync(cluster, 3, 0, 1, 2, node);
            await load.AdvanceAsync(60);
            await load.CheckAsync(cluster, 0);
        }

        for (int each = 0; each <= node; each++) await cluster.StopAsync(each);
        int cuts = 0, starts = 0;
        foreach (int each in (int[])[0, node])
        {
            var whole = new WholeJournal(cluster.OptionsOf(each));
            output.WriteLine($"{each}: {whole.Entries.Count} entries, epochs begin at {string.Join(' ', whole.EpochStarts)}");
            Assert.True(whole.EpochStarts.Count >= 2);
            foreach (int start in whole.EpochStarts)
            {
                for (int length = Math.Max(2, start - Around); length <= Math.Min(whole.Entries.Count, start + Around); length++, cuts++)
                {
                    // What a crash leaves; and what it leaves when the last blocks, or all, were executed by recoveries, which journal no roots.
                    foreach (int unsaid in (int[])[0, 4, int.MaxValue]) whole.AssertRecovers(length, unsaid);
                }

                foreach (int length in (int[])[start - 1, start, start + 1, start + 2])
                {
                    whole.AssertStarts(Math.Clamp(length, 2, whole.Entries.Count), unsaid: 4);
                    starts++;
                }
            }
        }

        output.WriteLine($"{cuts} cuts, {starts} whole starts");
        Assert.InRange(cuts, 2 * 2 * Around, int.MaxValue);
    }

    /// <summary>A journal in memory, and what its prefixes must lead to.</summary>
    private sealed class WholeJournal
    {
        private readonly NodeOptions _options;
        private readonly Dictionary<Hash256, (ulong Height, Hash256 Parent, BatchReference[] Batches)> _blocks = [];
        private readonly Dictionary<ulong, ExecutedBlock> _executed = [];

        public WholeJournal(NodeOptions options)
        {
            _options = options;
            using var reader = new JournalReader(OfflineReplica.JournalOf(options.DataDirectory), JournalBatches.Digest);
            while (reader.TryRead(out JournalEntry entry))
            {
                Entries.Add(new Entry(entry.Kind, entry.Height, entry.TimestampNs, entry.PayloadDigest, entry.Payload.ToArray()));
                if (entry.Kind == JournalEntryKind.Block)
                {
                    ExecutedBlock block = MemoryMarshal.Read<ExecutedBlock>(entry.Payload);
                    _executed.Add(block.Height, block);
                }

                if (entry.Kind != JournalEntryKind.Consensus) continue;
                RecordKind kind = SafetyRecord.Peek(entry.Payload, out _);
                if (kind == RecordKind.EpochStarted && Entries.Count > 2) EpochStarts.Add(Entries.Count);
                if (kind is RecordKind.Block or RecordKind.Proposed && BlockImage.TryRead(BlockIndex.BlockOf(entry.Payload), out BlockImage image))
                {
                    var batches = new BatchReference[image.BatchCount];
                    for (int i = 0; i < batches.Length; i++) batches[i] = image.Batch(i);
                    _blocks[BlockHeader.IdOf(Ed25519Scheme.Instance, image.HeaderBytes)] = (image.Header.Height, image.Header.ParentId, batches);
                }
            }
        }

        public List<Entry> Entries { get; } = [];

        /// <summary>For each epoch but the first, how many entries there are up to the record that begins it.</summary>
        public List<int> EpochStarts { get; } = [];

        public void AssertRecovers(int length, int unsaid)
        {
            string directory = Write(length, unsaid);
            try
            {
                (ulong height, ulong epoch) = Expect(length);
                using Journal journal = Open(directory);
                using var history = new HistoryStage(new NodeOptions { DataDirectory = directory });
                Genesis genesis = _options.Genesis.ToGenesis();
                using var state = new RestoredState(new Ledger(genesis, new ResidentPageStore(), secret: 1), null, null, null);
                NodeOptions options = OptionsAt(directory);
                Recovered recovered = ReplicaRecovery.Recover(options, journal, history.Log, state, progress: null);
                using (recovered.Identity)
                using (recovered.Execution)
                {
                    AssertAt(height, recovered.Execution.Ledger.Height, recovered.Execution.StateRoot);
                    Assert.Equal(epoch, recovered.Core.Epoch);
                    Assert.Equal(height, recovered.Replay.Blocks); // each once
                    if (height > 0) Assert.Equal((_executed[height].BlockId, _executed[height].ReceiptsRoot), (recovered.Execution.BlockId, recovered.Execution.ReceiptsRoot));
                }
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        /// <summary>The whole replica starts, alone, and says so.</summary>
        public void AssertStarts(int length, int unsaid)
        {
            string directory = Write(length, unsaid);
            try
            {
                ulong height = Expect(length).Height;
                Replica replica = Replica.Start(OptionsAt(directory));
                AssertAt(height, replica.RecoveredState.Height, replica.RecoveredState.StateRoot);
                Assert.False(replica.Completion.IsCompleted);
                replica.AbortAsync().AsTask().GetAwaiter().GetResult();
                using OfflineReplica after = OfflineReplica.Load(ReplicaFolders.Of(directory));
                Assert.True(after.Ledger.Height >= height);
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        private void AssertAt(ulong expected, ulong height, Hash256 root)
        {
            Assert.Equal(expected, height);
            if (height > 0) Assert.Equal(_executed[height].StateRoot, root);
        }

        private NodeOptions OptionsAt(string directory)
        {
            ClusterSection cluster = _options.Cluster;
            return new NodeOptions
            {
                DataDirectory = directory,
                Listen = "127.0.0.1:0",
                Durability = _options.Durability,
                Genesis = _options.Genesis,
                Journal = _options.Journal,
                State = new StateSection { CheckpointSeconds = 0 },
                Cluster = new ClusterSection { Self = cluster.Self, Follow = cluster.Follow, KeyFile = cluster.KeyFile, Listen = "127.0.0.1:0", StoreBytesPerAuthor = cluster.StoreBytesPerAuthor },
            };
        }

        /// <summary>As far as blocks are committed and their batches are there; the slow way.</summary>
        private (ulong Height, ulong Epoch) Expect(int length)
        {
            var chain = new Dictionary<ulong, Hash256>();
            var batches = new HashSet<BatchReference>();
            var known = new HashSet<Hash256>();
            ulong committed = 0, epoch = 0;
            foreach (Entry entry in Entries.Take(length))
            {
                if (entry.Kind == JournalEntryKind.Batch && BundleVerifier.TryRead(entry.Payload, out BatchMessage batch, out _)) batches.Add(batch.Batch);
                if (entry.Kind != JournalEntryKind.Consensus) continue;
                RecordKind kind = SafetyRecord.Peek(entry.Payload, out _);
                if (kind == RecordKind.EpochStarted) epoch++;
                if (kind is RecordKind.Block or RecordKind.Proposed && BlockImage.TryRead(BlockIndex.BlockOf(entry.Payload), out BlockImage image))
                    known.Add(BlockHeader.IdOf(Ed25519Scheme.Instance, image.HeaderBytes));
                if (kind != RecordKind.Committed) continue;
                var reader = new FrameReader(entry.Payload.AsSpan(SafetyRecord.PrefixSize));
                Hash256 id = reader.Hash();
                for (Hash256 at = id; _blocks.TryGetValue(at, out (ulong Height, Hash256 Parent, BatchReference[] Batches) block) && block.Height > committed; at = block.Parent)
                {
                    Assert.Contains(at, known);
                    chain[block.Height] = at;
                }

                committed = Math.Max(committed, _blocks[id].Height);
            }

            ulong height = 0;
            while (chain.TryGetValue(height + 1, out Hash256 next) && _blocks[next].Batches.All(batches.Contains)) height++;
            return (height, epoch);
        }

        private string Write(int length, int unsaid)
        {
            string directory = Path.Combine(Directory.Exists(InMemory) ? InMemory : Path.GetTempPath(), "fastledger-cut-" + Path.GetRandomFileName());
            Directory.CreateDirectory(OfflineReplica.JournalOf(directory));
            int blocks = Entries.Take(length).Count(static entry => entry.Kind == JournalEntryKind.Block), written = 0;
            using Journal journal = Open(directory);
            foreach (Entry entry in Entries.Take(length))
            {
                if (entry.Kind == JournalEntryKind.Block && ++written > blocks - unsaid) continue;
                _ = journal.Writer.Append(entry.Kind, entry.Height, entry.TimestampNs, entry.Digest, entry.Payload);
            }

            journal.Writer.CommitGroup();

            return directory;
        }

        private static Journal Open(string directory) => Journal.Open(new JournalOptions
        {
            Directory = OfflineReplica.JournalOf(directory),
            SegmentBytes = 8 << 20,
            RingBytes = 1 << 23,
            Durability = Durability.Write,
            PayloadDigest = JournalBatches.Digest,
        });
    }

    private sealed record Entry(JournalEntryKind Kind, ulong Height, long TimestampNs, Hash256 Digest, byte[] Payload);
}
