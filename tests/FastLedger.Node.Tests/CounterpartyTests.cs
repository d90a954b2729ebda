// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;
using FastLedger.Storage;

namespace FastLedger.Node.Tests;

/// <summary>The known cases of a central counterparty, through the wire on a running replica.</summary>
public sealed class CounterpartyTests
{
    internal sealed record Opened(uint Counterparty, uint[] Members, ulong[] Cash, ulong[] Securities, ulong Issuer, ulong[] Own, uint SecuritySystem);

    [Fact]
    public async Task Four_trades_of_290_end_in_one_delivery_of_70_and_the_cash_that_the_trades_said()
    {
        await using var replica = new TestReplica();
        await using LedgerClient client = await replica.ConnectAsync();
        Opened ccp = await OpenAsync(client, [70_000, 5000, 100_000], [0, 0, 100], capital: 0);
        uint contract = await ListAsync(client, ccp, ccp.SecuritySystem);
        foreach ((int buyer, int seller, ulong quantity, ulong price) in new (int, int, ulong, ulong)[] { (0, 1, 100, 1000), (1, 2, 100, 1010), (2, 0, 60, 1020), (0, 2, 30, 1005) })
            Assert.Equal(ResultCode.Ok, (await client.NovateAsync(contract, ccp.Members[buyer], ccp.Members[seller], quantity, price)).Code);

        (long Quantity, long Cash)[] positions = await Task.WhenAll(ccp.Members.Select(async m =>
        {
            ContractAnswer position = await client.GetContractAsync(contract, m);
            return (position.Quantity, (long)-position.Cost);
        }));
        Assert.Equal([(70, -68_950), (0, -1000), (-70, 69_950)], positions);
        ContractAnswer traded = await client.GetContractAsync(contract);
        Assert.Equal((290u, 70ul, Int128.Zero), ((uint)traded.Traded, traded.OpenInterest, traded.HouseQuantity));

        Assert.Equal(2100u, (await client.MarkContractAsync(contract, 1015)).Value);
        long[] dues = await Task.WhenAll(ccp.Members.Select(async m => (long)(await client.GetClearingMemberAsync(m)).VariationDue));
        Assert.Equal([2100, -1000, -1100], dues);
        Assert.Equal(2100u, (await client.SettleVariationAsync(ccp.Counterparty)).Value);
        Assert.Equal(new long[] { 72_100, 4000, 98_900 }, await BalancesAsync(client, ccp.Cash));

        Assert.Equal(70u, (await client.SettleDeliveriesAsync(contract, 1015)).Value);
        Assert.Equal(new long[] { 70_000 - 68_950, 5000 - 1000, 100_000 + 69_950 }, await BalancesAsync(client, ccp.Cash));
        Assert.Equal(new long[] { 70, 0, 30 }, await BalancesAsync(client, ccp.Securities));
        ContractAnswer settled = await client.GetContractAsync(contract, ccp.Members[0]);
        Assert.Equal((2u, 70u, 0ul, 0L), (settled.State, (uint)settled.Delivered, settled.OpenInterest, settled.Quantity));
    }

    [Theory]
    [InlineData(1000, 350, 0, 0, new[] { 175, 117, 58 }, new[] { 0, 0, 0 })]
    [InlineData(1301, 600, 51, 0, new[] { 300, 200, 100 }, new[] { 26, 17, 8 })]
    [InlineData(2000, 600, 600, 150, new[] { 300, 200, 100 }, new[] { 300, 200, 100 })]
    public async Task A_known_loss_consumes_the_layers_to_the_minor_unit_and_survives_a_restart(int loss, int fund, int assessments, int uncovered, int[] fundShares, int[] assessmentShares)
    {
        await using var replica = new TestReplica(Durability.Fsync);
        Opened ccp;
        uint number;
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            ccp = await OpenAsync(client, [500, 1300, 1200, 1100], [0, 0, 0, 0], capital: 150);
            number = await DefaultAsync(client, ccp, loss);
            Assert.Equal((UInt128)uncovered, (await client.ApplyWaterfallAsync(ccp.Members[0])).Value);
        }

