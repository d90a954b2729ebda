// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Consensus.Effects;
using FastLedger.Node.Recovery;
using FastLedger.State;
using FastLedger.Storage;

namespace FastLedger.Node.Tests.Clusters;

/// <summary>A bit of one replica's memory turns over: that replica stops and says where, the others go on.</summary>
public sealed class DivergenceTests
{
    [Fact]
    public async Task A_replica_whose_memory_changed_stops_and_names_table_and_record()
    {
        const int bad = 2, offset = 121; // in what the client keeps with its account: no command looks at it
        await using var cluster = new TestCluster(configure: options => options.State.CheckpointSeconds = 0);
        await using LedgerClient client = await cluster.ConnectAsync();
        Bank bank = await Bank.OpenAsync(client, 1_000_000);
        await cluster.AgreeAsync();
        Table accounts = cluster[bad].Execution.Ledger.Tree.Find((uint)TableId.Accounts)!;
        Flip(accounts, (uint)bank.Bob, offset);

        // The record is hashed again when it changes; what it holds is not looked at in between.
        await TestReplica.OkAsync(client, bank.Transfer(1));
        ReplicaHaltedException fault = await Assert.ThrowsAsync<ReplicaHaltedException>(() => cluster[bad].Completion.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(HaltReason.StateDiverged, fault.Reason);

        DivergenceReport report = cluster[bad].ExamineDivergence();
        TableDifference difference = Assert.Single(report.Tables);
        Assert.Equal(("Accounts", (uint)TableId.Accounts, 1u, (uint)bank.Bob, offset), (difference.Table, difference.TableId, difference.Records, difference.FirstRecord, difference.FirstByte));
        byte[] held = Convert.FromHexString(difference.Held), replayed = Convert.FromHexString(difference.Replayed);
        Assert.Equal(accounts.RecordSize, held.Length);
        Assert.Equal([offset], Enumerable.Range(0, held.Length).Where(i => held[i] != replayed[i]));
        Assert.NotEqual(report.HeldRoot, report.ReplayedRoot);
        Assert.Contains(report.Describe(), line => line.Contains($"Table Accounts ({(uint)TableId.Accounts}), record {bank.Bob}, byte {offset}", StringComparison.Ordinal));
        using JsonDocument file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(cluster.OptionsOf(bad).DataDirectory, DivergenceReport.FileName)));
        Assert.Equal(bank.Bob, file.RootElement.GetProperty("tables")[0].GetProperty("first_record").GetUInt64());
        Assert.Equal(report.ReplayedRoot, file.RootElement.GetProperty("replayed_root").GetString());

        // The others go on, and the one that stopped does not come back with what it has: its journal names roots that nobody gets again.
        await TestReplica.OkAsync(client, bank.Transfer(1));
        await cluster.StopAsync(bad);
        await cluster.AgreeAsync();
        Assert.Throws<JournalDamagedException>(() => cluster.Start(bad));
    }

    [Fact]
    public async Task Only_a_replica_that_diverged_can_be_examined()
    {
        await using var cluster = new TestCluster(1);
        Assert.Throws<InvalidOperationException>(() => cluster[0].ExamineDivergence());
    }

    private static void Flip(Table table, uint record, int offset)
    {
        ReadOnlySpan<byte> bytes = table.Bytes(record);
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(bytes), bytes.Length)[offset] ^= 1;
    }
}
