// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Node.Checkpoints;
using FastLedger.Node.Recovery;
using FastLedger.Node.Tests.Clusters;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Checkpoints;

public sealed class CheckpointTests
{
    private const int Wanderers = 9000;

    [Fact]
    public async Task A_restart_goes_on_from_the_newest_checkpoint_and_executes_only_what_came_after()
    {
        await using var replica = new TestReplica(configure: FrequentCheckpoints.Configure);
        ulong bob;
        Hash256 root;
        int sent;
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            Bank bank = await Bank.OpenAsync(client, 1_000_000);
            bob = bank.Bob;
            sent = await FrequentCheckpoints.ReachAsync(replica.Replica, 3, client, bank);
            root = (await client.GetStatusAsync()).StateRoot;
        }

        await replica.RestartAsync();
        Assert.Equal(root, replica.Replica.RecoveredState.StateRoot);
        Assert.InRange(replica.Replica.ReplayedCommands, 0ul, (ulong)sent - 1);
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            Assert.Equal((UInt128)sent, (await client.GetAccountAsync(bob)).CreditsPosted);
            Assert.Equal((UInt128)1, (await client.GetStatementAsync(bob)).Entries[0].Amount);
        }
    }

    [Fact]
    public async Task A_killed_replica_goes_on_from_a_checkpoint_and_takes_further_ones()
    {
        await using var replica = new TestReplica(configure: FrequentCheckpoints.Configure);
        Bank bank = null!;
        int sent = 0;
        for (int round = 0; round < 4; round++)
        {
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                if (round == 0) bank = await Bank.OpenAsync(client, 1_000_000);
                Assert.Equal((UInt128)sent, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
                sent += await FrequentCheckpoints.ReachAsync(replica.Replica, 2, client, bank);
            }

            await replica.KillAsync();
        }
    }

    [Fact]
    public async Task What_both_checkpoints_hold_leaves_the_journal_and_damage_of_the_newest_costs_nothing()
    {
        await using var replica = new TestReplica(configure: FrequentCheckpoints.Configure);
        Bank bank;
        int sent = 0;
        string journal = Path.Combine(replica.Options.DataDirectory, "journal"), state = Path.Combine(replica.Options.DataDirectory, "state");
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            bank = await Bank.OpenAsync(client, 10_000_000);
            for (int i = 0; i < 200 && File.Exists(Path.Combine(journal, "segment-0000000000.journal")) || sent < 20 * 8190; i++) sent += await bank.SendAsync(client, 8190);
        }

        Assert.False(File.Exists(Path.Combine(journal, "segment-0000000000.journal")));
        await replica.RestartAsync();
        await CheckAsync(replica, bank, sent);

        await replica.StopAsync();
        using (OfflineReplica offline = OfflineReplica.Load(ReplicaFolders.Of(replica.Options.DataDirectory)))
        {
            Assert.True(offline.FromHeight > 0);
            Assert.Equal((UInt128)sent, offline.Ledger.Accounts[(uint)bank.Bob].CreditsPosted);
        }

        string newest = Directory.GetFiles(state, "manifest-*").Order(StringComparer.Ordinal).Last();
        byte[] bytes = File.ReadAllBytes(newest);
        bytes[100] ^= 1;
        File.WriteAllBytes(newest, bytes);
        replica.Start();
        await CheckAsync(replica, bank, sent);

        await replica.StopAsync();
        foreach (string manifest in Directory.GetFiles(state, "manifest-*")) File.Delete(manifest);
        StoreDamagedException refused = Assert.Throws<StoreDamagedException>(replica.Start);
        Assert.Contains("no checkpoint can be used", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_whose_state_does_not_fit_its_memory_answers_as_one_whose_does()
    {
        await using var whole = new TestReplica(configure: FrequentCheckpoints.Configure);
        await using var bounded = new TestReplica(configure: options =>
        {
            FrequentCheckpoints.Configure(options);
            options.State.Memory = 1 << 20;
        });
        Assert.Equal(await WanderAsync(whole), await WanderAsync(bounded));
        Assert.True(bounded.Replica.Checkpoints() is { Evictions: > 500, Misses: > 20, Returns: > 500 }, bounded.Replica.Checkpoints().ToString());
        await bounded.KillAsync();
        await using LedgerClient client = await bounded.ConnectAsync();
        Assert.Equal(Wanderers, (int)(await client.GetStatusAsync()).Accounts);
    }

    [Fact]
    public async Task A_copy_of_a_running_replica_can_be_put_back_also_as_of_an_earlier_height()
    {
        await using var replica = new TestReplica(configure: FrequentCheckpoints.Configure);
        string copies = Directory.CreateTempSubdirectory("fastledger-backup-").FullName;
        try
        {
            Bank bank;
            ulong copied, last;
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                bank = await Bank.OpenAsync(client, 1_000_000);
                await FrequentCheckpoints.ReachAsync(replica.Replica, 2, client, bank);
                copied = Backup.Copy(ReplicaFolders.Of(replica.Options.DataDirectory), Path.Combine(copies, "copy"));
                await FrequentCheckpoints.ReachAsync(replica.Replica, 4, client, bank);
                last = (await client.GetStatusAsync()).Height;
            }

            await replica.StopAsync();
            Backup.Copy(ReplicaFolders.Of(replica.Options.DataDirectory), Path.Combine(copies, "stopped"));
            Assert.Equal(last, Load(Backup.Restore(Path.Combine(copies, "stopped"), ReplicaFolders.Of(Path.Combine(copies, "all"))), Path.Combine(copies, "all")));
            ulong wanted = last - 1;
            Assert.Equal(wanted, Load(Backup.Restore(Path.Combine(copies, "stopped"), ReplicaFolders.Of(Path.Combine(copies, "before")), wanted), Path.Combine(copies, "before")));
            Assert.True(Load(0, Path.Combine(copies, "copy")) >= copied);
            Assert.Throws<InvalidDataException>(() => Backup.Restore(Path.Combine(copies, "stopped"), ReplicaFolders.Of(Path.Combine(copies, "never")), 1));
        }
        finally
        {
            Directory.Delete(copies, recursive: true);
        }
    }

    [Fact]
    public async Task Disk_use_of_state_and_journal_stays_the_same_over_thirty_checkpoints()
    {
        const int BatchesBetween = 5;
        const long StateLimit = 96 << 20, JournalLimit = 64 << 20; // three of FASTER's hash indexes are 24 MiB
        await using var replica = new TestReplica(configure: FrequentCheckpoints.Configure);
        string data = replica.Options.DataDirectory;
        await using LedgerClient client = await replica.ConnectAsync();
        Bank bank = await Bank.OpenAsync(client, 1_000_000_000);
        for (ulong checkpoints = 1; checkpoints <= 30; checkpoints++)
        {
            for (int i = 0; i < BatchesBetween; i++) await bank.SendAsync(client, 8190);
            await FrequentCheckpoints.ReachAsync(replica.Replica, replica.Replica.Checkpoints().Published + 1, client, bank);
            long state = FrequentCheckpoints.BytesIn(Path.Combine(data, "state")), journal = FrequentCheckpoints.BytesIn(Path.Combine(data, "journal"));
            Assert.True(state <= StateLimit && journal <= JournalLimit, $"{state} bytes of state and {journal} of journal after {checkpoints} checkpoints");
        }

        Assert.True(30L * BatchesBetween * 8190 * 128 > 2 * JournalLimit);
        Assert.False(File.Exists(Path.Combine(data, "state", "pages", "pages-0000000000.log")));
    }

    [Fact]
    public async Task A_replica_of_a_cluster_goes_on_from_a_checkpoint_and_catches_up()
    {
        await using var cluster = new TestCluster(configure: FrequentCheckpoints.Configure);
        await using LedgerClient client = await cluster.ConnectAsync();
        Bank bank = await Bank.OpenAsync(client, 1_000_000);
        for (int i = 0; i < 60 || (i < 6000 && cluster[3].Checkpoints().Published == 0); i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        await cluster.AgreeAsync();
        Assert.True(cluster[3].Checkpoints().Published > 0);
        await cluster.KillAsync(3);
        for (int i = 0; i < 20; i++) await TestReplica.OkAsync(client, bank.Transfer(1));
        cluster.Start(3);
        Assert.True(cluster[3].RecoveredState.Height > 20);
        await TestReplica.OkAsync(client, bank.Transfer(1));
        await cluster.AgreeAsync();
    }

    private static ulong Load(ulong atMost, string directory)
    {
        using OfflineReplica offline = OfflineReplica.Load(ReplicaFolders.Of(directory));
        if (atMost != 0) Assert.Equal(atMost, offline.Ledger.Height);
        return offline.Ledger.Height;
    }

    /// <summary>Many accounts, transfers between distant ones; what they hold in the end.</summary>
    private static async Task<UInt128[]> WanderAsync(TestReplica replica)
    {
        await using LedgerClient client = await replica.ConnectAsync();
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Opcode = Opcode.CreateAsset });
        ulong issuer = await TestReplica.OkAsync(client, new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset, AccountFlags = AccountFlags.Unlimited });
        await SubmitAsync(client, Wanderers - 1, i => new OpenAccountCommand { Opcode = Opcode.OpenAccount, Asset = asset });
        await SubmitAsync(client, Wanderers - 1, i => new TransferCommand { Opcode = Opcode.Transfer, DebitAccount = issuer, CreditAccount = issuer + 1 + (ulong)i, Amount = 1000 });
        var random = new Random(3);
        for (int round = 0; round < 12; round++)
        {
            await SubmitAsync(client, 400, i => new TransferCommand
            {
                Opcode = Opcode.Transfer,
                DebitAccount = issuer + 1 + (ulong)random.Next(Wanderers - 1),
                CreditAccount = issuer + 1 + (ulong)random.Next(Wanderers - 1),
                Amount = (UInt128)random.Next(1, 40),
            });
        }

        var balances = new UInt128[300];
        for (int i = 0; i < balances.Length; i++) balances[i] = (await client.GetAccountAsync(issuer + 1 + (ulong)(i * 29))).CreditsPosted;
        return balances;
    }

    private static async Task SubmitAsync<T>(LedgerClient client, int count, Func<int, T> command) where T : unmanaged, ICommand
    {
        for (int done = 0; done < count;)
        {
            CommandBatch batch = client.RentBatch();
            for (int i = 0; i < batch.Capacity && done < count; i++, done++) batch.Add(command(done));
            await client.SubmitAsync(batch);
            batch.Dispose();
        }
    }

    private static async Task CheckAsync(TestReplica replica, Bank bank, int sent)
    {
        await using LedgerClient client = await replica.ConnectAsync();
        Assert.Equal((UInt128)sent, (await client.GetAccountAsync(bank.Bob)).CreditsPosted);
    }
}