        await replica.RestartAsync();
        await using (LedgerClient client = await replica.ConnectAsync())
        {
            DefaultAnswer record = await client.GetDefaultAsync(number);
            Assert.Equal([400, 100, 150, fund, assessments, uncovered, loss],
                new[] { (int)record.Margin, (int)record.Contribution, (int)record.Capital, (int)record.SurvivorFund, (int)record.Assessments, (int)record.Uncovered, (int)record.Loss });
            for (int i = 1; i < 4; i++)
            {
                ClearingMemberAnswer survivor = await client.FindClearingMemberAsync(ccp.Counterparty, (await client.GetClearingMemberAsync(ccp.Members[i])).Member);
                Assert.Equal((ulong)(((4 - i) * 100) - fundShares[i - 1]), survivor.Contribution);
                Assert.Equal((ulong)(fundShares[i - 1] + assessmentShares[i - 1]), survivor.LossShare);
            }

            Assert.Equal(assessmentShares.Select(s => 1000L - s), (await BalancesAsync(client, ccp.Cash))[1..]);
            CounterpartyAnswer counterparty = await client.GetCounterpartyAsync(ccp.Counterparty);
            Assert.Equal((uncovered, uncovered, loss), ((int)counterparty.Missing, (int)counterparty.Uncovered, (int)counterparty.DefaultDue));
            if (uncovered > 0)
            {
                Assert.Equal(ResultCode.LossUncovered, (await client.SettleVariationAsync(ccp.Counterparty)).Code);
                await TestReplica.OkAsync(client, new TransferCommand { DebitAccount = ccp.Issuer, CreditAccount = ccp.Own[4], Amount = (UInt128)uncovered });
            }

            Assert.Equal((UInt128)loss, (await client.SettleVariationAsync(ccp.Counterparty)).Value);
            Assert.Equal(1000 - assessmentShares[0] + loss, (await BalancesAsync(client, ccp.Cash))[1]);
            Assert.Equal(ResultCode.DefaultState, (await client.ApplyWaterfallAsync(ccp.Members[0])).Code);
        }
    }

    [Fact]
    public async Task A_participant_posts_margin_itself_and_is_told_of_its_trades()
    {
        await using var replica = new TestReplica();
        var events = new ConcurrentQueue<CounterpartyEvent>();
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LedgerClient client = await replica.ConnectAsync();
        await using LedgerClient bank = await replica.ConnectAsync(7, received =>
        {
            foreach (CounterpartyEvent told in MemoryMarshal.Cast<OrderEvent, CounterpartyEvent>(received))
            {
                if (told.Kind < CounterpartyEventKind.Novated) continue;
                events.Enqueue(told);
                if (told.Kind == CounterpartyEventKind.VariationSettled) settled.TrySetResult();
            }
        });
        Opened ccp = await OpenAsync(client, [1000, 1000], [0, 0], capital: 0, keyOf: i => i == 0 ? (byte)7 : (byte)1);
        uint contract = await ListAsync(client, ccp, 0, marginPerUnit: 10);
        Assert.Equal(ResultCode.ExceedsLimit, (await client.NovateAsync(contract, ccp.Members[0], ccp.Members[1], 5, 20)).Code);
        Assert.Equal(50u, (await bank.PostMarginAsync(ccp.Members[0], 50)).Value);
        Assert.Equal(ResultCode.Unauthorized, (await bank.PostMarginAsync(ccp.Members[1], 50)).Code);
        Assert.Equal(50u, (await client.PostMarginAsync(ccp.Members[1], 50)).Value);
        Assert.Equal(ResultCode.Ok, (await client.NovateAsync(contract, ccp.Members[0], ccp.Members[1], 5, 20)).Code);
        Assert.Equal(ResultCode.MarginInUse, (await bank.WithdrawMarginAsync(ccp.Members[0], 1)).Code);
        await client.MarkContractAsync(contract, 23);
        await client.SettleVariationAsync(ccp.Counterparty);
        await settled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([(CounterpartyEventKind.Novated, 5L, 100), (CounterpartyEventKind.VariationSettled, 0L, 15)], events.Select(e => (e.Kind, e.Quantity, (int)e.Amount)));
        ClearingMemberAnswer member = await bank.GetClearingMemberAsync(ccp.Members[0]);
        Assert.Equal((50ul, 50u, 15), (member.Margin, (uint)member.Requirement, (int)member.VariationReceived));
        LedgerRejectedException unknown = await Assert.ThrowsAsync<LedgerRejectedException>(async () => await client.GetContractAsync(99));
        Assert.Equal(ResultCode.UnknownContract, unknown.Code);
    }

    /// <summary>The first member loses on a position that is closed out against the third.</summary>
    /// <returns>The default's number.</returns>
    private static async Task<uint> DefaultAsync(LedgerClient client, Opened ccp, int loss)
    {
        uint contract = await LoseAsync(client, ccp, loss);
        uint number = (uint)(await client.DeclareDefaultAsync(ccp.Members[0])).Value;
        Assert.Equal(ResultCode.Ok, (await client.CloseOutAsync(contract, ccp.Members[2], ccp.Members[0], 1, 5000 - (ulong)loss)).Code);
        return number;
    }

    /// <summary>Fills the known book and lets the first member lose what it cannot pay.</summary>
    /// <returns>The contract.</returns>
    internal static async Task<uint> LoseAsync(LedgerClient client, Opened ccp, int loss)
    {
        await TestReplica.OkAsync(client, new TransferCommand { DebitAccount = ccp.Issuer, CreditAccount = ccp.Own[3], Amount = 150 });
        uint contract = await ListAsync(client, ccp, 0);
        await client.PostMarginAsync(ccp.Members[0], 400);
        ulong[] contributions = [100, 300, 200, 100];
        for (int i = 0; i < 4; i++) Assert.Equal(ResultCode.Ok, (await client.ContributeToFundAsync(ccp.Members[i], contributions[i])).Code);
        Assert.Equal(ResultCode.Ok, (await client.NovateAsync(contract, ccp.Members[0], ccp.Members[1], 1, 5000)).Code);
        await client.MarkContractAsync(contract, 5000 - (ulong)loss);
        CommandResult shortfall = await client.SettleVariationAsync(ccp.Counterparty);
        Assert.Equal((ResultCode.VariationShortfall, (UInt128)ccp.Members[0]), (shortfall.Code, shortfall.Value));
        return contract;
    }

    internal static async Task<Opened> OpenAsync(LedgerClient client, long[] cash, long[] securities, ulong capital, Func<int, byte>? keyOf = null)
    {
        (uint system, uint[] members, ulong[] accounts, ulong issuer) = await SystemAsync(client, cash, keyOf);
        (uint securitySystem, _, ulong[] securityAccounts, _) = await SystemAsync(client, securities, keyOf);
        uint asset = (await client.GetPaymentSystemAsync(system)).Asset;
        var own = new ulong[5];
        for (int i = 0; i < 5; i++) own[i] = await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset });
        uint counterparty = (uint)await TestReplica.OkAsync(client, new CounterpartyCommand
        {
            System = system,
            VariationAccount = own[0],
            MarginAccount = own[1],
            FundAccount = own[2],
            CapitalAccount = own[3],
            DefaultAccount = own[4],
            Capital = capital,
            AssessmentPpm = 1_000_000,
        });
        var clearing = new uint[members.Length];
        for (int i = 0; i < members.Length; i++)
            clearing[i] = (uint)await TestReplica.OkAsync(client, new ClearingMemberCommand { Counterparty = counterparty, Member = members[i] });
        return new Opened(counterparty, clearing, accounts, securityAccounts, issuer, own, securitySystem);
    }

    private static async Task<(uint System, uint[] Members, ulong[] Accounts, ulong Issuer)> SystemAsync(LedgerClient client, long[] balances, Func<int, byte>? keyOf)
    {
        uint asset = (uint)await TestReplica.OkAsync(client, new CreateAssetCommand { Scale = 2 });
        ulong issuer = await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset, AccountFlags = AccountFlags.Unlimited });
        uint system = (uint)await TestReplica.OkAsync(client, new PaymentSystemCommand { Asset = asset });
        var members = new uint[balances.Length];
        var accounts = new ulong[balances.Length];
        for (int i = 0; i < balances.Length; i++)
        {
            Hash256 key = TestReplica.Key(keyOf?.Invoke(i) ?? 1).PublicKey;
            UInt128 bic = Encoding.ASCII.GetBytes($"BANK{(char)('A' + i)}AXX").Reverse().Aggregate(UInt128.Zero, (value, c) => (value << 8) | c);
            CommandResult admitted = await client.ExecuteAsync(new OpenParticipantCommand { System = system, Bic = bic, PolicyKey = key });
            Assert.True(admitted.Code is ResultCode.Ok or ResultCode.ExternalIdExists, admitted.Code.ToString());
            accounts[i] = await TestReplica.OkAsync(client, new OpenAccountCommand { Asset = asset, PolicyKey = key });
            members[i] = (uint)await TestReplica.OkAsync(client, new MemberCommand { System = system, Participant = (uint)admitted.Value, Account = accounts[i] });
            if (balances[i] > 0) await TestReplica.OkAsync(client, new TransferCommand { DebitAccount = issuer, CreditAccount = accounts[i], Amount = (UInt128)balances[i] });
        }

        return (system, members, accounts, issuer);
    }

    private static async Task<uint> ListAsync(LedgerClient client, Opened ccp, uint securitySystem, ulong marginPerUnit = 0) =>
        (uint)await TestReplica.OkAsync(client, new ContractCommand { Counterparty = ccp.Counterparty, SecuritySystem = securitySystem, SettlementDate = 20_000, MarginPerUnit = marginPerUnit });

    private static async Task<long[]> BalancesAsync(LedgerClient client, ulong[] accounts)
    {
        var balances = new long[accounts.Length];
        for (int i = 0; i < accounts.Length; i++)
        {
            AccountAnswer account = await client.GetAccountAsync(accounts[i]);
            balances[i] = (long)((Int128)account.CreditsPosted - (Int128)account.DebitsPosted);
        }

        return balances;
    }
}
