// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using System.Runtime.InteropServices;
using FastLedger.Cryptography;
using FastLedger.Domain.Clearing;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.Clearing;

public sealed class CycleTests
{
    private static readonly (int From, int To, ulong Amount)[] Golden =
        [(0, 1, 90), (1, 0, 70), (1, 2, 50), (2, 0, 60), (0, 2, 40), (3, 0, 30), (2, 3, 20), (3, 1, 10)];

    [Fact]
    public void Eight_obligations_of_370_settle_with_a_funding_of_40()
    {
        using var system = new ClearingLedger([0, 20, 0, 20]);
        uint cycle = Closed(system);
        Assert.Equal(8u, Settle(system, cycle).Value);
        CycleRecord record = system.Tables.Cycles[cycle];
        Assert.Equal((370u, 40u), ((uint)record.Gross, (uint)record.Funding));
        Assert.Equal([30, 0, 10, 0], system.Balances);
        Assert.Equal(0, (long)system.Base.Balance(system.ClearingAccount));
        Assert.Equal(ResultCode.CycleState, Settle(system, cycle).Code);
        system.Base.AssertSumsAreZero();
    }

    [Fact]
    public void A_shortfall_aborts_and_leaves_everything_as_it_was_until_the_member_can_pay()
    {
        using var system = new ClearingLedger([0, 20, 0, 19]);
        uint cycle = Closed(system);
        CommandResult result = Settle(system, cycle);
        Assert.Equal((ResultCode.CycleShortfall, (System.UInt128)system.Members[3]), (result.Code, result.Value));
        Assert.Equal([0, 20, 0, 19], system.Balances);
        Assert.Equal(CycleState.Closed, system.Tables.Cycles[cycle].State);
        system.Credit(3, 1);
        Assert.Equal(ResultCode.Ok, Settle(system, cycle).Code);
        Assert.Equal([30, 0, 10, 0], system.Balances);
    }

    [Fact]
    public void The_guarantee_account_pays_exactly_what_is_missing()
    {
        using var system = new ClearingLedger([0, 20, 0, 5]);
        ulong guarantee = system.Base.Account(system.Operator, system.Asset);
        uint cycle = Closed(system);
        Assert.Equal(ResultCode.CycleShortfall, Settle(system, cycle, ShortfallRule.Guarantee, guarantee).Code);
        system.Base.Transfer(system.Operator, system.Issuer, guarantee, 15);
        Assert.Equal(ResultCode.Ok, Settle(system, cycle, ShortfallRule.Guarantee, guarantee).Code);
        Assert.Equal([30, 0, 10, 0], system.Balances);
        Assert.Equal((0, 15), ((long)system.Base.Balance(guarantee), (int)system.Tables.Cycles[cycle].Guaranteed));
        system.Base.AssertSumsAreZero();
    }

    [Fact]
    public void A_recast_drops_the_defaulter_and_nets_the_rest_anew()
    {
        using var system = new ClearingLedger([0, 30, 0, 0]);
        uint cycle = Closed(system);
        Assert.Equal(5u, Settle(system, cycle, ShortfallRule.Recast).Value);
        Assert.Equal([0, 0, 30, 0], system.Balances);
        Assert.Equal(3u, system.Tables.Cycles[cycle].DroppedCount);

        using var other = new ClearingLedger([0, 30, 0, 1000]);
        cycle = Closed(other);
        Assert.Equal(3u, other.Ok(new CycleCommand { Opcode = Opcode.RecastCycle, Cycle = cycle, Member = other.Members[3] }));
        Assert.Equal([0, -30, 30, 0], Nets(other, cycle));
    }

