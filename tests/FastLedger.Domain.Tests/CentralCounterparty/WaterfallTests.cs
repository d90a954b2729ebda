// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Numerics;
using FastLedger.Domain.CentralCounterparty;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.CentralCounterparty;

public sealed class WaterfallTests
{
    [Theory]
    [InlineData(1000, 400, 100, 150, 350, 0, 0, new[] { 175, 117, 58 }, new[] { 0, 0, 0 })]
    [InlineData(1301, 400, 100, 150, 600, 51, 0, new[] { 300, 200, 100 }, new[] { 26, 17, 8 })]
    [InlineData(2000, 400, 100, 150, 600, 600, 150, new[] { 300, 200, 100 }, new[] { 300, 200, 100 })]
    [InlineData(399, 399, 0, 0, 0, 0, 0, new[] { 0, 0, 0 }, new[] { 0, 0, 0 })]
    [InlineData(0, 0, 0, 0, 0, 0, 0, new[] { 0, 0, 0 }, new[] { 0, 0, 0 })]
    public void A_known_loss_consumes_the_layers_in_their_order_to_the_minor_unit(
        int loss, int margin, int contribution, int capital, int fund, int assessments, int uncovered, int[] fundShares, int[] assessmentShares)
    {
        using CounterpartyLedger ccp = Defaulted(loss, out uint contract);
        Assert.Equal(ResultCode.DefaultOpen, ccp.SettleVariation().Code);
        CommandResult result = ccp.Do(Opcode.ApplyWaterfall, 0);
        Assert.Equal((ResultCode.Ok, (UInt128)uncovered), (result.Code, result.Value));
        DefaultRecord record = ccp.Tables.Defaults[1];
        Assert.Equal(
            [margin, contribution, capital, fund, assessments, uncovered, loss],
            new[] { (int)record.Margin, (int)record.Contribution, (int)record.Capital, (int)record.SurvivorFund, (int)record.Assessments, (int)record.Uncovered, (int)record.Loss });
        ulong[] had = [300, 200, 100];
        Assert.Equal(fundShares, Enumerable.Range(1, 3).Select(i => (int)(had[i - 1] - ccp.Member(i).Contribution)));
        Assert.Equal(assessmentShares.Select(s => 1000 - s), Enumerable.Range(1, 3).Select(i => (int)ccp.Cash.Balance(i)));
        Assert.Equal(loss - uncovered, (int)ccp.Base.Balance(ccp.Accounts[4]));
        ccp.Check();

        // The winner is paid once the default account holds what the defaulter owed: recovery funds come from outside.
        if (uncovered > 0)
        {
            CommandResult missing = ccp.SettleVariation();
            Assert.Equal((ResultCode.LossUncovered, (UInt128)uncovered), (missing.Code, missing.Value));
            ccp.Base.Transfer(ccp.Operator, ccp.Cash.Issuer, ccp.Accounts[4], (UInt128)uncovered);
        }

        Assert.Equal((UInt128)loss, ccp.SettleVariation().Value);
        Assert.Equal(1000 - assessmentShares[0] + loss, (int)ccp.Cash.Balance(1));
        Assert.Equal(Int128.Zero, ccp.Base.Balance(ccp.Accounts[4]));
        Assert.Equal(0, (int)ccp.Position(contract, 0).Quantity);
        ccp.Check();
    }

    [Fact]
    public void All_members_are_told_of_the_default_and_of_what_is_uncovered_and_each_of_its_share()
    {
        using CounterpartyLedger ccp = Defaulted(2000, out _);
        ccp.Base.Events.Clear();
        ccp.Do(Opcode.ApplyWaterfall, 0);
        CounterpartyEvent[] told = NovationTests.Told(ccp);
        Assert.Equal([(0, -500), (1, -300), (2, -200), (3, -100), (1, -300), (2, -200), (3, -100)],
            told.Where(e => e.Kind == CounterpartyEventKind.LossAllocated).Select(e => (Array.IndexOf(ccp.Members, e.ClearingMember), (int)e.Amount)));
        Assert.Equal([-150, -150, -150, -150], told.Where(e => e.Kind == CounterpartyEventKind.LossUncovered).Select(e => (int)e.Amount));
        Assert.All(told, e => Assert.Equal(1ul, e.Number));
    }

