// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Domain;
using FastLedger.Domain.CentralCounterparty;
using FastLedger.Node.Configuration;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Tests;

/// <summary>A replica whose journal ends anywhere in the middle of a default: every step of the waterfall is there with all its legs, or not at all.</summary>
public sealed class CounterpartyCrashTests
{
    private const int Loss = 1301, Stride = 331;

    [Fact]
    public async Task A_journal_cut_anywhere_in_a_default_holds_whole_steps_only_and_the_rest_can_be_done_again()
    {
        string directory;
        long start, end;
        byte[] bytes;
        var steps = new List<string>();
        using var copy = new Copy();
        CounterpartyTests.Opened ccp;
        uint contract;
        await using (var replica = new TestReplica(Durability.Fsync))
        {
            directory = replica.Options.DataDirectory;
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                ccp = await CounterpartyTests.OpenAsync(client, [500, 1300, 1200, 1100], [0, 0, 0, 0], capital: 150);
                contract = await CounterpartyTests.LoseAsync(client, ccp, Loss);
                start = EndOf(Segment(directory));
                foreach (Func<LedgerClient, ValueTask<CommandResult>> step in Steps(ccp, contract)) Assert.Equal(ResultCode.Ok, (await step(client)).Code);
            }

            // What a crash leaves: everything acknowledged is on the device, the segment is as long as it was allocated.
            copy.From(directory);
            bytes = ReadAll(Segment(copy.Directory));
            end = EndOf(Segment(copy.Directory));
        }

        // Every state that whole steps can leave.
        for (ulong height = HeightAt(copy, bytes, start); ; height++)
        {
            using OfflineReplica at = OfflineReplica.Load(ReplicaFolders.Of(copy.Directory), height);
            steps.Add(Image(at.Ledger, ccp));
            if (at.Ledger.Height < height) break;
        }

        Assert.Equal(5, steps.Distinct().Count());
        var seen = new HashSet<string>();
        for (long cut = start; cut < end; cut += Stride)
        {
            copy.Cut(bytes, cut);
            using (OfflineReplica at = OfflineReplica.Load(ReplicaFolders.Of(copy.Directory)))
            {
                string image = Image(at.Ledger, ccp);
                Assert.Contains(image, steps);
                Check(at.Ledger, ccp);
                if (!seen.Add(image)) continue;
            }

            // The first time that a state is seen, the replica starts from it and the default is brought to its end.
            await using Replica again = Replica.Start(copy.Options());
            await using LedgerClient client = await LedgerClient.ConnectAsync(new ClientOptions { Endpoints = [again.EndPoint], Key = TestReplica.Key(1) });
            foreach (Func<LedgerClient, ValueTask<CommandResult>> step in Steps(ccp, contract))
                Assert.True((await step(client)).Code is ResultCode.Ok or ResultCode.DefaultState or ResultCode.InvalidTrade);
            AccountAnswer drawn = await client.GetAccountAsync(ccp.Own[4]);
            Assert.Equal(((UInt128)Loss, (UInt128)Loss), (drawn.CreditsPosted, drawn.DebitsPosted));
            Assert.Equal((Loss, 0), ((int)(await client.GetDefaultAsync(1)).Loss, (int)(await client.GetDefaultAsync(1)).Uncovered));
        }