    [Fact]
    public void The_audit_hash_is_a_chain_over_the_obligations_as_they_were_added()
    {
        using var system = new ClearingLedger([0, 0, 0, 0]);
        uint cycle = Closed(system);
        Hash256 expected = default;
        for (uint i = 1; i <= 8; i++)
        {
            ObligationRecord obligation = system.Tables.Obligations[i];
            obligation.Next = 0;
            expected = Blake3.Hash([.. expected.Bytes, .. MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref obligation, 1))]);
        }

        Assert.Equal(expected, system.Tables.Cycles[cycle].Audit);
        Assert.Equal([30, -20, 10, -20], Nets(system, cycle));
    }

    [Fact]
    public void Securities_and_cash_cycles_settle_together_or_not_at_all()
    {
        using var cash = new ClearingLedger([100, 0]);
        using var securities = new ClearingLedger([0, 6], ledger: cash.Base);
        uint cashCycle = Open(cash), securitiesCycle = Open(securities);
        Add(cash, cashCycle, 0, 1, 100);
        Add(securities, securitiesCycle, 1, 0, 7);
        Close(cash, cashCycle);
        Close(securities, securitiesCycle);
        Command[] Chain() =>
        [
            Numbered(cash, new CycleCommand { Opcode = Opcode.SettleCycle, Flags = CommandFlags.Linked, Cycle = cashCycle }),
            Numbered(cash, new CycleCommand { Opcode = Opcode.SettleCycle, Cycle = securitiesCycle }),
        ];
        Assert.Equal([ResultCode.LinkedFailed, ResultCode.CycleShortfall], cash.Base.Execute(cash.Operator, Chain()).Select(r => r.Code));
        Assert.Equal([100, 0, 0, 6], [.. cash.Balances, .. securities.Balances]);
        securities.Credit(1, 1);
        Assert.All(cash.Base.Execute(cash.Operator, Chain()), r => Assert.Equal(ResultCode.Ok, r.Code));
        Assert.Equal([0, 100, 7, 0], [.. cash.Balances, .. securities.Balances]);
    }

    [Fact]
    public void A_closed_cycle_takes_no_obligation_and_an_open_one_does_not_settle()
    {
        using var system = new ClearingLedger([10, 10]);
        uint cycle = Open(system);
        Assert.Equal(ResultCode.CycleState, Settle(system, cycle).Code);
        Close(system, cycle);
        Assert.Equal(ResultCode.CycleState, system.Code(new ObligationCommand { Opcode = Opcode.AddObligation, Cycle = cycle, Debtor = system.Members[0], Creditor = system.Members[1], Amount = 1 }));
        Assert.Equal(ResultCode.UnknownCycle, Settle(system, 99).Code);
    }

    private static Command Numbered(ClearingLedger system, CycleCommand command)
    {
        command.Number = system.Base.NextNumber(system.Operator);
        return TestLedger.Of(command);
    }

    private static uint Closed(ClearingLedger system)
    {
        uint cycle = Open(system);
        foreach ((int from, int to, ulong amount) in Golden) Add(system, cycle, from, to, amount);
        Close(system, cycle);
        return cycle;
    }

    private static uint Open(ClearingLedger system) => (uint)system.Ok(new CycleCommand { Opcode = Opcode.OpenCycle, System = system.System });

    private static void Add(ClearingLedger system, uint cycle, int from, int to, ulong amount) =>
        system.Ok(new ObligationCommand { Opcode = Opcode.AddObligation, Cycle = cycle, Debtor = system.Members[from], Creditor = system.Members[to], Amount = amount });

    private static void Close(ClearingLedger system, uint cycle) => system.Ok(new CycleCommand { Opcode = Opcode.CloseCycle, Cycle = cycle });

    private static CommandResult Settle(ClearingLedger system, uint cycle, ShortfallRule rule = ShortfallRule.Abort, ulong guarantee = 0) =>
        system.Base.Execute(system.Operator, new CycleCommand { Opcode = Opcode.SettleCycle, Cycle = cycle, Rule = rule, GuaranteeAccount = guarantee });

    private static long[] Nets(ClearingLedger system, uint cycle) =>
        [.. system.Members.Select(m => (long)system.Tables.CyclePositions[system.Tables.CyclePositionByMember.Find(PaymentTables.Pair(cycle, m))].Net)];
}