    [Fact]
    public void An_assessment_that_a_survivor_cannot_pay_stays_uncovered_and_is_its_debt()
    {
        using CounterpartyLedger ccp = Defaulted(2000, out _);
        ccp.Base.Transfer(ccp.Operator, ccp.Cash.Account(2), ccp.Cash.Issuer, 950);
        Assert.Equal(300u, ccp.Do(Opcode.ApplyWaterfall, 0).Value);
        DefaultRecord record = ccp.Tables.Defaults[1];
        Assert.Equal((450ul, 150ul), (record.Assessments, record.AssessmentsUnpaid));
        Assert.Equal((150ul, 0), (ccp.Member(2).AssessmentUnpaid, (int)ccp.Cash.Balance(2)));
        ccp.Check();
    }

    [Fact]
    public void A_default_has_its_order_and_a_defaulter_only_shrinks()
    {
        using var ccp = new CounterpartyLedger([500, 1000, 1000], [0, 0, 0], capital: 1000);
        uint contract = ccp.List(delivers: false);
        ccp.Do(Opcode.PostMargin, 0, 500);
        ccp.Trade(contract, 0, 1, 10, 100);
        ccp.Mark(contract, 90);
        Assert.Equal(ResultCode.VariationShortfall, ccp.SettleVariation().Code);
        Assert.Equal(ResultCode.DefaultState, ccp.Do(Opcode.ApplyWaterfall, 0).Code);
        Assert.Equal(ResultCode.Ok, ccp.Do(Opcode.DeclareDefault, 0).Code);
        Assert.Equal(ResultCode.DefaultState, ccp.Do(Opcode.DeclareDefault, 0).Code);
        Assert.Equal(ResultCode.DefaultState, ccp.Do(Opcode.WithdrawMargin, 0, 1).Code);
        Assert.Equal(ResultCode.DefaultState, ccp.Trade(contract, 0, 1, 1, 90).Code);
        Assert.Equal(ResultCode.PositionsOpen, ccp.Do(Opcode.ApplyWaterfall, 0).Code);
        Assert.Equal(ResultCode.InvalidTrade, ccp.Trade(contract, 0, 2, 1, 90, Opcode.CloseOutPosition).Code);
        Assert.Equal(ResultCode.InvalidTrade, ccp.Trade(contract, 2, 0, 11, 90, Opcode.CloseOutPosition).Code);
        Assert.Equal(ResultCode.Ok, ccp.Trade(contract, 2, 0, 4, 85, Opcode.CloseOutPosition).Code);
        Assert.Equal(ResultCode.Ok, ccp.Trade(contract, 1, 0, 6, 85, Opcode.CloseOutPosition).Code);

        // Flat, but at prices that no mark has seen yet.
        Assert.Equal(ResultCode.PositionsOpen, ccp.Do(Opcode.ApplyWaterfall, 0).Code);
        ccp.Mark(contract, 85);
        Assert.Equal([-150, 150, 0], ccp.Dues);
        Assert.Equal(0u, ccp.Do(Opcode.ApplyWaterfall, 0).Value);
        Assert.Equal((350ul, ClearingMemberState.Resolved), (ccp.Member(0).Margin, ccp.Member(0).State));
        Assert.Equal(ResultCode.Ok, ccp.SettleVariation().Code);
        Assert.Equal(0u, ccp.Do(Opcode.WithdrawMargin, 0, 350).Value);
        Assert.Equal(ResultCode.DefaultState, ccp.Do(Opcode.PostMargin, 0, 1).Code);
        ccp.Check();
    }

