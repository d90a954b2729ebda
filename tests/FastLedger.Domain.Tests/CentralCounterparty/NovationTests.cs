// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Runtime.CompilerServices;
using FastLedger.Domain.CentralCounterparty;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.CentralCounterparty;

public sealed class NovationTests
{
    /// <summary>Buyer, seller, quantity, price of the known case.</summary>
    internal static readonly (int Buyer, int Seller, ulong Quantity, ulong Price)[] Golden = [(0, 1, 100, 1000), (1, 2, 100, 1010), (2, 0, 60, 1020), (0, 2, 30, 1005)];

    [Fact]
    public void Four_trades_of_290_become_net_positions_of_70_and_their_cash_sums_to_zero()
    {
        using CounterpartyLedger ccp = Traded(out uint contract);
        Assert.Equal([70, 0, -70], Enumerable.Range(0, 3).Select(i => ccp.Position(contract, i).Quantity));
        Assert.Equal([68950, 1000, -69950], Enumerable.Range(0, 3).Select(i => (int)ccp.Position(contract, i).Cost));
        ContractRecord record = ccp.Tables.Contracts[contract];
        Assert.Equal((290u, 70ul), ((uint)record.Traded, record.OpenInterest));
        Assert.Equal((Int128.Zero, Int128.Zero), (record.HouseQuantity, record.HouseCost));
        ccp.Check();
    }

    [Fact]
    public void Variation_margin_of_the_known_case_is_paid_at_once_and_sums_to_zero()
    {
        using CounterpartyLedger ccp = Traded(out uint contract);
        Assert.Equal(2100u, ccp.Mark(contract, 1015).Value);
        Assert.Equal([2100, -1000, -1100], ccp.Dues);
        ccp.Check();
        Assert.Equal(2100u, ccp.SettleVariation().Value);
        Assert.Equal([72_100, 4000, 98_900], ccp.Cash.Balances);
        Assert.Equal(0u, ccp.Mark(contract, 1015).Value);
        Assert.Equal(0u, ccp.SettleVariation().Value);
        ccp.Check();
    }

    [Fact]
    public void One_delivery_of_70_settles_290_and_cash_ends_where_the_trades_said()
    {
        using CounterpartyLedger ccp = Traded(out uint contract);
        long[] before = ccp.Cash.Balances;
        ccp.Mark(contract, 1015);
        ccp.SettleVariation();
        ccp.Base.History.Clear();
        Assert.Equal(70u, ccp.Deliver(contract, 1015).Value);
        Assert.Single(ccp.Base.History, e => e.Kind == HistoryKind.Delivery);
        Assert.Equal([-68_950, -1000, 69_950], ccp.Cash.Balances.Zip(before, (after, was) => after - was));
        Assert.Equal([70, 0, 30], ccp.Securities.Balances);
        Assert.Equal(ContractState.Settled, ccp.Tables.Contracts[contract].State);
        Assert.Equal(ResultCode.ContractState, ccp.Deliver(contract, 1015).Code);
        Assert.Equal(ResultCode.ContractState, ccp.Trade(contract, 0, 1, 1, 1).Code);
        ccp.Check();
    }

    [Fact]
    public void What_a_seller_lacks_is_carried_forward_and_nets_with_the_next_day()
    {
        using var ccp = new CounterpartyLedger([100_000, 100_000, 100_000], [0, 0, 40]);
        uint first = ccp.List(1), second = ccp.List(2);
        ccp.Trade(first, 0, 2, 100, 10);
        ccp.Trade(second, 2, 1, 25, 12);
        CommandResult refused = ccp.Deliver(first, 11);
        Assert.Equal((ResultCode.DeliveryIncomplete, (UInt128)60), (refused.Code, refused.Value));
        Assert.Equal(40u, ccp.Deliver(first, 11, second).Value);
        ccp.Check();
        Assert.Equal([60, -25, -35], Enumerable.Range(0, 3).Select(i => ccp.Position(second, i).Quantity));
        Assert.Equal([1u, 0u, 1u], Enumerable.Range(0, 3).Select(i => ccp.Position(second, i).FailingSince));
        Assert.Equal([40, 0, 0], ccp.Securities.Balances);
        Assert.Equal([100, 0, -100], ccp.Dues);
        ccp.Securities.Credit(1, 25);
        ccp.Securities.Credit(2, 35);
        Assert.Equal(60u, ccp.Deliver(second, 11).Value);
        Assert.Equal([100, 0, 0], ccp.Securities.Balances);
        ccp.SettleVariation();

        // 100 bought at 10, 25 sold on at 12 by the second day's trade.
        Assert.Equal([99_000, 100_300, 100_700], ccp.Cash.Balances);
        ccp.Check();
    }