        Assert.InRange(seen.Count, 4, 5);
    }

    private static IEnumerable<Func<LedgerClient, ValueTask<CommandResult>>> Steps(CounterpartyTests.Opened ccp, uint contract) =>
    [
        client => client.DeclareDefaultAsync(ccp.Members[0]),
        client => client.CloseOutAsync(contract, ccp.Members[2], ccp.Members[0], 1, 5000 - Loss),
        client => client.MarkContractAsync(contract, 5000 - Loss),
        client => client.ApplyWaterfallAsync(ccp.Members[0]),
        client => client.SettleVariationAsync(ccp.Counterparty),
    ];

    private static string Segment(string directory) => Directory.GetFiles(OfflineReplica.JournalOf(directory), "*.journal").Order().Last(f => EndOf(f) > 0);

    /// <summary>Offset behind the last byte that is not zero: the segment is allocated ahead.</summary>
    private static long EndOf(string file)
    {
        return ReadAll(file).AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
    }

    private static byte[] ReadAll(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var all = new byte[stream.Length];
        stream.ReadExactly(all);
        return all;
    }

    private static ulong HeightAt(Copy copy, byte[] bytes, long cut)
    {
        copy.Cut(bytes, cut);
        using (OfflineReplica at = OfflineReplica.Load(ReplicaFolders.Of(copy.Directory)))
        {
            ulong height = at.Ledger.Height;
            copy.Cut(bytes, bytes.Length);
            return height;
        }
    }

    private static string Image(Ledger ledger, CounterpartyTests.Opened ccp) => string.Join(
        ' ',
        ccp.Own.Concat(ccp.Cash).Select(a => ledger.Accounts[(uint)a].Balance.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Concat(ccp.Members.Select(m => $"{ledger.Counterparties.ClearingMembers[m].State}:{ledger.Counterparties.ClearingMembers[m].Contribution}:{ledger.Counterparties.ClearingMembers[m].OpenPositions}:{ledger.Counterparties.ClearingMembers[m].VariationDue}")));

    private static void Check(Ledger ledger, CounterpartyTests.Opened ccp)
    {
        CounterpartyTables tables = ledger.Counterparties;
        CounterpartyRecord counterparty = tables.Counterparties[ccp.Counterparty];
        Assert.Equal((Int128)counterparty.MarginTotal, ledger.Accounts[counterparty.MarginAccount].Balance);
        Assert.Equal((Int128)counterparty.FundTotal, ledger.Accounts[counterparty.FundAccount].Balance);
        Assert.Equal(Int128.Zero, ledger.Accounts[counterparty.VariationAccount].Balance);
        Assert.Equal((Int128)counterparty.DefaultDue, ccp.Members.Aggregate(Int128.Zero, (sum, m) => sum + tables.ClearingMembers[m].VariationDue));
        Assert.Equal((Int128)(counterparty.DefaultDue - counterparty.Uncovered), ledger.Accounts[counterparty.DefaultAccount].Balance);
        Assert.Equal(UInt128.Zero, counterparty.Uncovered);
        for (uint c = 1; c < tables.Contracts.Count; c++) Assert.Equal((Int128.Zero, Int128.Zero), (tables.Contracts[c].HouseQuantity, tables.Contracts[c].HouseCost));
        var sums = new Int128[ledger.Assets.Count];
        for (uint a = 1; a < ledger.Accounts.Count; a++) sums[ledger.Accounts[a].Asset] += ledger.Accounts[a].Balance;
        Assert.All(sums, sum => Assert.Equal(Int128.Zero, sum));
    }

    /// <summary>A data directory that is written over for each cut.</summary>
    private sealed class Copy : IDisposable
    {
        private string _segment = "";

        public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("fastledger-cut-").FullName;

        public void From(string directory)
        {
            foreach (string file in System.IO.Directory.GetFiles(directory, "*", SearchOption.AllDirectories))
            {
                if (Path.GetFileName(file) == "lock") continue;
                string target = Path.Combine(Directory, Path.GetRelativePath(directory, file));
                System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.WriteAllBytes(target, ReadAll(file));
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(target, File.GetUnixFileMode(file));
            }

            _segment = Segment(Directory);
        }

        public void Cut(byte[] bytes, long at)
        {
            byte[] torn = new byte[bytes.Length];
            bytes.AsSpan(0, (int)at).CopyTo(torn);
            File.WriteAllBytes(_segment, torn);
        }

        public NodeOptions Options() => TestReplica.OptionsFor(Directory, Durability.Fsync);

        public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
    }
}
