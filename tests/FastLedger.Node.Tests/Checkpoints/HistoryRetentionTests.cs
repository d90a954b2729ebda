// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Configuration;
using FastLedger.Node.Recovery;
using FastLedger.Node.Tests.Clusters;
using FastLedger.Primitives.Commands;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Checkpoints;

/// <summary>History that is not kept for ever: what goes, what stays, and what statements, restarts and copies say then.</summary>
public sealed class HistoryRetentionTests
{
    private const int FileBytes = 1 << 16, EntriesPerFile = FileBytes / HistoryLog.EntryBytes, RetainBytes = 1 << 18;
    private const long NsPerDay = 86_400L * 1_000_000_000;

    private static readonly Action<NodeOptions> Little = static options =>
    {
        FrequentCheckpoints.Configure(options);
        options.History.SegmentBytes = FileBytes;
        options.History.RetainBytes = RetainBytes;
    };

    [Theory]
    [InlineData(0, 0, 5000ul, 1ul)] // all is kept
    [InlineData(RetainBytes, 0, 5000ul, 2561ul)] // 5,000 − 2,048 is in the file that begins with 2,561
    [InlineData(RetainBytes, 0, 2200ul, 1ul)] // the file's last entry, 512, is among the newest 2,048 that the checkpoint covers
    [InlineData(RetainBytes, 0, 0ul, 1ul)] // no checkpoint
    [InlineData(0, 3, 5000ul, 4097ul)] // two files a day: three days before entry 5,000 is … below 4,097 − 1,024
    [InlineData(0, 30, 5000ul, 1ul)]
    [InlineData(RetainBytes, 30, 5000ul, 2561ul)] // what goes first counts
    public void Whole_files_go_that_are_covered_and_not_kept_by_bytes_or_days(long bytes, int days, ulong covered, ulong begins)
    {
        string directory = Directory.CreateTempSubdirectory("fastledger-history-").FullName;
        try
        {
            using var log = new HistoryLog(directory, segmentBytes: FileBytes);
            for (ulong number = 1; number <= 5000; number++)
            {
                var entry = new HistoryEntry { Sequence = number, TimestampNs = (long)number * NsPerDay / (EntriesPerFile / 2) };
                _ = log.Append(MemoryMarshal.AsBytes(new Span<HistoryEntry>(ref entry)));
                _ = log.FlushOnce();
            }

            var retention = new HistoryRetention(new HistorySection { RetainBytes = bytes, RetainDays = days, SegmentBytes = FileBytes }, log);
            Assert.Equal(begins - 1, retention.Apply(covered));
            Assert.Equal(begins, log.FirstEntry);
            Assert.Equal(0ul, retention.Apply(covered));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Disk_use_is_bounded_and_a_statement_says_below_which_sequence_it_is_pruned()
    {
        const int PerRound = 8000, RoundsUncovered = 3; // the older of two checkpoints covers what was written before it began
        const long Limit = RetainBytes + (2 * FileBytes) + (RoundsUncovered * PerRound * HistoryLog.EntryBytes) + (1 << 20);
        await using var replica = new TestReplica(configure: Little);
        string history = Path.Combine(replica.Options.DataDirectory, "history");
        Bank bank;
        int sent = 0;
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            bank = await Bank.OpenAsync(client, 1_000_000_000);
            for (int i = 0; i < 20; i++)
            {
                sent += await bank.SendAsync(client, PerRound);
                sent += await CheckpointAsync(replica.Replica, client, bank, more: 1);
                Assert.InRange(FrequentCheckpoints.BytesIn(history), 0, Limit);
            }

            Assert.True((long)sent * HistoryLog.EntryBytes > 2 * Limit);
            sent += await CheckpointAsync(replica.Replica, client, bank, more: 3);
            Assert.InRange(FrequentCheckpoints.BytesIn(history), RetainBytes, RetainBytes + (3 * FileBytes));
            await AssertCutOffAsync(client, bank, sent);
        }

        await replica.RestartAsync();
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            await AssertCutOffAsync(client, bank, sent);
            sent += await bank.SendAsync(client, 3000);
        }

        await replica.KillAsync();
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            sent += await CheckpointAsync(replica.Replica, client, bank, more: 2);
            await AssertCutOffAsync(client, bank, sent);
        }
    }

    [Fact]
    public async Task A_copy_of_a_replica_that_prunes_begins_where_its_history_does()
    {
        await using var replica = new TestReplica(configure: Little);
        string copies = Directory.CreateTempSubdirectory("fastledger-history-").FullName;
        try
        {
            Bank bank;
            int sent = 0;
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                bank = await Bank.OpenAsync(client, 1_000_000_000);
                for (int i = 0; i < 60; i++) sent += await bank.SendAsync(client, 8000); // until the journal's beginning is gone, too
                sent += await CheckpointAsync(replica.Replica, client, bank, more: 3);
                _ = Backup.Copy(ReplicaFolders.Of(replica.Options.DataDirectory), Path.Combine(copies, "running"));
            }

            await replica.StopAsync();
            _ = Backup.Restore(Path.Combine(copies, "running"), ReplicaFolders.Of(Path.Combine(copies, "restored")));
            foreach (string folder in (string[])[replica.Options.DataDirectory, Path.Combine(copies, "restored")])
            {
                using OfflineReplica offline = OfflineReplica.Load(ReplicaFolders.Of(folder));
                Assert.Equal((UInt128)sent, offline.Ledger.Accounts[(uint)bank.Bob].CreditsPosted);
                Assert.True(offline.History.FirstEntry > 1);
                Assert.Equal(offline.History.FirstEntry, HistoryStart.Read(ReplicaFolders.Of(folder).History));
                byte[] entry = new byte[HistoryLog.EntryBytes];
                for (ulong number = offline.History.FirstEntry; number <= offline.History.Count; number++) Assert.True(offline.History.Read(number, entry));
            }
        }
        finally
        {
            Directory.Delete(copies, recursive: true);
        }
    }

    [Fact]
    public async Task Without_any_checkpoint_the_whole_history_is_made_again_from_a_whole_journal()
    {
        await using var replica = new TestReplica(configure: static options =>
        {
            Little(options);
            options.State.KeepJournal = true;
        });
        Bank bank;
        int sent = 0;
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            bank = await Bank.OpenAsync(client, 1_000_000_000);
            sent += await bank.SendAsync(client, 8000);
            sent += await CheckpointAsync(replica.Replica, client, bank, more: 3);
            await AssertCutOffAsync(client, bank, sent);
        }

        await replica.StopAsync();
        foreach (string manifest in Directory.GetFiles(Path.Combine(replica.Options.DataDirectory, "state"), "manifest-0*")) File.Delete(manifest);
        replica.Start();
        await using LedgerClient again = await replica.ConnectAsync();
        Assert.Equal(sent, await CountAsync(again, bank, begins: 1));
    }

    [Fact]
    public void Pruning_without_checkpoints_is_refused()
    {
        NodeOptions options = TestReplica.OptionsFor("/tmp/never", Durability.None);
        options.History.RetainDays = 1;
        Assert.Contains("need checkpoints", Assert.Single(options.Faults()), StringComparison.Ordinal);
        options = TestReplica.OptionsFor("/tmp/never", Durability.Fsync);
        options.History = new HistorySection { RetainBytes = 1, RetainDays = -1, SegmentBytes = 100_000 };
        Assert.Equal(3, options.Faults().Count(static fault => fault.StartsWith("history.", StringComparison.Ordinal)));
    }

    /// <summary>The walk ends at the beginning of the replica's history, and says so.</summary>
    private static async Task AssertCutOffAsync(LedgerClient client, Bank bank, int sent)
    {
        AccountStatement newest = await client.GetStatementAsync(bank.Bob);
        Assert.True(newest.Head.HistoryBegins > 1);
        int there = await CountAsync(client, bank, newest.Head.HistoryBegins);
        Assert.InRange(there, RetainBytes / HistoryLog.EntryBytes, sent - 1);
    }

    private static async Task<int> CountAsync(LedgerClient client, Bank bank, ulong begins)
    {
        AccountStatement piece = await client.GetStatementAsync(bank.Bob);
        int count = piece.Entries.Count;
        ulong oldest = 0;
        while (piece.Head.NextEntry >= begins && piece.Head.NextEntry != 0)
        {
            piece = await client.GetStatementAsync(bank.Bob, piece.Head.NextEntry);
            count += piece.Entries.Count;
            oldest = piece.Entries[^1].Sequence;
        }

        Assert.Equal(begins, piece.Head.HistoryBegins);
        Assert.Equal(begins > 1, piece.IsCutOff);
        if (begins > 1)
        {
            Assert.Equal(oldest, piece.Head.HistoryBeginsSequence); // every entry is Bob's
            AccountStatement gone = await client.GetStatementAsync(bank.Bob, piece.Head.NextEntry);
            Assert.True(gone.IsCutOff);
            Assert.Empty(gone.Entries);
            Assert.Equal(piece.Head.HistoryBeginsSequence, gone.Head.HistoryBeginsSequence);
        }

        return count;
    }

    private static Task<int> CheckpointAsync(Replica replica, LedgerClient client, Bank bank, ulong more) =>
        FrequentCheckpoints.ReachAsync(replica, replica.Checkpoints().Published + more, client, bank);
}