    [Fact]
    public void A_position_that_failed_before_is_served_first()
    {
        using var ccp = new CounterpartyLedger([10_000, 10_000, 10_000], [0, 0, 0]);
        uint first = ccp.List(1), second = ccp.List(2);
        ccp.Trade(second, 0, 2, 10, 5);
        ccp.Trade(first, 1, 2, 10, 5);
        ccp.Deliver(first, 5, second);
        ccp.Securities.Credit(2, 10);
        uint third = ccp.List(3);
        Assert.Equal(10u, ccp.Deliver(second, 5, third).Value);
        Assert.Equal([0, 10, 0], ccp.Securities.Balances);
        Assert.Equal([10, 0, -10], Enumerable.Range(0, 3).Select(i => ccp.Position(third, i).Quantity));
        ccp.Check();
    }

    [Fact]
    public void A_buyer_takes_only_what_it_can_pay()
    {
        using var ccp = new CounterpartyLedger([35, 0], [0, 10]);
        uint first = ccp.List(1), second = ccp.List(2);
        ccp.Trade(first, 0, 1, 10, 10);
        Assert.Equal(3u, ccp.Deliver(first, 10, second).Value);
        Assert.Equal([5, 30], ccp.Cash.Balances);
        Assert.Equal([3, 7], ccp.Securities.Balances);
        Assert.Equal([7, -7], Enumerable.Range(0, 2).Select(i => ccp.Position(second, i).Quantity));
        ccp.Check();
    }

    [Fact]
    public void A_settled_contract_may_get_its_next_day()
    {
        using CounterpartyLedger ccp = Traded(out uint contract);
        ResultCode Next(uint date) => ccp.Cash.Code(new ContractCommand { Opcode = Opcode.ConfigureContract, Contract = contract, SettlementDate = date, MarginPerUnit = 1 });
        Assert.Equal(ResultCode.ContractState, Next(2));
        Assert.Equal(70u, ccp.Deliver(contract, 1000).Value);
        Assert.Equal(ResultCode.ContractState, Next(1));
        Assert.Equal(ResultCode.Ok, Next(2));
        Assert.Equal(ResultCode.ExceedsLimit, ccp.Trade(contract, 0, 1, 1, 1).Code);
        ccp.Cash.Credit(0, 1);
        Assert.Equal(ResultCode.Ok, ccp.Do(Opcode.PostMargin, 0, 1).Code);
        Assert.Equal(ResultCode.Ok, ccp.Do(Opcode.PostMargin, 1, 1).Code);
        Assert.Equal(ResultCode.Ok, ccp.Trade(contract, 0, 1, 1, 1).Code);
        ccp.Check();
    }

    [Fact]
    public void A_trade_needs_the_initial_margin_of_both_sides_unless_it_reduces()
    {
        using var ccp = new CounterpartyLedger([100, 100, 100], [0, 0, 0]);
        uint contract = ccp.List(marginPerUnit: 7);
        Assert.Equal(ResultCode.ExceedsLimit, ccp.Trade(contract, 0, 1, 1, 10).Code);
        ccp.Do(Opcode.PostMargin, 0, 21);
        Assert.Equal(ResultCode.ExceedsLimit, ccp.Trade(contract, 0, 1, 3, 10).Code);
        ccp.Do(Opcode.PostMargin, 1, 21);
        Assert.Equal(ResultCode.Ok, ccp.Trade(contract, 0, 1, 3, 10).Code);
        Assert.Equal(ResultCode.ExceedsLimit, ccp.Trade(contract, 0, 1, 1, 10).Code);
        Assert.Equal(ResultCode.MarginInUse, ccp.Do(Opcode.WithdrawMargin, 0, 1).Code);
        Assert.Equal(ResultCode.Ok, ccp.Trade(contract, 1, 0, 2, 10).Code);
        Assert.Equal(14u, ccp.Do(Opcode.WithdrawMargin, 0, 7).Value);
        Assert.Equal((7u, 14ul), ((uint)ccp.Member(0).Requirement, ccp.Member(0).Margin));

        // A higher margin calls what is missing; posting it ends the call.
        ccp.Cash.Ok(new ContractCommand { Opcode = Opcode.ConfigureContract, Contract = contract, MarginPerUnit = 20 });
        ccp.Base.Events.Clear();
        Assert.Equal(6u, ccp.Do(Opcode.CallMargin, 0).Value);
        Assert.Equal(0u, ccp.Do(Opcode.CallMargin, 1).Value);
        CounterpartyEvent called = Assert.Single(Told(ccp));
        Assert.Equal((CounterpartyEventKind.MarginCalled, ccp.Members[0], 6), (called.Kind, called.ClearingMember, (int)called.Amount));
        Assert.Equal(6u, ccp.Member(0).Called);
        ccp.Do(Opcode.PostMargin, 0, 6);
        Assert.Equal(0u, ccp.Member(0).Called);
        ccp.Check();
    }

