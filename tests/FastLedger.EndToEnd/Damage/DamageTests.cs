// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Load.Nodes;
using FastLedger.Load.Workloads;
using FastLedger.Node.Recovery;
using Xunit.Abstractions;

namespace FastLedger.EndToEnd.Damage;

public class DamageTests(ITestOutputHelper output)
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Lets a real node write a small journal over several segments: transfers, and orders that trade.</summary>
    private static async Task WriteJournalAsync(string dataDirectory, bool sealedEnd)
    {
        using NodeProcess node = TestNode.StartSmall(dataDirectory, 0);
        using SigningKey key = SigningKey.Generate();
        await using LedgerClient client = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = [node.Endpoint], Key = key });
        var transfers = new TransferWorkload(100);
        transfers.SetUp(client, null, default);
        var orders = new OrderWorkload(20);
        orders.SetUp(client, null, default);
        for (int i = 0; i < 80; i++)
        {
            using CommandBatch batch = client.RentBatch();
            if (i % 2 == 0) transfers.Fill(batch, 1_000);
            else orders.Fill(batch, 100);
            BatchOutcome outcome = await client.SubmitAsync(batch, FastLedger.Protocol.Messages.ResultMode.All);
            if (i % 2 == 1) orders.Answered(batch, outcome);
        }

        if (sealedEnd) Assert.Equal(0, node.Stop(StopDeadline));
        else node.Kill();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_damage_of_the_journal_is_detected_or_harmless_and_never_a_wrong_balance(bool sealedEnd)
    {
        int seed = Campaign.Seed(), count = Campaign.Length(40, 1_000);
        output.WriteLine($"FASTLEDGER_SEED={seed}, {count} damages, journal {(sealedEnd ? "sealed" : "cut by a crash")}");
        using var folder = new TemporaryFolder();
        await WriteJournalAsync(folder.Path, sealedEnd);
        var campaign = new DamageCampaign(folder.Path, seed);
        for (int i = 0; i < count; i++) campaign.Once();
        output.WriteLine($"{campaign.Height} blocks; {campaign.Detected} damages detected, {campaign.Prefixes} gave an exact prefix, {campaign.Harmless} were harmless");
        Assert.True(campaign.Detected > 0);
    }

    [Fact]
    public async Task Verify_and_node_refuse_a_damaged_journal_and_name_file_and_offset()
    {
        using var folder = new TemporaryFolder();
        await WriteJournalAsync(folder.Path, sealedEnd: true);
        Assert.Equal(0, TestNode.Run("verify", folder.Path).ExitCode);
        string segment = Directory.GetFiles(OfflineReplica.JournalOf(folder.Path), "*.journal").Order(StringComparer.Ordinal).First();
        byte[] bytes = await File.ReadAllBytesAsync(segment);
        bytes[100_000] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);

        (int exit, string text, string error) = TestNode.Run("verify", folder.Path, "--json");
        Assert.Equal(65, exit);
        Assert.Contains("\"ok\": false", text, StringComparison.Ordinal);
        Assert.Contains(segment, error, StringComparison.Ordinal);
        Assert.Matches("offset [0-9]+", error);
        Assert.Equal(65, TestNode.Run(["node", "--data-directory", folder.Path, "--listen", "127.0.0.1:0", .. TestNode.SmallLedger]).ExitCode);
    }
}