    [Fact]
    public void A_chain_that_fails_after_its_waterfall_leaves_nothing_of_it()
    {
        using CounterpartyLedger ccp = Defaulted(2000, out _);
        long[] balances = ccp.Cash.Balances;
        Command waterfall = TestLedger.Of(new ClearingMemberCommand { Opcode = Opcode.ApplyWaterfall, Flags = CommandFlags.Linked, ClearingMember = ccp.Members[0], Number = ccp.Base.NextNumber(ccp.Operator) });
        Command settle = TestLedger.Of(new CounterpartyCommand { Opcode = Opcode.SettleVariation, Counterparty = ccp.Number, Number = ccp.Base.NextNumber(ccp.Operator) });
        Assert.Equal([ResultCode.LinkedFailed, ResultCode.LossUncovered], ccp.Base.Execute(ccp.Operator, waterfall, settle).Select(r => r.Code));
        Assert.Equal(balances, ccp.Cash.Balances);
        Assert.Equal((1u, ClearingMemberState.Defaulted, 0u), (ccp.Record.OpenDefaults, ccp.Member(0).State, (uint)ccp.Tables.Defaults[1].Loss));
        Assert.Equal(Int128.Zero, ccp.Base.Balance(ccp.Accounts[4]));
        ccp.Check();
    }

    [Fact]
    public void Shares_equal_exact_arithmetic_and_lose_nothing()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), out int given) ? given : 4242;
        var random = new Random(seed);
        var remainder = new LargestRemainder(64);
        var shares = new ulong[64];
        for (int round = 0; round < 20_000; round++)
        {
            int n = random.Next(1, 65);
            ulong bound = 1ul << random.Next(1, 54);
            ulong[] weights = [.. Enumerable.Range(0, n).Select(_ => random.Next(6) == 0 ? 0 : (ulong)random.NextInt64((long)bound))];
            ulong total = weights.Aggregate(0ul, (sum, w) => sum + w);
            ulong amount = random.Next(5) == 0 ? total : (ulong)random.NextInt64((long)total + 1);
            remainder.Split(amount, weights, shares);
            Assert.True(shares.AsSpan(0, n).SequenceEqual(Exact(amount, weights)), $"seed {seed}, round {round}");
            Assert.Equal(amount, shares.Take(n).Aggregate(0ul, (sum, s) => sum + s));
        }
    }

    /// <summary>The definition in big integers: quotas down, then one unit each by remainder, the lower index first.</summary>
    private static ulong[] Exact(ulong amount, ulong[] weights)
    {
        BigInteger total = weights.Aggregate(BigInteger.Zero, (sum, w) => sum + w);
        if (total.IsZero) return new ulong[weights.Length];
        var quotas = weights.Select((w, i) => (Index: i, Down: amount * (BigInteger)w / total, Over: amount * (BigInteger)w % total)).ToArray();
        int left = (int)(amount - quotas.Aggregate(BigInteger.Zero, (sum, q) => sum + q.Down));
        var extra = quotas.OrderByDescending(q => q.Over).ThenBy(q => q.Index).Take(left).Select(q => q.Index).ToHashSet();
        return [.. quotas.Select(q => (ulong)q.Down + (extra.Contains(q.Index) ? 1ul : 0))];
    }

    /// <summary>The known book: margin 400, contribution 100, capital 150, survivors 300, 200 and 100; the defaulter lost and is closed out.</summary>
    private static CounterpartyLedger Defaulted(int loss, out uint contract)
    {
        var ccp = new CounterpartyLedger([500, 1300, 1200, 1100], [0, 0, 0, 0], capital: 150);
        ccp.Base.Transfer(ccp.Operator, ccp.Cash.Issuer, ccp.Accounts[3], 150);
        contract = ccp.List(delivers: false);
        ccp.Do(Opcode.PostMargin, 0, 400);
        ulong[] contributions = [100, 300, 200, 100];
        for (int i = 0; i < 4; i++) Assert.Equal(contributions[i], ccp.Do(Opcode.ContributeToFund, i, contributions[i]).Value);
        Assert.Equal(ResultCode.Ok, ccp.Trade(contract, 0, 1, 1, 5000).Code);
        Assert.Equal((UInt128)loss, ccp.Mark(contract, 5000 - (ulong)loss).Value);
        if (loss > 0) Assert.Equal(ResultCode.VariationShortfall, ccp.SettleVariation().Code);
        Assert.Equal(ResultCode.Ok, ccp.Do(Opcode.DeclareDefault, 0).Code);
        Assert.Equal(ResultCode.Ok, ccp.Trade(contract, 2, 0, 1, 5000 - (ulong)loss, Opcode.CloseOutPosition).Code);
        ccp.Check();
        return ccp;
    }
}