    [Fact]
    public void A_member_that_cannot_pay_is_named_and_nobody_is_paid()
    {
        using var ccp = new CounterpartyLedger([50, 50, 50], [0, 0, 0]);
        uint contract = ccp.List(delivers: false);
        ccp.Trade(contract, 0, 1, 10, 10);
        ccp.Trade(contract, 2, 1, 10, 10);
        ccp.Mark(contract, 13);
        CommandResult result = ccp.SettleVariation();
        Assert.Equal((ResultCode.VariationShortfall, (UInt128)ccp.Members[1]), (result.Code, result.Value));
        Assert.Equal([50, 50, 50], ccp.Cash.Balances);
        ccp.Cash.Credit(1, 10);
        Assert.Equal(60u, ccp.SettleVariation().Value);
        Assert.Equal([80, 0, 80], ccp.Cash.Balances);
        ccp.Check();
    }

    [Fact]
    public void Both_sides_of_a_trade_are_told()
    {
        using var ccp = new CounterpartyLedger([0, 0], [0, 0]);
        uint contract = ccp.List();
        ccp.Base.Events.Clear();
        Assert.Equal(1u, ccp.Trade(contract, 0, 1, 10, 7).Value);
        CounterpartyEvent[] told = Told(ccp);
        Assert.Equal([(ccp.Members[0], 10L, 70), (ccp.Members[1], -10L, -70)], told.Select(e => (e.ClearingMember, e.Quantity, (int)e.Amount)));
        Assert.All(told, e => Assert.Equal((CounterpartyEventKind.Novated, contract, 1ul, ccp.Operator), (e.Kind, e.Contract, e.Number, e.Session)));
    }

    [Fact]
    public void What_is_out_of_range_or_not_there_is_refused()
    {
        using var ccp = new CounterpartyLedger([0, 0], [0, 0]);
        uint contract = ccp.List();
        Assert.Equal(ResultCode.UnknownContract, ccp.Trade(99, 0, 1, 1, 1).Code);
        Assert.Equal(ResultCode.SameAccount, ccp.Trade(contract, 0, 0, 1, 1).Code);
        Assert.Equal(ResultCode.InvalidTrade, ccp.Trade(contract, 0, 1, 0, 1).Code);
        Assert.Equal(ResultCode.InvalidTrade, ccp.Trade(contract, 0, 1, 1, 0).Code);
        Assert.Equal(ResultCode.InvalidTrade, ccp.Trade(contract, 0, 1, (1ul << 40) + 1, 1).Code);
        Assert.Equal(ResultCode.InvalidTrade, ccp.Trade(contract, 0, 1, 1ul << 40, 1ul << 23).Code);
        Assert.Equal(ResultCode.DefaultState, ccp.Trade(contract, 0, 1, 1, 1, Opcode.CloseOutPosition).Code);
        Assert.Equal(ResultCode.Ok, ccp.Trade(contract, 0, 1, 1ul << 40, 1ul << 22).Code);
        Assert.Equal(ResultCode.InvalidTrade, ccp.Trade(contract, 0, 1, 1, 1).Code);
        Assert.Equal(ResultCode.InvalidTrade, ccp.Mark(contract, (1ul << 22) + 1).Code);
        Assert.Equal(ResultCode.InvalidTrade, ccp.Mark(contract, 0).Code);
        uint stranger = ccp.Base.Session(9);
        Assert.Equal(ResultCode.Unauthorized, ccp.Base.Execute(stranger, new NovationCommand { Opcode = Opcode.NovateTrade, Contract = contract, Buyer = 1, Seller = 2, Quantity = 1, Price = 1 }).Code);
        Assert.Equal(ResultCode.Unauthorized, ccp.Base.Execute(stranger, new ClearingMemberCommand { Opcode = Opcode.PostMargin, ClearingMember = ccp.Members[0], Amount = 1 }).Code);
        Assert.Equal(ResultCode.ExceedsBalance, ccp.Do(Opcode.PostMargin, 0, 1).Code);
        Assert.Equal(ResultCode.MemberExists, ccp.Cash.Code(new ClearingMemberCommand { Opcode = Opcode.AdmitClearingMember, Counterparty = ccp.Number, Member = ccp.Cash.Members[0] }));
        Assert.Equal(ResultCode.WrongSettlementAccount, ccp.Cash.Code(new CounterpartyCommand
        {
            Opcode = Opcode.CreateCounterparty,
            System = ccp.Cash.System,
            VariationAccount = ccp.Accounts[0],
            MarginAccount = ccp.Accounts[0],
            FundAccount = ccp.Accounts[2],
            CapitalAccount = ccp.Accounts[3],
            DefaultAccount = ccp.Accounts[4],
        }));
        ccp.Check();
    }

    internal static CounterpartyEvent[] Told(CounterpartyLedger ccp) =>
        [.. ccp.Base.Events.Select(e => Unsafe.BitCast<OrderEvent, CounterpartyEvent>(e)).Where(e => e.Kind >= CounterpartyEventKind.Novated)];

    private static CounterpartyLedger Traded(out uint contract)
    {
        var ccp = new CounterpartyLedger([70_000, 5000, 100_000], [0, 0, 100]);
        contract = ccp.List();
        foreach ((int buyer, int seller, ulong quantity, ulong price) in Golden) Assert.Equal(ResultCode.Ok, ccp.Trade(contract, buyer, seller, quantity, price).Code);
        return ccp;
    }
}
