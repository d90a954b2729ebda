// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Domain;
using FastLedger.Domain.Clearing;
using FastLedger.Node.Recovery;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Tests;

/// <summary>
/// Delivery versus payment in its three models, and a netting cycle, on a running replica whose journal is then cut wherever a crash could
/// have cut it: what recovery finds has moved both legs or neither.
/// </summary>
public sealed class SettlementCrashTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int CutBytes = 512;
    private const long Price = 700, Shares = 100;

    [Fact]
    public async Task A_crash_at_any_moment_leaves_both_legs_or_neither()
    {
        await using var replica = new TestReplica(Durability.Fsync);
        string copy = Directory.CreateTempSubdirectory("fastledger-crash-").FullName;
        try
        {
            Deal deal;
            await using (LedgerClient client = await replica.ConnectAsync())
            {
                deal = await OpenAsync(client);
                await SettleGrossAsync(client, deal);
                await SettleSecuritiesGrossAsync(client, deal);
                await SettleNetAsync(client, deal);

                // The journal of a process that was killed now: not sealed.
                CopyJournal(replica.Options.DataDirectory, copy);
            }

            CutEverywhere(copy, deal);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>Model 1: both legs in one linked chain.</summary>
    private static async Task SettleGrossAsync(LedgerClient client, Deal deal)
    {
        Assert.Equal([ResultCode.LinkedFailed, ResultCode.ExceedsBalance], await ChainAsync(client, Leg(deal.Shares, 0, 1, Shares), Leg(deal.Cash, 1, 0, 100 * Price)));
        Assert.Equal([ResultCode.Ok, ResultCode.Ok], (await ChainAsync(client, Leg(deal.Shares, 0, 1, Shares), Leg(deal.Cash, 1, 0, Price))));
    }

    /// <summary>Model 2: the securities leg at once, the cash leg into a cycle that settles at its end.</summary>
    private static async Task SettleSecuritiesGrossAsync(LedgerClient client, Deal deal)
    {
        uint cycle = (uint)await TestReplica.OkAsync(client, new CycleCommand { Opcode = Opcode.OpenCycle, System = deal.Cash.System });
        Assert.Equal(deal.FirstCycle, cycle);
        Assert.Equal([ResultCode.Ok, ResultCode.Ok], await ChainAsync(client, Leg(deal.Shares, 0, 1, Shares), Obligation(cycle, deal.Cash, 1, 0, Price)));
        Assert.Equal([ResultCode.Ok, ResultCode.Ok], await ChainAsync(client, Leg(deal.Shares, 1, 0, Shares / 2), Obligation(cycle, deal.Cash, 0, 1, Price / 2)));
        await TestReplica.OkAsync(client, new CycleCommand { Opcode = Opcode.CloseCycle, Cycle = cycle });
        Assert.Equal((ResultCode.Ok, (UInt128)2), ((await client.SettleCycleAsync(cycle)).Code, (await client.GetCycleAsync(cycle)).ObligationCount));
    }

    /// <summary>Model 3: both legs net, in two cycles that settle in one linked chain, and only when everybody can deliver and pay.</summary>
    private static async Task SettleNetAsync(LedgerClient client, Deal deal)
    {
        uint cash = (uint)await TestReplica.OkAsync(client, new CycleCommand { Opcode = Opcode.OpenCycle, System = deal.Cash.System });
        uint shares = (uint)await TestReplica.OkAsync(client, new CycleCommand { Opcode = Opcode.OpenCycle, System = deal.Shares.System });
        Assert.Equal((deal.FirstCycle + 1, deal.FirstCycle + 2), (cash, shares));
        Assert.Equal([ResultCode.Ok, ResultCode.Ok], await ChainAsync(client, Obligation(shares, deal.Shares, 0, 1, 2 * Shares), Obligation(cash, deal.Cash, 1, 0, 2 * Price)));
        Assert.Equal([ResultCode.Ok, ResultCode.Ok], await ChainAsync(client, Obligation(shares, deal.Shares, 1, 0, Shares), Obligation(cash, deal.Cash, 0, 1, Price)));
        foreach (uint cycle in new[] { cash, shares }) await TestReplica.OkAsync(client, new CycleCommand { Opcode = Opcode.CloseCycle, Cycle = cycle });

        // One share short: neither cycle settles, whichever comes first.
        long held = await BalanceAsync(client, deal.Shares.Accounts[0]);
        await TestReplica.OkAsync(client, Leg(deal.Shares, 0, 2, held - Shares + 1));
        Assert.Equal([ResultCode.LinkedFailed, ResultCode.CycleShortfall], (await ChainAsync(client, Settle(cash), Settle(shares))));
        Assert.Equal([ResultCode.CycleShortfall, ResultCode.LinkedFailed], (await ChainAsync(client, Settle(shares), Settle(cash))));
        await TestReplica.OkAsync(client, Leg(deal.Shares, 2, 0, held - Shares + 1));
        Assert.Equal([ResultCode.Ok, ResultCode.Ok], await ChainAsync(client, Settle(cash), Settle(shares)));
    }

    private void CutEverywhere(string copy, Deal deal)
    {
        string file = Directory.GetFiles(OfflineReplica.JournalOf(copy), "*.journal").Order(StringComparer.Ordinal).First();
        byte[] whole = File.ReadAllBytes(file);
        int used = Array.FindLastIndex(whole, b => b != 0) + 1;
        var stages = new SortedSet<int>();
        int cuts = 0;
        for (int length = used; length > 0; length -= CutBytes)
        {
            byte[] torn = (byte[])whole.Clone();
            Array.Clear(torn, length, used - length);
            File.WriteAllBytes(file, torn);
            if (Load(copy) is not { } replica) continue;
            using (replica) stages.Add(Check(replica.Ledger, deal));
            cuts++;
        }

        output.WriteLine($"{cuts} cuts of {used:N0} bytes, stages {string.Join(' ', stages)}");
        Assert.Equal(Enumerable.Range(0, 5), stages);
    }

    /// <summary>Null while not even the genesis is whole.</summary>
    private static OfflineReplica? Load(string directory)
    {
        try
        {
            return OfflineReplica.Load(ReplicaFolders.Of(directory));
        }
        catch (JournalDamagedException e) when (e.Message.Contains("genesis", StringComparison.Ordinal) || e.Offset < CutBytes * 8)
        {
            return null;
        }
    }

    /// <summary>How many of the four deals that move shares have happened; the cash must say the same.</summary>
    private static int Check(Ledger ledger, Deal deal)
    {
        var sums = new Dictionary<uint, Int128>();
        for (uint n = 1; n < ledger.Accounts.Count; n++) sums[ledger.Accounts[n].Asset] = sums.GetValueOrDefault(ledger.Accounts[n].Asset) + ledger.Accounts[n].Balance;
        Assert.All(sums.Values, sum => Assert.Equal(Int128.Zero, sum));
        Int128 shares = Balance(ledger, deal.Shares.Accounts[1]), cash = Balance(ledger, deal.Cash.Accounts[0]);
        for (uint cycle = deal.FirstCycle; cycle < deal.FirstCycle + 2; cycle++) cash += Owed(ledger, cycle, deal.Cash.Members[0]);
        shares += Owed(ledger, deal.FirstCycle + 2, deal.Shares.Members[1]);
        int stage = (int)(shares / (Shares / 2));

        // Shares to the buyer after each deal, in halves of a lot: 2, 4, 3, then the net of the last two: 7 and 5; cash follows in the same order.
        var steps = new Dictionary<(long, long), int> { [(0, 0)] = 0, [(2, 2)] = 1, [(4, 4)] = 2, [(3, 3)] = 3, [(7, 7)] = 3, [(5, 5)] = 4 };
        Assert.True(steps.TryGetValue((stage, (long)(cash / (Price / 2))), out int reached), $"shares {shares}, cash {cash}");
        CycleState paid = State(ledger, deal.FirstCycle + 1), delivered = State(ledger, deal.FirstCycle + 2);
        Assert.Equal(paid == CycleState.Settled, delivered == CycleState.Settled);
        return reached;
    }

    private static Int128 Owed(Ledger ledger, uint cycle, uint member)
    {
        if (State(ledger, cycle) is CycleState.None or CycleState.Settled) return Int128.Zero;
        uint position = ledger.Clearing.CyclePositionByMember.Find(PaymentTables.Pair(cycle, member));
        return position == 0 ? Int128.Zero : ledger.Clearing.CyclePositions[position].Net;
    }

    private static CycleState State(Ledger ledger, uint cycle) => ledger.Clearing.Cycles.Has(cycle) ? ledger.Clearing.Cycles[cycle].State : CycleState.None;

    private static Int128 Balance(Ledger ledger, ulong account) => ledger.Accounts.Has(account) ? ledger.Accounts[(uint)account].Balance : Int128.Zero;

    private static void CopyJournal(string from, string to)
    {
        Directory.CreateDirectory(OfflineReplica.JournalOf(to));
        foreach (string file in Directory.GetFiles(OfflineReplica.JournalOf(from), "*.journal")) File.Copy(file, Path.Combine(OfflineReplica.JournalOf(to), Path.GetFileName(file)));
    }

    private static async Task<Deal> OpenAsync(LedgerClient client)
    {
        // Seller, buyer, and a third who only holds.
        (uint cashSystem, uint[] cashMembers, ulong[] cashAccounts) = await ClearingTests.OpenAsync(client, [0, 10 * Price, 0], default);
        uint[] participants = [.. await Task.WhenAll(cashMembers.Select(async m => (await client.GetMemberAsync(m)).Participant))];
        (uint shareSystem, uint[] shareMembers, ulong[] shareAccounts) = await ClearingTests.OpenAsync(client, [10 * Shares, 0, 0], default, participants);
        return new Deal(new Side(cashSystem, cashMembers, cashAccounts), new Side(shareSystem, shareMembers, shareAccounts), 1);
    }

    /// <summary>Two commands of which both take effect or neither.</summary>
    private static async Task<ResultCode[]> ChainAsync<TFirst, TSecond>(LedgerClient client, TFirst first, TSecond second)
        where TFirst : unmanaged, ICommand
        where TSecond : unmanaged, ICommand
    {
        using CommandBatch batch = client.RentBatch();
        Command linked = Command.Of(in first);
        linked.Flags |= CommandFlags.Linked;
        batch.Add(Command.As<TFirst>(in linked));
        batch.Add(in second);
        BatchOutcome outcome = await client.SubmitAsync(batch, ResultMode.All);
        return [.. outcome.Results.ToArray().Select(r => r.Code)];
    }

    private static async Task<long> BalanceAsync(LedgerClient client, ulong account)
    {
        var answer = await client.GetAccountAsync(account);
        return (long)((Int128)answer.CreditsPosted - (Int128)answer.DebitsPosted);
    }

    private static TransferCommand Leg(Side side, int from, int to, long amount) =>
        new() { Opcode = Opcode.Transfer, DebitAccount = side.Accounts[from], CreditAccount = side.Accounts[to], Amount = (UInt128)amount };

    private static ObligationCommand Obligation(uint cycle, Side side, int debtor, int creditor, long amount) =>
        new() { Opcode = Opcode.AddObligation, Cycle = cycle, Debtor = side.Members[debtor], Creditor = side.Members[creditor], Amount = (ulong)amount };

    private static CycleCommand Settle(uint cycle) => new() { Opcode = Opcode.SettleCycle, Cycle = cycle };

    private sealed record Side(uint System, uint[] Members, ulong[] Accounts);

    private sealed record Deal(Side Cash, Side Shares, uint FirstCycle);
}
