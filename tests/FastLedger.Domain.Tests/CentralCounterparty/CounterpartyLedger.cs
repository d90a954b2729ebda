// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using FastLedger.Domain.CentralCounterparty;
using FastLedger.Domain.Tests.Clearing;
using FastLedger.Primitives.Commands;

namespace FastLedger.Domain.Tests.CentralCounterparty;

/// <summary>A counterparty over a cash system and a security system that the same participants joined; one session operates all.</summary>
public sealed class CounterpartyLedger : IDisposable
{
    public CounterpartyLedger(long[] cash, long[] securities, ulong capital = 0, uint assessmentPpm = 1_000_000, TestLedger? ledger = null)
    {
        Cash = new ClearingLedger(cash, ledger: ledger);
        Securities = new ClearingLedger(securities, ledger: Cash.Base);
        Accounts = [.. Enumerable.Range(0, 5).Select(_ => Base.Account(Operator, Cash.Asset))];
        Number = (uint)Cash.Ok(new CounterpartyCommand
        {
            Opcode = Opcode.CreateCounterparty,
            System = Cash.System,
            VariationAccount = Accounts[0],
            MarginAccount = Accounts[1],
            FundAccount = Accounts[2],
            CapitalAccount = Accounts[3],
            DefaultAccount = Accounts[4],
            Capital = capital,
            AssessmentPpm = assessmentPpm,
        });
        Members = [.. Cash.Members.Select(m => (uint)Cash.Ok(new ClearingMemberCommand { Opcode = Opcode.AdmitClearingMember, Counterparty = Number, Member = m }))];
    }

    public ClearingLedger Cash { get; }

    public ClearingLedger Securities { get; }

    public TestLedger Base => Cash.Base;

    public uint Operator => Cash.Operator;

    public uint Number { get; }

    /// <summary>Variation, margin, fund, capital, default.</summary>
    public ulong[] Accounts { get; }

    public uint[] Members { get; }

    public CounterpartyTables Tables => Base.Ledger.Counterparties;

    public ref readonly CounterpartyRecord Record => ref Tables.Counterparties[Number];

    public ClearingMemberRecord Member(int at) => Tables.ClearingMembers[Members[at]];

    public long[] Dues => [.. Members.Select(m => (long)Tables.ClearingMembers[m].VariationDue)];

    public uint List(uint date = 1, ulong marginPerUnit = 0, bool delivers = true) => (uint)Cash.Ok(new ContractCommand
    {
        Opcode = Opcode.ListContract,
        Counterparty = Number,
        SecuritySystem = delivers ? Securities.System : 0,
        SettlementDate = date,
        MarginPerUnit = marginPerUnit,
    });

    public ClearedPositionRecord Position(uint contract, int member)
    {
        uint number = Tables.PositionOf(contract, Members[member]);
        return number == 0 ? default : Tables.Positions[number];
    }

    public CommandResult Trade(uint contract, int buyer, int seller, ulong quantity, ulong price, Opcode opcode = Opcode.NovateTrade) =>
        Base.Execute(Operator, new NovationCommand { Opcode = opcode, Contract = contract, Buyer = Members[buyer], Seller = Members[seller], Quantity = quantity, Price = price });

    public CommandResult Do(Opcode opcode, int member, ulong amount = 0) =>
        Base.Execute(Operator, new ClearingMemberCommand { Opcode = opcode, ClearingMember = Members[member], Amount = amount });

    public CommandResult Mark(uint contract, ulong price) => Base.Execute(Operator, new ContractCommand { Opcode = Opcode.MarkContract, Contract = contract, Price = price });

    public CommandResult SettleVariation() => Base.Execute(Operator, new CounterpartyCommand { Opcode = Opcode.SettleVariation, Counterparty = Number });

    public CommandResult Deliver(uint contract, ulong price, uint into = 0) =>
        Base.Execute(Operator, new ContractCommand { Opcode = Opcode.SettleDeliveries, Contract = contract, Price = price, Into = into });

    /// <summary>What must hold after every block.</summary>
    public void Check()
    {
        Base.AssertSumsAreZero();
        CounterpartyInvariants.Check(Base.Ledger);
    }

    public void Dispose() => Cash.Dispose();
}
